"""An evidence pack as a download."""

from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import UnavailableError
from gallery.evidence.forms import PackForm
from gallery.evidence.making import Order
from photos.storage import object_store

ZIP = "application/zip"


def order_of(request: HttpRequest, form: PackForm) -> Order:
    """The wanted pack. Raises UnavailableError if it is to have originals and the storage is away."""
    wanted = form.cleaned_data
    if wanted["originals"] and not object_store.is_back():
        raise UnavailableError(str(object_store.OUTAGE_MESSAGE))
    return Order(
        user=signed_in_user(request),
        language=wanted["language"] or get_language() or "en",
        with_originals=wanted["originals"],
        made_at=timezone.now(),
    )


def send(pack: Iterator[bytes], *, name: str) -> StreamingHttpResponse:
    """The parts as they are made, as a file called `evidence-NAME.zip`."""
    disposition = content_disposition_header(as_attachment=True, filename=f"evidence-{name}.zip")
    return StreamingHttpResponse(
        pack, content_type=ZIP, headers={"Content-Disposition": disposition or "", "Cache-Control": "no-store"}
    )
