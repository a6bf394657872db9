"""The forms of the import: files, and which page of the preview."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from gallery.common.forms import PageForm
from locations.importing.previews import KINDS
from locations.importing.reading import check_size
from locations.importing.values import RefusedError

MOST_FILES = 10
ACCEPTED = ".geojson,.json,.csv,.txt,.tsv,.xlsx"


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that are read as a whole; a few, and none larger than all of them together may be."""

    widget = FilesInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        files = [file for file in data or [] if isinstance(file, UploadedFile)]
        if not files:
            raise forms.ValidationError(_("Choose at least one file."), code="required")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(most)d files at a time."), params={"most": MOST_FILES})
        _check_sizes(files)
        return files


def _check_sizes(files: Iterable[UploadedFile[bytes]]) -> None:
    try:
        check_size(sum(file.size or 0 for file in files))
    except RefusedError as error:
        raise forms.ValidationError(
            _("The files are too large: %(reason)s."), params={"reason": error.fault}
        ) from error


class FilesForm(forms.Form):
    """The files of an import."""

    files = FilesField(label=_("Files"))  # type: ignore[assignment]  # of a form it is what was sent


class PreviewForm(PageForm):
    """Which rows of a preview are shown; all of them unless a kind is chosen."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS], required=False)
