"""A count that was truly checked validates its photo; a sign-off at a glance does not."""

import pytest
from django.utils import timezone

from processing.models import ProcessingSession
from processing.review import corrections
from processing.review.outcome import record_stock
from processing.review.recount import read_reviewed, take_over
from processing.review.validation import follow_validation, record_truth
from stock.models import Calibration, IntervalVersion, StockCount, Validation, ValidationSource
from tests.factories import UserFactory
from tests.locations.factories import ConfigPartFactory, LocationConfigFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed

pytestmark = pytest.mark.django_db
VERSIONS = {"detector": "d" * 64, "segmenter": "s" * 64}


@pytest.fixture
def config():
    return LocationConfigFactory()


@pytest.fixture
def ana():
    return UserFactory(supervisor=True)


@pytest.fixture
def bed(config) -> ProcessingSession:
    """Three plants, of which the model expects to be off by two."""
    return measured(make_bed(0, 0, 0, location=config.location), config)


def measured(session, config=None, error=2.0) -> ProcessingSession:
    ProcessingSession.objects.filter(pk=session.pk).update(
        predicted_error=error, container_kind="segment", model_versions=VERSIONS, parameters_hash="p" * 16
    )
    session.refresh_from_db()
    if config is not None:
        record_stock(session, config, problem=None, user=None)
    return session


def add(session, user, x=0.5):
    return corrections.correct(image=session.original_image, user=user, action="add", class_id=0, x=x, y=0.5)


def sign(session, user):
    session.refresh_from_db()
    return corrections.sign_off(image=session.original_image, user=user, seen=session.total_estimated)


def in_force() -> list[tuple[str, int, int]]:
    return list(Validation.objects.in_force().values_list("source", "counted", "truth"))


def known_error(session) -> float | None:
    return StockCount.objects.get(session_id=session.session_id).predicted_error


def test_corrected_and_signed_off_count_is_validated(bed, config, ana):
    add(bed, ana)
    assert in_force() == []
    assert known_error(bed) == 2.0
    sign(bed, ana)
    row = Validation.objects.get()
    assert (row.source, row.counted, row.truth, row.predicted_error, row.user) == ("corrected", 3, 4, 2.0, ana)
    assert (row.product, row.packaging, row.container_kind) == (config.product, config.packaging, "segment")
    assert row.model_version == f"{'d' * 12}-{'s' * 12}-{'p' * 12}" == bed.model_version
    assert IntervalVersion.objects.count() == 1
    assert known_error(bed) == 0.0


def test_sign_off_alone_is_no_validation(bed, ana):
    sign(bed, ana)
    assert in_force() == []
    assert known_error(bed) == 2.0


@pytest.mark.parametrize("lost_by", ["reopened", "corrected", "undone"])
def test_validation_ends_with_its_sign_off(bed, ana, lost_by):
    add(bed, ana)
    sign(bed, ana)
    match lost_by:
        case "reopened":
            corrections.reopen_count(image=bed.original_image, user=ana)
        case "corrected":
            add(bed, ana, x=0.8)
        case "undone":
            corrections.undo(image=bed.original_image, user=ana)
    assert in_force() == []
    assert Validation.objects.count() == 1, "it is kept, withdrawn"
    assert known_error(bed) == 2.0
    assert IntervalVersion.objects.first().validations == 0


def test_new_run_is_judged_by_the_same_truth(bed, config, ana):
    record_truth(bed, truth=5, source=ValidationSource.RECOUNT, user=ana)
    assert in_force() == [("recount", 3, 5)]
    newer = ProcessingSessionFactory(
        ready=True, storage_location=config.location, job__image=bed.original_image, total_detected=4, total_estimated=4
    )
    follow_validation(measured(newer, config))
    assert in_force() == [("recount", 4, 5)]
    assert Validation.objects.count() == 2


