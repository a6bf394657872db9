"""`/api/v1/stock/differences`: counts that differ from what was expected, and what people decide about them."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.accounts.models import User
from demeter.common.exceptions import InvalidInputError
from demeter.common.openapi.operations import Moment
from gallery.common.api import MomentField, PaginationJson, checked, idempotency_key, page_json, read_body
from gallery.common.forms import MAX_PER_PAGE, PER_PAGE
from gallery.common.http import time_text
from gallery.stock.api import ValueJson, values_json
from gallery.stock.deciding import Said, decide_once
from gallery.stock.reconcile_forms import MOST_PRICE, ReconcileForm, explain_by
from gallery.stock.reconciling import find_difference, list_differences
from stock.decisions import About
from stock.lines import MOST_PLANTS
from stock.models import WITH_DOCUMENT, Decision, DecisionKind, Difference, LossReason

SEE = ("stock.view_difference", "stock.view_stockbatch")


class DecisionJson(TypedDict):
    """What a person decided. `about` is what was unexplained then, `document` the number of what was recorded."""

    decision: str
    about: int
    accepted: int
    reason: str
    document: str | None
    assigned_to: str | None
    decided_by: str
    decided_at: Moment


class DifferenceJson(TypedDict):
    """A count of one batch that differs from what was expected: expected + accepted + rest = counted.

    `unexplained` is the rest where it is more than chance (`chance`, plants) and nobody has explained it, else 0.
    `is_gone`: the count no longer exists. Decisions are listed newest first."""

    id: int
    batch: str
    location: str
    product: str
    counted_at: Moment
    expected: int
    counted: int
    difference: int
    accepted: int
    chance: int
    unexplained: int
    is_gone: bool
    recount_since: Moment | None
    assigned_to: str | None
    decisions: list[DecisionJson]


class DifferencesJson(TypedDict):
    """A page of differences, those worth most first, with the sums of all pages: plants missing (negative) and too
    many, and what each of the two is worth, with the same signs. `older` is the number of unexplained ones from before
    the period."""

    missing: int
    too_many: int
    missing_values: list[ValueJson]
    too_many_values: list[ValueJson]
    older: int
    differences: list[DifferenceJson]
    pagination: PaginationJson


class DifferencesForm(ReconcileForm):
    """Which differences: the last 90 days by default."""

    per_page = forms.IntegerField(min_value=1, max_value=MAX_PER_PAGE, required=False)


class DecisionForm(forms.Form):
    """A decision. `about` is what is unexplained now; it is refused if that has changed."""

    decision = forms.ChoiceField(choices=DecisionKind.choices)
    about = forms.IntegerField(min_value=-MOST_PLANTS, max_value=MOST_PLANTS)
    quantity = forms.IntegerField(
        min_value=1, max_value=MOST_PLANTS, required=False, help_text="Needed for sold, lost and came_in."
    )
    loss_reason = forms.ModelChoiceField(
        queryset=LossReason.objects.filter(active=True),
        to_field_name="code",
        required=False,
        help_text="The code of a reason; needed for lost.",
    )
    unit_price = forms.FloatField(
        min_value=0, max_value=MOST_PRICE, required=False, help_text="Of one plant that was sold."
    )
    happened_at = MomentField(required=False, help_text="Left out: when the place was counted.")
    reason = forms.CharField(required=False, max_length=2000, help_text="Needed for accepted.")
    assigned_to = forms.ModelChoiceField(
        queryset=User.objects.filter(is_active=True),
        to_field_name="username",
        required=False,
        help_text="The name of a user, for assigned and recount; left out: nobody in particular.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("decision")
        needed = {DecisionKind.LOST: ("quantity", "loss_reason"), DecisionKind.ACCEPTED: ("reason",)}
        wanted = needed.get(kind, ("quantity",) if kind in WITH_DOCUMENT else ())  # type: ignore[arg-type]
        for name in wanted:
            if name in cleaned and not cleaned[name]:
                self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def said(self, key: str) -> Said:
        """What a valid form says. Raises InvalidInputError for a field that does not belong to the decision."""
        values = self.cleaned_data
        kind = DecisionKind(values["decision"])
        _refuse_other_fields(kind, values)
        explanation = explain_by(kind, key, values) if kind in WITH_DOCUMENT else None
        return Said(kind, values["reason"], values["assigned_to"], explanation)


def _refuse_other_fields(kind: DecisionKind, values: Mapping[str, Any]) -> None:
    belongs = {
        "quantity": WITH_DOCUMENT,
        "happened_at": WITH_DOCUMENT,
        "loss_reason": (DecisionKind.LOST,),
        "unit_price": (DecisionKind.SOLD,),
        "assigned_to": (DecisionKind.ASSIGNED, DecisionKind.RECOUNT),
        "reason": (*WITH_DOCUMENT, DecisionKind.ACCEPTED, DecisionKind.RECOUNT),
    }
    for name, kinds in belongs.items():
        if values[name] not in (None, "") and kind not in kinds:
            words = _("“%(name)s” does not belong to “%(decision)s”.")
            raise InvalidInputError(words % {"name": name, "decision": kind.value})


@api_view("GET", permission=SEE, query=DifferencesForm, answers={200: DifferencesJson})
def list_differences_json(request: HttpRequest) -> JsonResponse:
    """Counts that differ from what was expected by more than chance, those worth most first.

    `status` is `open` by default: those that nobody has explained. `mine` are those assigned to you.
    """
    form = checked(DifferencesForm(request.GET))
    number, size = form.cleaned_data["page"] or 1, form.cleaned_data["per_page"] or PER_PAGE
    found = list_differences(form.wanted_by(signed_in_user(request)), page=number, per_page=size)
    total = found.page.paginator.count
    rows = found.page if number <= found.page.paginator.num_pages and total else ()
    return JsonResponse(
        {
            "missing": found.missing,
            "too_many": found.too_many,
            "missing_values": values_json(found.missing_values),
            "too_many_values": values_json(found.too_many_values),
            "older": found.older,
            "differences": [difference_json(row) for row in rows],
            "pagination": page_json(number, size, total),
        }
    )


@api_view("GET", permission=SEE, answers={200: DifferenceJson})
def read_difference(_request: HttpRequest, difference_id: int) -> JsonResponse:
    """One difference with what people decided about it."""
    return JsonResponse(difference_json(find_difference(difference_id)))


@api_view(
    "POST",
    permission=(*SEE, "stock.add_decision"),
    body=DecisionForm,
    answers={201: DifferenceJson, 200: DifferenceJson},
    errors=(409,),
    keyed=True,
)
def decide_difference(request: HttpRequest, difference_id: int) -> JsonResponse:
    """Decide about a difference: 201 with it as it is now, or 200 if this key has decided it before.

    `sold`, `lost` and `came_in` record a document with the time of the count or an earlier one; `accepted` closes it;
    `recount` sets the place aside until it is counted again; `assigned` makes it somebody's task; `reopened` takes
    `accepted` or `recount` back.
    """
    key = idempotency_key(request)
    found = find_difference(difference_id)
    form = checked(DecisionForm(read_body(request, DecisionForm)))
    about = About(found.pk, form.cleaned_data["about"], signed_in_user(request), key)
    is_new = decide_once(about, form.said(key))
    return JsonResponse(difference_json(find_difference(difference_id)), status=201 if is_new else 200)


def difference_json(row: Difference) -> DifferenceJson:
    """A difference with its decisions."""
    return {
        "id": row.pk,
        "batch": row.batch.batch_code,
        "location": row.batch.location.code,
        "product": row.batch.product.sku,
        "counted_at": time_text(row.moment),
        "expected": row.expected,
        "counted": row.counted,
        "difference": row.difference,
        "accepted": row.explained,
        "chance": row.noise,
        "unexplained": row.unexplained,
        "is_gone": row.is_gone,
        "recount_since": time_text(row.recount_since) if row.recount_since else None,
        "assigned_to": row.assigned_to.username if row.assigned_to else None,
        "decisions": [_decision_json(decision) for decision in row.history],
    }


def _decision_json(decision: Decision) -> DecisionJson:
    return {
        "decision": decision.kind,
        "about": decision.about,
        "accepted": decision.quantity,
        "reason": decision.reason,
        "document": decision.document.number if decision.document else None,
        "assigned_to": decision.assigned_to.username if decision.assigned_to else None,
        "decided_by": decision.user.username,
        "decided_at": time_text(decision.created_at),
    }
