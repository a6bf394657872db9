"""`/api/v1/photos/{image_id}/evidence`, `/api/v1/stock/stocktakes/{id}/evidence`, `/api/v1/evidence`."""

from typing import TypedDict
from uuid import UUID

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse

from demeter.accounts.authentication import api_view
from demeter.common.openapi.operations import Moment
from gallery.common.api import checked, read_body
from gallery.common.http import time_text
from gallery.evidence.downloads import ZIP, order_of, send
from gallery.evidence.forms import FingerprintForm, PackForm
from gallery.evidence.making import pack_of_count, pack_of_stocktake
from gallery.evidence.queries import find_pack, find_stocktake
from gallery.evidence.views import COUNT, STOCKTAKE
from gallery.photo.detail import find_photo


class EvidencePackJson(TypedDict):
    """An evidence pack that was made here. `kind` is `count` (of the photo whose id is `subject`) or `stocktake` (with
    the number `subject`)."""

    kind: str
    subject: str
    fingerprint: str
    files: int
    with_originals: bool
    made_by: str
    made_at: Moment


@api_view("POST", permission=COUNT, body=PackForm, answers={200: ZIP}, errors=(404,))
def count_evidence(request: HttpRequest, image_id: UUID) -> StreamingHttpResponse:
    """The evidence pack of a photo's count: a ZIP that verify.py in it verifies without a network."""
    image, form = find_photo(image_id), checked(PackForm(read_body(request, PackForm)))
    return send(pack_of_count(image, order_of(request, form)), name=str(image.pk))


@api_view("POST", permission=STOCKTAKE, body=PackForm, answers={200: ZIP}, errors=(404, 409))
def stocktake_evidence(request: HttpRequest, stocktake_id: int) -> StreamingHttpResponse:
    """The evidence pack of a signed stocktake, as that of a count."""
    stocktake, form = find_stocktake(stocktake_id), checked(PackForm(read_body(request, PackForm)))
    return send(pack_of_stocktake(stocktake, order_of(request, form)), name=stocktake.number)


@api_view(
    "GET",
    permission="processing.view_evidencepack",
    query=FingerprintForm,
    answers={200: EvidencePackJson},
    errors=(404,),
)
def read_evidence(request: HttpRequest) -> JsonResponse:
    """Whether a pack was made here: by the SHA-256 of its manifest, which verify.py prints."""
    pack = find_pack(checked(FingerprintForm(request.GET)).cleaned_data["fingerprint"])
    found: EvidencePackJson = {
        "kind": pack.kind,
        "subject": pack.subject,
        "fingerprint": pack.fingerprint,
        "files": pack.files,
        "with_originals": pack.with_originals,
        "made_by": pack.made_by.username,
        "made_at": time_text(pack.made_at),
    }
    return JsonResponse(found)
