"""`/api/v1/promotions`: which models are in use for which products."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.openapi.operations import Moment
from gallery.common.api import checked, read_body
from gallery.common.http import time_text
from gallery.learning.forms import PromotionForm
from gallery.learning.promoted import newest_of_groups
from gallery.learning.promotion_views import PROMOTE
from learning.promoting import promote, roll_back
from processing.models import Promotion


class PromotionJson(TypedDict):
    """Models in use. `category` is that of the products that they count; null: all without models of their own."""

    promotion_id: int
    category: str | None
    detector: str
    segmenter: str
    promoted_at: Moment
    promoted_by: str | None
    ended_at: Moment | None


class PromotionsJson(TypedDict):
    """What is in use; everything else is counted with the models that come with Demeter."""

    promotions: list[PromotionJson]


@api_view("GET", permission="processing.view_promotion", answers={200: PromotionsJson})
def list_promotions(_request: HttpRequest) -> JsonResponse:
    """The models in use, one row for each group of products."""
    answer: PromotionsJson = {"promotions": [_promotion_json(row) for row in newest_of_groups()]}
    return JsonResponse(answer)


@api_view("POST", permission=PROMOTE, body=PromotionForm, answers={201: PromotionJson}, errors=(404, 409))
def promote_models(request: HttpRequest, run_id: int) -> JsonResponse:
    """Count new photos with the models of a training, if their mean error and bias are not worse on either set."""
    form = checked(PromotionForm(read_body(request, PromotionForm)))
    row = promote(run_id, category=form.cleaned_data["category"], user=signed_in_user(request))
    return JsonResponse(_promotion_json(row), status=201)


@api_view("DELETE", permission=PROMOTE, answers={200: PromotionJson}, errors=(404, 409))
def roll_back_models(request: HttpRequest, promotion_id: int) -> JsonResponse:
    """Roll a promotion back: the models before it count new photos again."""
    return JsonResponse(_promotion_json(roll_back(promotion_id, user=signed_in_user(request))))


def _promotion_json(row: Promotion) -> PromotionJson:
    return {
        "promotion_id": row.pk,
        "category": row.category.name if row.category else None,
        "detector": row.trained.detector_sha256,
        "segmenter": row.trained.segmenter_sha256,
        "promoted_at": time_text(row.promoted_at),
        "promoted_by": row.promoted_by.username if row.promoted_by else None,
        "ended_at": time_text(row.ended_at) if row.ended_at else None,
    }
