"""Promotion by figures alone, for a group; roll-back by one click."""

import pytest

from demeter.common.exceptions import ConflictError, NotFoundError
from learning import promoting
from learning.figures import Comparison, Side
from processing.models import Promotion
from processing.runtime.registry import promoted_for, shipped_versions
from tests.factories import UserFactory
from tests.learning.factories import TrainingRunFactory, judged_photo
from tests.locations.factories import ProductCategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def judged(*rows, category=None, rival=None):
    rival = rival or shipped_versions()["detector"]
    return [judged_photo(*row, rival=rival, category=category) for row in rows]


def make_run(*rows, category=None, rival=None, benchmark=(90, 88, 88)):
    own = judged(*(("held_out", f"{n}.jpg", *row) for n, row in enumerate(rows)), category=category, rival=rival)
    return TrainingRunFactory(trained_now=True, judged=own + judged(("benchmark", "r.jpg", *benchmark)))


BETTER = ((100, 76, 94), (50, 60, 51))


def test_better_models_are_promoted_with_their_figures():
    run, boss = make_run(*BETTER), UserFactory(supervisor=True)
    row = promoting.promote(run.pk, category=None, user=boss)
    assert promoted_for(None) == run.trained
    assert (row.promoted_by, row.figures["held_out"]["photos"]) == (boss, 2)
    assert row.figures["held_out"]["after"]["error"] == pytest.approx(0.04)
    with pytest.raises(ConflictError, match="in use already"):
        promoting.promote(run.pk, category=None, user=boss)


@pytest.mark.parametrize(
    ("rows", "benchmark", "message"),
    [
        (((100, 94, 76), (50, 50, 50)), (90, 88, 88), "on your photos kept for testing they are worse"),
        (
            BETTER,
            (90, 88, 80),
            "on the benchmark they are worse than the models in use. Mean error 2.2 % before",
        ),
        (((100, 90, 110), (100, 110, 110)), (90, 88, 88), "leaning by 0.0 % before, 10.0 % after"),
        (((100, 90, 95),), (90, 88, 88), "at least 2 photos kept for testing; this group has 1"),
        ((), (90, 88, 88), "this group has 0"),
    ],
)
def test_worse_models_are_refused_with_the_figures(rows, benchmark, message):
    run = make_run(*rows, benchmark=benchmark)
    with pytest.raises(ConflictError) as refused:
        promoting.promote(run.pk, category=None, user=None)
    assert message in refused.value.message
    assert not Promotion.objects.exists()


def test_equal_models_are_not_worse():
    side = Side(bias=-0.05, error=0.05, refused=0, seconds=1)
    assert not promoting.is_worse(Comparison(9, side, Side(bias=0.05004, error=0.05004, refused=0, seconds=1)))
    assert promoting.is_worse(Comparison(9, side, Side(bias=0.05, error=0.051, refused=0, seconds=1)))


def test_a_group_is_judged_by_its_own_photos():
    cactus = ProductFactory().family.category
    fern = ProductCategoryFactory(code="FERN", name="Fern")
    better, worse = (
        judged(*(("held_out", f"{n}", *row) for n, row in enumerate(BETTER)), category=cactus.pk),
        judged(("held_out", "x", 100, 100, 50), ("held_out", "y", 100, 100, 50), category=fern.pk),
    )
    rows = better + worse + judged(("benchmark", "r.jpg", 90, 88, 88))
    run = TrainingRunFactory(trained_now=True, judged=rows)
    with pytest.raises(ConflictError, match="they are worse"):
        promoting.promote(run.pk, category=None, user=None)
    with pytest.raises(ConflictError, match="they are worse"):
        promoting.promote(run.pk, category=fern, user=None)
    promoting.promote(run.pk, category=cactus, user=None)
    assert promoted_for(cactus.pk) == run.trained
    assert promoted_for(fern.pk) is None


def test_models_judged_beside_others_are_judged_anew():
    first, second = make_run(*BETTER), make_run(*BETTER)
    promoting.promote(first.pk, category=None, user=None)
    with pytest.raises(ConflictError, match="Other models came into use"):
        promoting.promote(second.pk, category=None, user=None)
    third = make_run(*BETTER, rival=first.trained.detector_sha256)
    with pytest.raises(ConflictError, match="Other models came into use"):  # those of the benchmark
        promoting.promote(third.pk, category=None, user=None)


def test_roll_back_brings_the_models_before_back():
    category = ProductFactory().family.category
    general = promoting.promote(make_run(*BETTER).pk, category=None, user=None)
    own = Promotion.objects.create(category=category, trained=make_run(*BETTER).trained, figures={})
    newer = Promotion.objects.create(category=category, trained=make_run(*BETTER).trained, figures={})
    boss = UserFactory(supervisor=True)
    with pytest.raises(ConflictError, match="Newer models are in use"):
        promoting.roll_back(own.pk, user=boss)
    assert promoting.roll_back(newer.pk, user=boss).ended_by == boss
    assert promoted_for(category.pk) == own.trained
    with pytest.raises(ConflictError, match="no longer in use"):
        promoting.roll_back(newer.pk, user=boss)
    promoting.roll_back(own.pk, user=boss)
    assert promoted_for(category.pk) == general.trained
    promoting.roll_back(general.pk, user=boss)
    assert promoted_for(category.pk) is None
    with pytest.raises(NotFoundError):
        promoting.roll_back(10**6, user=boss)


def test_a_training_without_models_is_refused():
    with pytest.raises(ConflictError, match="has no models"):
        promoting.promote(TrainingRunFactory().pk, category=None, user=None)
    with pytest.raises(NotFoundError):
        promoting.promote(10**6, category=None, user=None)
