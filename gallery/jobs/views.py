"""The jobs page and its fragment: the whole list once, then at each poll only the rows that changed."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demeter.common.http import found_or_404
from gallery.jobs.forms import JobListForm, PollForm
from processing.job_list import queries
from processing.job_list.rows import JobList


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs of the last 48 hours, or of one upload session."""
    asked = _read(JobListForm(request.GET))
    return render(request, "gallery/jobs/jobs.html", _context(asked))


@require_safe
@never_cache
@permission_required("photos.view_s3image", raise_exception=True)
def job_rows(request: HttpRequest) -> HttpResponse:
    """The list alone; for a page that already has these rows, the summary and the changed rows."""
    asked = _read(PollForm(request.GET))
    if asked["since"] is None:
        return render(request, "gallery/jobs/_jobs.html", _context(asked))
    # Lists are made once a second, so most polls at the same time and in the same language get the same answer.
    name = f"changes:{get_language()}:{asked['upload_session_id']}:{asked['order']}:{asked['since'].isoformat()}"
    fragment, target = queries.shared_list(name, lambda: _changes(asked))
    return HttpResponse(fragment, headers={"HX-Retarget": target} if target else {})


def _changes(asked: dict[str, Any]) -> tuple[str, str]:
    """The fragment for a page that already has rows, and its target if that is not the summary."""
    context = _context(asked)
    job_list: JobList = context["job_list"]
    if asked["order"] != job_list.order:
        return render_to_string("gallery/jobs/_jobs.html", context), "#jobs"
    context["changed"] = job_list.changed_since(asked["since"])
    return render_to_string("gallery/jobs/_job_changes.html", context), ""


def _read(form: JobListForm) -> dict[str, Any]:
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    return form.cleaned_data


def _context(asked: dict[str, Any]) -> dict[str, Any]:
    upload_session_id = asked["upload_session_id"]
    return {"job_list": _find_jobs(upload_session_id), "upload_session_id": upload_session_id}


def _find_jobs(upload_session_id: UUID | None) -> JobList:
    if upload_session_id is None:
        return queries.recent_jobs()
    with found_or_404():
        return queries.upload_jobs(upload_session_id)
