"""Promote the models of a training, and roll a promotion back."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError
from demeter.common.http import found_or_404
from gallery.learning.forms import PromotionForm
from gallery.learning.listing import find_run
from learning.promoting import promote, roll_back

PROMOTE = ("learning.view_trainingrun", "processing.add_promotion")


@require_POST
@permission_required(PROMOTE, raise_exception=True)
def promote_models(request: HttpRequest, run_id: int) -> HttpResponse:
    """Count new photos of a group with the models of a training, if they are not worse."""
    form = PromotionForm(request.POST)
    with found_or_404():
        find_run(run_id)
    if form.is_valid():
        try:
            promote(run_id, category=form.cleaned_data["category"], user=signed_in_user(request))
        except ConflictError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("New photos are counted with these models from now on."))
    else:
        messages.error(request, _("There is no such group of products."))
    return redirect("training", run_id=run_id)


@require_POST
@permission_required(PROMOTE, raise_exception=True)
def roll_back_models(request: HttpRequest, promotion_id: int) -> HttpResponse:
    """Count new photos with the models before."""
    with found_or_404():
        try:
            roll_back(promotion_id, user=signed_in_user(request))
        except ConflictError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("New photos are counted with the earlier models again."))
    return redirect("models")
