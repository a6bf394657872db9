"""Forms of the jobs page and of its API."""

from django import forms
from django.utils.translation import gettext_lazy as _

from locations.models import StorageLocation


class JobListForm(forms.Form):
    """Which jobs: those of one upload session, or all of the last 48 hours."""

    upload_session_id = forms.UUIDField(required=False)


class PollForm(JobListForm):
    """The state of a polling page: its rows (`JobList.order`), and when they were made."""

    order = forms.CharField(required=False, max_length=12)
    since = forms.DateTimeField(required=False)


class UploadJobsForm(forms.Form):
    """The API asks for one upload session."""

    upload_session_id = forms.UUIDField()


class ReprocessForm(forms.Form):
    """The reason for a new run, and the location if a person chose one."""

    reason = forms.CharField(max_length=1000)
    storage_location_id = forms.ModelChoiceField(
        StorageLocation.objects.active(),
        required=False,
        error_messages={"invalid_choice": _("There is no active location with this id.")},
    )
