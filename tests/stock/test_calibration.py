"""Factors as rows: learned with each validation, one version after the other, switched off and on by people."""

from dataclasses import replace

import pytest

from demeter.common.exceptions import ConflictError
from stock.calibration import find_calibration, switch_calibration
from stock.conformal import Stratum
from stock.factors import Verdict
from stock.intervals import learn_anew, record_validation, withdraw_validation
from stock.ledger import answer_visit, review_count
from stock.models import Calibration, IntervalVersion, StockMovement, Validation, ValidationSource, Visit
from stock.products import merge_products
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, ProductFactory
from tests.stock.recording import photo
from tests.stock.validating import MODEL, measure, truth_of, validate

pytestmark = pytest.mark.django_db
KNOWN = ValidationSource.KNOWN


@pytest.fixture
def config():
    return LocationConfigFactory()


def stratum_of(config, container="segment") -> Stratum:
    return Stratum(MODEL, container, config.product_id, config.packaging_id)


def test_third_photo_gives_a_factor_and_the_fourth_a_new_version(config):
    validate(2, off=25, config=config, source=KNOWN)
    assert not Calibration.objects.exists()
    validate(1, off=25, config=config, source=KNOWN)
    first = Calibration.objects.get()
    assert (first.verdict, first.photos, first.user, first.is_used) == (Verdict.USED, 3, None, True)
    assert first.calibrate(100) == 114
    assert find_calibration(stratum_of(config)) == first
    validate(1, off=25, config=config, source=KNOWN)
    newest = find_calibration(stratum_of(config))
    assert (newest.photos, newest.factor > first.factor) == (4, True)
    first.refresh_from_db()
    assert first.ended_at == newest.created_at


def test_factor_is_for_its_own_product_packaging_container_and_models(config):
    validate(3, off=25, config=config, source=KNOWN)
    other = LocationConfigFactory(product=ProductFactory())
    assert find_calibration(stratum_of(config)) is not None
    assert find_calibration(stratum_of(other)) is None
    assert find_calibration(stratum_of(config, "plug")) is None
    assert find_calibration(Stratum("newer", "segment", config.product_id, config.packaging_id)) is None
    assert find_calibration(Stratum(MODEL, "segment", config.product_id, None)) is None
    assert find_calibration(Stratum(MODEL, "segment")) is None


def test_errors_both_ways_are_learned_from_and_not_used(config):
    for off in (25, -25, 30, -20):
        validate(1, off=off, config=config, source=KNOWN)
    row = Calibration.objects.in_force().get()
    assert (row.verdict, row.is_used) == (Verdict.BOTH_WAYS, False)
    assert row.low < 1 < row.high
    assert find_calibration(stratum_of(config)) is None


def test_validation_that_is_taken_back_takes_the_factor_with_it(config):
    rows = validate(3, off=25, config=config, source=KNOWN)
    withdraw_validation(rows[0].image_id, sources=[KNOWN])
    assert find_calibration(stratum_of(config)) is None
    assert not Calibration.objects.in_force().exists()
    assert Calibration.objects.count() == 1, "history stays"


def test_what_a_person_switches_off_stays_off_whatever_is_learned(config):
    ana = UserFactory(supervisor=True)
    [*_, last] = validate(3, off=25, config=config, source=KNOWN)
    row = Calibration.objects.get()
    off = switch_calibration(calibration_id=row.pk, on=False, user=ana)
    assert (off.is_off, off.user, off.factor) == (True, ana, row.factor)
    assert find_calibration(stratum_of(config)) is None
    assert switch_calibration(calibration_id=off.pk, on=False, user=ana) == off, "again changes nothing"
    withdraw_validation(last.image_id, sources=[KNOWN])
    validate(3, off=25, config=config, source=KNOWN)
    newest = Calibration.objects.in_force().get()
    assert (newest.is_off, newest.user, newest.photos) == (True, None, 5)
    on = switch_calibration(calibration_id=newest.pk, on=True, user=ana)
    assert find_calibration(stratum_of(config)) == on
    with pytest.raises(ConflictError, match="has changed"):
        switch_calibration(calibration_id=row.pk, on=True, user=ana)


