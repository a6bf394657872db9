"""The page Models: data sets are made, downloaded and imported here."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import DomainError
from demeter.common.http import found_or_404
from gallery.common.forms import PageForm
from gallery.common.http import UNPROCESSABLE
from gallery.learning.downloads import send
from gallery.learning.forms import DataSetForm, ImportForm
from gallery.learning.listing import find_data_set, find_layout, last_name, list_data_sets, read_ready
from gallery.learning.progress import find_shown
from gallery.learning.promoted import read_promoted
from learning.data_sets import make_data_set
from learning.exchange.exporting import export_data_set, file_name
from learning.exchange.importing import import_data_set

SEE = ("learning.view_dataset", "photos.view_s3image")
CHANGE = (*SEE, "learning.add_dataset")
MOST_IMPORTED = 300  # pictures that a request stores while a person waits


@require_safe
@permission_required(SEE, raise_exception=True)
def models(request: HttpRequest) -> HttpResponse:
    """What there is to learn from."""
    return _show(request, DataSetForm(label_suffix=""), ImportForm(label_suffix="", prefix="import"))


@require_POST
@permission_required(CHANGE, raise_exception=True)
def make(request: HttpRequest) -> HttpResponse:
    """A new version of the photos that are corrected and signed off now."""
    form = DataSetForm(request.POST, label_suffix="")
    if form.is_valid():
        try:
            made = make_data_set(name=form.cleaned_data["name"], user=signed_in_user(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("%(data_set)s is made.") % {"data_set": made})
            return redirect("models")
    return _show(request, form, ImportForm(label_suffix="", prefix="import"), status=UNPROCESSABLE)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def import_zip(request: HttpRequest) -> HttpResponse:
    """A data set of another program."""
    form = ImportForm(request.POST, request.FILES, label_suffix="", prefix="import")
    if form.is_valid():
        sent = form.cleaned_data
        try:
            made = import_data_set(
                sent["file"].file, name=sent["name"], user=signed_in_user(request), most_photos=MOST_IMPORTED
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("%(data_set)s is imported.") % {"data_set": made})
            return redirect("models")
    return _show(request, DataSetForm(label_suffix=""), form, status=UNPROCESSABLE)


@require_safe
@permission_required(SEE, raise_exception=True)
def export(request: HttpRequest, data_set_id: int, layout: str) -> StreamingHttpResponse | HttpResponseBase:
    """A version as ZIP."""
    with found_or_404():
        data_set, wanted = find_data_set(data_set_id), find_layout(layout)
    try:
        return send(export_data_set(data_set, wanted), name=file_name(data_set, wanted))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("models")


def _show(request: HttpRequest, form: DataSetForm, importing: ImportForm, *, status: int = 200) -> HttpResponse:
    asked = PageForm(request.GET)
    page = list_data_sets((asked.is_valid() and asked.cleaned_data["page"]) or 1)
    if not form.is_bound:
        form.initial["name"] = last_name() or _("Nursery")
    ready = read_ready() if request.user.has_perm("learning.add_dataset") else None
    context: dict[str, object] = {"page": page, "ready": ready, "form": form, "importing": importing}
    context |= {"shown": find_shown(), "promoted": read_promoted()}
    return render(request, "gallery/learning/models.html", context, status=status)
