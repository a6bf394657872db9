"""Promotes trained models for a product group, if they are not worse on either set, and rolls them back.

There is no override: models that are worse by the figures of their own judging are refused with these figures.
"""

from dataclasses import asdict

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, NotFoundError
from learning.figures import SETS, Comparison, JudgedPhoto, SetName, compare, read_rows
from learning.models import RunState, TrainingRun
from learning.plan import FEWEST_HELD_OUT
from locations.models import ProductCategory
from processing.models import Promotion
from processing.runtime.registry import promoted_for, versions_of

# Errors and bias are compared in tenths of a percent, as they are shown.
DIGITS = 3


def promote(run_id: int, *, category: ProductCategory | None, user: User | None) -> Promotion:
    """Let the models of a training count the photos of a category; None: of all that have none of their own.

    Raises NotFoundError, or ConflictError, which says with the figures why not.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # two at once would not see each other
            cursor.execute("LOCK TABLE promotions IN SHARE ROW EXCLUSIVE MODE")
        run = TrainingRun.objects.select_related("trained").filter(pk=run_id).first()
        if run is None:
            raise NotFoundError(_("There is no training with this number."))
        if run.state != RunState.TRAINED or run.trained is None:
            raise ConflictError(_("This training has no models."))
        newest = Promotion.objects.in_force().filter(category=category).first()
        if newest is not None and newest.trained_id == run.trained_id:
            raise ConflictError(_("These models are in use already."))
        figures = check(run, category)
        return Promotion.objects.create(
            category=category,
            trained=run.trained,
            promoted_by=user,
            figures={name: asdict(found) for name, found in figures.items()},
        )


def check(run: TrainingRun, category: ProductCategory | None) -> dict[SetName, Comparison]:
    """The figures of both sets, for this category. Raises ConflictError if the models may not be promoted by them."""
    rows = rows_for(run, category)
    figures = {name: found for name in SETS if (found := compare(rows, name)) is not None}
    judged = figures.get("held_out")
    if judged is None or judged.photos < FEWEST_HELD_OUT:
        words = _(
            "Models are judged for a group by at least %(fewest)d photos kept for testing; this group has %(photos)d."
        )
        raise ConflictError(words % {"photos": judged.photos if judged else 0, "fewest": FEWEST_HELD_OUT})
    if "benchmark" not in figures:
        raise ConflictError(_("These models were not judged on the benchmark. Train again."))
    _check_rival(rows, category)
    for name, found in figures.items():
        if is_worse(found):
            raise ConflictError(_refusal(name, found))
    return figures


def rows_for(run: TrainingRun, category: ProductCategory | None) -> list[JudgedPhoto]:
    """The judged photos that say something about a category: its own, and the benchmark."""
    rows = read_rows(run.judged)
    if category is None:
        return rows
    return [row for row in rows if row.set_name == "benchmark" or row.category == category.pk]


def is_worse(found: Comparison) -> bool:
    """Whether mean error or bias is worse than before, as they are shown."""
    before, after = found.before, found.after
    return round(after.error, DIGITS) > round(before.error, DIGITS) or round(abs(after.bias), DIGITS) > round(
        abs(before.bias), DIGITS
    )


def _check_rival(rows: list[JudgedPhoto], category: ProductCategory | None) -> None:
    """The models were judged beside those that are in use now, or the figures say nothing."""
    of_group = versions_of(promoted_for(category.pk if category else None))["detector"]
    general = versions_of(promoted_for(None))["detector"]
    for row in rows:
        rival = general if row.set_name == "benchmark" else of_group
        if category is None and row.set_name == "held_out":
            rival = versions_of(promoted_for(row.category))["detector"]
        if row.rival != rival:
            raise ConflictError(_("Other models came into use since these were judged. Train again."))


def _refusal(name: SetName, found: Comparison) -> str:
    words = _(
        "Not used: on %(set)s they are worse than the models in use. Mean error %(error_before).1f %% before,"
        " %(error_after).1f %% after; leaning by %(bias_before).1f %% before, %(bias_after).1f %% after;"
        " %(photos)d photos."
    )
    sets = {"held_out": _("your photos kept for testing"), "benchmark": _("the benchmark")}
    return words % {
        "set": sets[name],
        "error_before": 100 * found.before.error,
        "error_after": 100 * found.after.error,
        "bias_before": 100 * found.before.bias,
        "bias_after": 100 * found.after.bias,
        "photos": found.photos,
    }


def roll_back(promotion_id: int, *, user: User | None) -> Promotion:
    """End a promotion: the models before it count again, from the next photo on. Earlier counts stay.

    Raises NotFoundError, or ConflictError if it is not the newest of its group, or over.
    """
    with transaction.atomic():
        promotion = Promotion.objects.select_for_update().filter(pk=promotion_id).first()
        if promotion is None:
            raise NotFoundError(_("There is no promotion with this number."))
        if promotion.ended_at is not None:
            raise ConflictError(_("These models are no longer in use."))
        newest = Promotion.objects.in_force().filter(category=promotion.category_id).first()
        if newest != promotion:
            raise ConflictError(_("Newer models are in use for this group. Go back from those first."))
        promotion.ended_at, promotion.ended_by = timezone.now(), user
        promotion.save(update_fields=["ended_at", "ended_by"])
        return promotion
