"""Trainings on the pages: start, watch, cancel. Every answer comes from rows: no request waits for a worker."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError
from demeter.common.http import found_or_404
from gallery.common.http import HtmxRequest
from gallery.learning.forms import PromotionForm, ShadowForm, TrainingForm
from gallery.learning.judged import compare_sets
from gallery.learning.listing import find_data_set, find_run
from gallery.learning.progress import ShownRun
from gallery.learning.promoted import promotions_of
from learning.models import TrainingRun
from learning.runs import ask_for_run, cancel_run
from learning.shadow import read_shadow, switch_shadow
from learning.tasks import send_run

SEE_RUNS = ("learning.view_trainingrun", "learning.view_dataset")
TRAIN = (*SEE_RUNS, "learning.add_trainingrun")


@require_POST
@permission_required(TRAIN, raise_exception=True)
def start(request: HttpRequest) -> HttpResponse:
    """Queue a training on a data set."""
    form = TrainingForm(request.POST)
    with found_or_404():
        data_set = find_data_set(form.cleaned_data["data_set_id"] if form.is_valid() else 0)
    try:
        run = start_training(data_set.pk, request)
    except ConflictError as error:
        messages.error(request, error.message)
        return redirect("models")
    return redirect("training", run_id=run.pk)


def start_training(data_set_id: int, request: HttpRequest) -> TrainingRun:
    """Queue it and wake the worker. Raises NotFoundError or ConflictError."""
    with transaction.atomic():
        run = ask_for_run(find_data_set(data_set_id), user=signed_in_user(request))
        transaction.on_commit(partial(send_run, run.pk), robust=True)
    return run


@require_safe
@permission_required(SEE_RUNS, raise_exception=True)
def run(request: HtmxRequest, run_id: int) -> HttpResponse:
    """A training; alone, what changes while it is at work."""
    with found_or_404():
        shown = ShownRun(find_run(run_id))
    if request.htmx and shown.polls:
        return render(request, "gallery/learning/_run.html", {"shown": shown})
    if request.htmx:  # it is over: the whole page has more to show
        return HttpResponseClientRefresh()
    shadow_read = read_shadow(shown.run) if shown.run.shadow_since else None
    context = {
        "shown": shown,
        "sets": compare_sets(shown.run),
        "shadow": shadow_read,
        "promoting": PromotionForm(label_suffix=""),
        "promoted": promotions_of(shown.run),
    }
    return render(request, "gallery/learning/training.html", context)


@require_POST
@permission_required(TRAIN, raise_exception=True)
def shadow(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let the models of a training count in the shadow, or no longer."""
    form = ShadowForm(request.POST)
    with found_or_404():
        find_run(run_id)
    if form.is_valid():
        try:
            switch_shadow(run_id, on=form.cleaned_data["on"])
        except ConflictError as error:
            messages.error(request, error.message)
    return redirect("training", run_id=run_id)


@require_POST
@permission_required(TRAIN, raise_exception=True)
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """End a training."""
    with found_or_404():
        find_run(run_id)
    try:
        cancel_run(run_id, user=signed_in_user(request))
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The training is cancelled."))
    return redirect("training", run_id=run_id)
