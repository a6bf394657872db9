"""Calibration: the factors by kind of photo, the wizard that learns one from known counts, and the switch."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError
from gallery.accuracy import kinds
from gallery.accuracy.forms import NUMBER, KindForm, KnownCountsForm, photos_named
from gallery.accuracy.kinds import Kind, list_kinds
from gallery.accuracy.words import factor_words
from gallery.browse.queries import cards_of
from gallery.common.http import UNPROCESSABLE
from photos.models import S3Image
from processing.review.known_counts import record_known_count, withdraw_known_count
from stock.calibration import switch_calibration
from stock.conformal import Stratum

SEE = ("photos.view_s3image", "stock.view_validation")
DECIDE = ("photos.view_s3image", "processing.change_processingsession")


@require_safe
@permission_required(SEE, raise_exception=True)
def calibration(request: HttpRequest) -> HttpResponse:
    """The kinds of photos with their factors."""
    return render(request, "gallery/accuracy/calibration.html", {"kinds": list_kinds()})


@require_safe
@permission_required(SEE, raise_exception=True)
def kind(request: HttpRequest) -> HttpResponse:
    """One kind: its factor, what it was learned from, and its earlier versions."""
    stratum = _read_kind(request)
    found = _find_kind(stratum)
    if stratum is None or found is None:
        return redirect("calibration")
    row = found.calibration
    context = {
        "kind": found,
        "words": factor_words(row) if row else "",
        "learned_from": kinds.learned_from(stratum),
        "versions": kinds.versions_of(stratum),
        "calibrated": kinds.calibrated_photos(stratum),
    }
    return render(request, "gallery/accuracy/kind.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(DECIDE, raise_exception=True)
def known_counts(request: HttpRequest) -> HttpResponse:
    """Ask how many plants some photos really show, without their counts, and learn from the answers."""
    stratum = _read_kind(request)
    found = _find_kind(stratum)
    if stratum is None or found is None:
        messages.info(request, _("Only photos whose count is in the stock, of one product, can be learned from."))
        return redirect("calibration")
    if request.method == "POST":
        cards = list(cards_of(photos_named(request.POST)[: kinds.AT_ONCE]))
        form = KnownCountsForm(cards, request.POST)
        if form.is_valid():
            return _save(request, form, stratum)
    else:
        cards = kinds.photos_to_count(stratum, first=_chosen_photo(request))
        form = KnownCountsForm(cards)
    rows = [(card, form[f"{NUMBER}{card.image_id}"]) for card in cards]
    context: dict[str, Any] = {"kind": found, "form": form, "rows": rows}
    return render(request, "gallery/accuracy/known.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def switch(request: HttpRequest, calibration_id: int) -> HttpResponse:
    """Let new counts be multiplied by a factor, or no longer."""
    is_on = request.POST.get("on") == "1"
    try:
        switch_calibration(calibration_id=calibration_id, on=is_on, user=signed_in_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        said = _("New counts are calibrated again.") if is_on else _("New counts are no longer calibrated.")
        messages.success(request, said)
    return redirect(_kind_address(request))


@require_POST
@permission_required(DECIDE, raise_exception=True)
def withdraw(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Take a known count back."""
    image = _find_image(image_id)
    try:
        withdraw_known_count(image=image)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The known count of %(photo)s is withdrawn.") % {"photo": image.original_filename})
    return redirect(_kind_address(request))


def _save(request: HttpRequest, form: KnownCountsForm, stratum: Stratum) -> HttpResponse:
    user, saved = signed_in_user(request), 0
    for image_id, plants in form.numbers.items():
        try:
            record_known_count(image=_find_image(image_id), user=user, plants=plants)
            saved += 1
        except DomainError as error:
            messages.error(request, error.message)
    if saved:
        words = ngettext("%(number)d known count is saved.", "%(number)d known counts are saved.", saved)
        messages.success(request, words % {"number": saved})
    return redirect(f"{reverse('calibration-kind')}?{kinds.query_of(stratum)}")


def _read_kind(request: HttpRequest) -> Stratum | None:
    """The kind that is named, or that of the photo that is named."""
    form = KindForm(request.GET)
    if not form.is_valid():
        return None
    photo = form.cleaned_data["photo"]
    return form.kind or (kinds.kind_of_photo(photo) if photo else None)


def _chosen_photo(request: HttpRequest) -> UUID | None:
    form = KindForm(request.GET)
    return form.cleaned_data["photo"] if form.is_valid() else None


def _find_kind(stratum: Stratum | None) -> Kind | None:
    return next((found for found in list_kinds() if found.stratum == stratum), None)


def _find_image(image_id: UUID) -> S3Image:
    image = S3Image.objects.photos().filter(pk=image_id).first()
    if image is None:
        raise Http404(_("There is no such photo; it may have been deleted."))
    return image


def _kind_address(request: HttpRequest) -> str:
    """The page of the kind that a form was sent from."""
    form = KindForm(request.POST)
    stratum = form.kind if form.is_valid() else None
    return f"{reverse('calibration-kind')}?{kinds.query_of(stratum)}" if stratum else reverse("calibration")