def test_independent_count_is_worth_more_than_a_correction(bed, ana):
    record_truth(bed, truth=5, source=ValidationSource.KNOWN, user=ana)
    add(bed, ana)
    sign(bed, ana)
    assert in_force() == [("known", 3, 5)]
    corrections.reopen_count(image=bed.original_image, user=ana)
    assert in_force() == [("known", 3, 5)]


def test_run_that_predicted_nothing_teaches_nothing(config, ana):
    bed = measured(make_bed(0, 0, 0, location=config.location), config, error=None)
    add(bed, ana)
    sign(bed, ana)
    assert in_force() == []
    assert record_truth(bed, truth=5, source=ValidationSource.KNOWN, user=ana) is None


def test_place_of_several_products_teaches_its_container_alone(bed, config, ana):
    ConfigPartFactory(config=config, containers="", share_percent=30)
    row = record_truth(bed, truth=5, source=ValidationSource.KNOWN, user=ana)
    assert (row.product, row.packaging) == (None, None)
    [quantile] = IntervalVersion.objects.first().quantiles
    assert quantile["rung"] == "container"


@pytest.fixture
def calibrated(config, ana) -> ProcessingSession:
    """Ten plants, of which the models saw eight: a factor of 1.25 was learned from many photos."""
    bed = make_bed(*[0] * 8, location=config.location)
    row = Calibration.objects.create(
        model_version=bed.model_version,
        product=config.product,
        packaging=config.packaging,
        factor=1.25,
        low=1.2,
        high=1.3,
        photos=7,
        error_before=0.2,
        error_after=0.02,
        verdict="used",
        created_at=timezone.now(),
    )
    ProcessingSession.objects.filter(pk=bed.pk).update(calibration=row, uncalibrated=8, total_estimated=10)
    return measured(bed, config)


def stock_of(session) -> tuple[int, int | None]:
    return StockCount.objects.values_list("quantity", "uncalibrated").get(session_id=session.session_id)


def test_corrected_count_goes_by_its_marks_without_the_factor(calibrated, ana):
    assert stock_of(calibrated) == (10, 8)
    add(calibrated, ana, x=0.95)
    calibrated.refresh_from_db()
    assert (calibrated.total_estimated, calibrated.is_calibrated) == (9, False)
    assert stock_of(calibrated) == (9, None)
    sign(calibrated, ana)
    assert in_force() == [("corrected", 8, 9)], "a factor is learned from what the models counted"
    assert Validation.objects.get().calibrated == 10
    corrections.undo(image=calibrated.original_image, user=ana)
    calibrated.refresh_from_db()
    assert (calibrated.total_estimated, calibrated.is_calibrated) == (10, True)
    assert stock_of(calibrated) == (10, 8)


def test_note_leaves_the_calibrated_count_alone(calibrated, ana):
    corrections.note(image=calibrated.original_image, user=ana, text="Half in the shade")
    calibrated.refresh_from_db()
    assert (calibrated.total_estimated, calibrated.is_calibrated) == (10, True)
    assert calibrated.manual_adjustments["model"]["total_estimated"] == 8


def test_known_count_of_a_calibrated_photo_is_compared_with_what_the_models_saw(calibrated, ana):
    row = record_truth(calibrated, truth=11, source=ValidationSource.KNOWN, user=ana)
    assert (row.counted, row.calibrated, row.truth) == (8, 10, 11)


def test_factor_of_a_count_that_was_taken_over_goes_with_it_at_the_first_correction(calibrated, config, ana):
    sign(calibrated, ana)
    calibrated.refresh_from_db()
    newer = measured(make_bed(*[0] * 7, location=config.location), config)
    take_over(newer, calibrated, read_reviewed(newer.original_image, newer))
    assert (newer.total_estimated, newer.is_calibrated) == (10, True)
    for plants in (8, 9):
        add(newer, ana, x=0.1 * plants)
        newer.refresh_from_db()
        assert (newer.total_estimated, newer.calibration) == (plants, None)
    for plants in (8, 7):
        corrections.undo(image=newer.original_image, user=ana)
        newer.refresh_from_db()
        assert (newer.total_estimated, newer.is_calibrated) == (plants, False)
