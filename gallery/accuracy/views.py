"""The accuracy page: how far the counts are off, for what, since when, and what to do about it."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from gallery.accuracy.advice import advise
from gallery.accuracy.calibration_views import SEE
from gallery.accuracy.forms import AccuracyForm
from gallery.accuracy.report import By, read_report


@require_safe
@permission_required(SEE, raise_exception=True)
def accuracy(request: HttpRequest) -> HttpResponse:
    """Validated photos and blind recounts apart, one row for each product, container, phone, model or month."""
    form = AccuracyForm(request.GET)
    if not form.is_valid():
        return redirect("accuracy")
    report = read_report(by=form.wanted, months=form.month_number)
    context = {
        "report": report,
        "by": form.wanted,
        "by_name": By(form.wanted).label,
        "groups": By.choices,
        "period": form.cleaned_data["months"] or AccuracyForm.DEFAULT,
        "periods": AccuracyForm.PERIODS,
        "advice": advise(report.kinds, report.judged),
    }
    return render(request, "gallery/accuracy/accuracy.html", context)
