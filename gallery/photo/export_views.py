"""A photo's marks, corrections and proposals as a file: CSV, or a workbook for Excel."""

from pathlib import PurePath
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from demeter.common.http import found_or_404
from gallery.common.tables import download
from gallery.photo.export import COLUMNS, photo_table


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def export(_request: HttpRequest, image_id: UUID, ending: str) -> HttpResponse:
    with found_or_404():
        image, rows = photo_table(image_id)
    return download(COLUMNS, rows, name=PurePath(image.original_filename).stem, ending=ending)