def test_photos_chosen_for_looking_wrong_stand_beside_those_that_people_accepted(config):
    """Else the few counts that needed a correction would spoil all those that are right."""
    for _number in range(6):
        count = measure(photo(config, 100), 5.0)
        review_count(session_id=count.session_id, signed_off=True, in_doubt=False)
    validate(4, off=25, config=config)
    assert Calibration.objects.in_force().get().verdict == Verdict.BOTH_WAYS
    validate(3, off=25, config=config, source=KNOWN)
    row = Calibration.objects.in_force().get()
    assert (row.verdict, row.photos) == (Verdict.USED, 3), "known counts speak for themselves"


def test_same_numbers_make_no_version(config):
    validate(3, off=25, config=config, source=KNOWN)
    other = LocationConfigFactory(product=ProductFactory())
    validate(3, off=25, config=other, source=KNOWN)
    assert Calibration.objects.count() == 2
    assert IntervalVersion.objects.count() == 6


def test_factor_follows_a_merged_product(config):
    validate(3, off=25, config=config, source=KNOWN)
    other = ProductFactory()
    merge_products(source=config.product, target=other)
    assert find_calibration(Stratum(MODEL, "segment", other.pk, config.packaging_id)).photos == 3
    assert Calibration.objects.in_force().count() == 1


def test_ledger_says_what_was_counted_before_calibration(config):
    count = photo(config, 140, uncalibrated=131)
    assert str(StockMovement.objects.get().reason) == "Counted 140, 131 before calibration."
    other = photo(config, 60, hour=0.2)
    visit, seen = Visit.objects.get(), {count.image_id, other.image_id}
    answer_visit(visit_id=visit.pk, answer="parts", seen=seen, chosen=(), user=UserFactory())
    reasons = {str(row.reason) for row in StockMovement.objects.all()}
    assert "Counted 200 in 2 photos of one visit, 191 before calibration." in reasons


def test_validation_keeps_the_interval_that_was_shown_before_it_was_learned_from(config, monkeypatch):
    validate(9, off=4, error=2.0, config=config)
    assert set(Validation.objects.values_list("low", "high")) == {(None, None)}, "nothing was known"
    [row] = validate(1, off=9, error=2.0, config=config)
    assert (row.low, row.high) == (96, 104)
    [calibrated] = validate(1, off=9, error=2.0, config=config, calibrated=107)
    assert calibrated.high - calibrated.low > 0
    assert calibrated.low <= 107 <= calibrated.high


def test_photo_whose_true_number_is_known_is_not_also_one_that_people_accepted(config):
    for _number in range(2):
        count = measure(photo(config, 131), 5.0)
        review_count(session_id=count.session_id, signed_off=True, in_doubt=False)
        known = replace(truth_of(config, counted=131, truth=140), image_id=count.image_id)
        record_validation(known, source=KNOWN, user=UserFactory(supervisor=True))
    validate(3, off=9, counted=131, config=config)
    row = Calibration.objects.in_force().get()
    assert (row.photos, row.verdict) == (5, Verdict.USED), "131 was 140 in all five"


def test_factor_that_was_switched_off_stays_off_for_newer_models_and_a_merged_product(config):
    validate(3, off=25, config=config, source=KNOWN)
    switch_calibration(calibration_id=Calibration.objects.get().pk, on=False, user=UserFactory(supervisor=True))
    validate(3, off=25, config=config, source=KNOWN, model_version="newer")
    newer = Calibration.objects.in_force().get(model_version="newer")
    assert (newer.is_off, newer.is_used) == (True, False)
    other = ProductFactory()
    merge_products(source=config.product, target=other)
    assert set(Calibration.objects.in_force().values_list("product", "is_off")) == {(other.pk, True)}


def test_validation_learns_its_own_kind_of_photos_alone(config):
    other = LocationConfigFactory(product=ProductFactory())
    validate(3, off=25, config=other, source=KNOWN)
    Calibration.objects.update(photos=99)
    validate(3, off=25, config=config, source=KNOWN)
    assert Calibration.objects.get(product=other.product).photos == 99
    learn_anew()
    assert Calibration.objects.in_force().get(product=other.product).photos == 3
