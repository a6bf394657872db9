"""The help pages: an index, and one page for each task, linked from where it is done."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

TASKS: Mapping[str, Promise] = {
    "photos": _("Photograph plants and upload the photos"),
    "offline": _("Work without a network"),
    "fix": _("Add what a photo lacks"),
    "review": _("Check a count and sign it off"),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The tasks."""
    tasks = [(f"help-{task}", title) for task, title in TASKS.items()]
    return render(request, "gallery/help/index.html", {"tasks": tasks})


@require_safe
def show_task(request: HttpRequest, task: str) -> HttpResponse:
    """How one of them is done."""
    return render(request, f"gallery/help/{task}.html", {"title": TASKS[task]})
