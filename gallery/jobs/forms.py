"""What the jobs page and the API of processing take in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from locations.models import StorageLocation


class JobListForm(forms.Form):
    """Which jobs: those of one upload session, or all of the last 48 hours."""

    upload_session_id = forms.UUIDField(required=False)


class PollForm(JobListForm):
    """What a page that polls shows already: which rows (`JobList.order`), and when they were made."""

    order = forms.CharField(required=False, max_length=12)
    since = forms.DateTimeField(required=False)


class UploadJobsForm(forms.Form):
    """The API asks for one upload session."""

    upload_session_id = forms.UUIDField()


class ReprocessForm(forms.Form):
    """Why a photo is processed again, and where it was taken when a person knows better."""

    reason = forms.CharField(max_length=1000)
    storage_location_id = forms.ModelChoiceField(
        StorageLocation.objects.active(),
        required=False,
        error_messages={"invalid_choice": _("There is no active storage location with this id.")},
    )
