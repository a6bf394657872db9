"""A photo's marks and corrections as a file: CSV, or a workbook for Excel."""

from pathlib import PurePath
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from demeter.common.http import found_or_404
from gallery.common.tables import write_csv, write_workbook
from gallery.photo.export import COLUMNS, photo_table

WRITERS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def export(_request: HttpRequest, image_id: UUID, ending: str) -> HttpResponse:
    with found_or_404():
        image, rows = photo_table(image_id)
    write, content_type = WRITERS[ending]
    name = f"{PurePath(image.original_filename).stem}.{ending}"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        write(COLUMNS, rows), content_type=content_type, headers={"Content-Disposition": disposition or ""}
    )
