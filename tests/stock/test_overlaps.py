"""Plants that two photos of a visit show, in the ledger: compared, answered, counted again, moved."""

import pytest

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from stock.ledger import correct_count, restore_image_count, reverse_image_counts
from stock.messages import COUNTED_AGAIN
from stock.models import Overlap, StockBatch, StockCount, Visit
from stock.overlaps import Compared, answer_overlap, answer_rest, record_overlap
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.recording import assert_ledger_is_sound
from tests.stock.visits.test_records import answer, shoot, sketch, stock_at

TWENTY = [(number, 10, number + 5000, 10) for number in range(20)]


@pytest.fixture
def config(db):
    yield LocationConfigFactory()
    assert_ledger_is_sound()


@pytest.fixture
def parts(config):
    """Two parts of a bay with 100 and 80 plants."""
    images = S3ImageFactory(sketch=sketch(1)), S3ImageFactory(sketch=sketch(2))
    first, second = shoot(config, 100, image=images[0]), shoot(config, 80, minute=1, image=images[1])
    answer(config, "parts")
    return first, second


def joined(shared=TWENTY, located=(100, 80)):
    return Compared("joined", homography=[1, 0, 0, 0, 1, 0, 0, 0, 1], shared=shared, located=located)


def doubtful(shared=()):
    return Compared("doubtful", "unclear", shared=shared, located=(100, 80) if shared else (0, 0))


def visit():
    return Visit.objects.filter(photos__gt=0).get()


def say(parts, plants, **more):
    boss = UserFactory(supervisor=True)
    return answer_overlap(first=parts[0].image_id, second=parts[1].image_id, plants=plants, user=boss, **more)


def test_two_parts_wait_for_comparison_and_are_added_until_then(config, parts):
    overlap = Overlap.objects.get()
    assert (overlap.first_id, overlap.second_id) == (parts[0].image_id, parts[1].image_id)
    assert overlap.awaits_comparison
    assert (visit().quantity, visit().is_open, visit().asks_overlap) == (180, False, False)


def test_retakes_and_photos_that_do_not_count_are_not_compared(config):
    shoot(config, 100, place=1)
    shoot(config, 96, place=1, minute=2)
    answer(config, "retake")
    assert not Overlap.objects.exists()


def test_plants_that_both_photos_show_are_taken_off_once(config, parts):
    assert record_overlap(Overlap.objects.get(), joined())
    assert (visit().quantity, visit().is_open, stock_at(config)) == (160, False, 160)
    assert StockCount.objects.get(image_id=parts[1].image_id).seen_before == 20
    assert StockBatch.objects.get().quantity_current == 160


def test_parts_without_a_plant_in_both_are_added(config, parts):
    record_overlap(Overlap.objects.get(), Compared("apart", located=(100, 80)))
    assert (visit().quantity, visit().is_open) == (180, False)


def test_doubtful_parts_are_added_and_open_until_a_person_answers(config, parts):
    record_overlap(Overlap.objects.get(), doubtful())
    assert (visit().quantity, visit().is_open, visit().asks_overlap) == (180, True, True)
    say(parts, 12)
    assert (visit().quantity, visit().is_open, visit().asks_overlap, stock_at(config)) == (168, False, False, 168)


def test_a_suggestion_takes_nothing_off_before_somebody_accepts_it(config, parts):
    record_overlap(Overlap.objects.get(), doubtful(TWENTY))
    assert visit().quantity == 180
    say(parts, 20)
    assert visit().quantity == 160


def test_a_person_stands_over_the_pictures_and_can_take_it_back(config, parts):
    record_overlap(Overlap.objects.get(), joined())
    say(parts, 0)
    assert visit().quantity == 180
    record_overlap(Overlap.objects.get(), joined(TWENTY[:10]))
    assert (visit().quantity, Overlap.objects.get().answer) == (180, 0)
    say(parts, None)
    overlap = Overlap.objects.get()
    assert (visit().quantity, overlap.answer, overlap.answered_by, overlap.answered_at) == (170, None, None, None)


def test_all_that_is_open_can_be_answered_at_once(config, parts):
    shoot(config, 50, minute=2, place=3)
    answer(config, "parts")
    first, *others = Overlap.objects.order_by("pk")
    record_overlap(first, joined())
    for overlap in others:
        record_overlap(overlap, doubtful())
    assert visit().asks_overlap
    answer_rest(visit_id=visit().pk, user=UserFactory(supervisor=True))
    assert (visit().quantity, visit().asks_overlap) == (210, False)
    assert sorted(Overlap.objects.values_list("answer", flat=True), key=str) == [0, 0, None]


def test_a_correction_keeps_the_share_and_has_the_photos_compared_again(config, parts):
    record_overlap(Overlap.objects.get(), joined())
    correct_count(image_id=parts[1].image_id, session_id=parts[1].session_id, quantity=40, quantity_empty=0, user=None)
    assert (visit().quantity, Overlap.objects.get().awaits_comparison) == (130, True)
    correct_count(image_id=parts[1].image_id, session_id=parts[1].session_id, quantity=0, quantity_empty=0, user=None)
    assert visit().quantity == 100


def test_a_result_of_earlier_counts_is_not_recorded(config, parts):
    overlap = Overlap.objects.get()
    shoot(config, 90, minute=1, image=S3ImageFactory._meta.model.objects.get(pk=parts[1].image_id))
    assert not record_overlap(overlap, joined())
    assert (Overlap.objects.get().awaits_comparison, visit().quantity) == (True, 190)


def test_a_deleted_photo_takes_its_overlap_with_it_and_brings_it_back(config, parts):
    record_overlap(Overlap.objects.get(), joined())
    begin = parts[1].created_at
    reverse_image_counts(parts[1].image_id, user=None, reason=COUNTED_AGAIN())
    assert visit().quantity == 100
    restore_image_count(parts[1].image_id, withdrawn_since=begin, user=None)
    assert (visit().quantity, Overlap.objects.get().awaits_comparison) == (160, False)


def test_a_photo_that_moves_leaves_the_overlap(config, parts):
    record_overlap(Overlap.objects.get(), joined())
    other = LocationConfigFactory()
    shoot(other, 80, minute=1, image=S3ImageFactory._meta.model.objects.get(pk=parts[1].image_id))
    assert (stock_at(config), stock_at(other)) == (100, 80)
    with pytest.raises(NotFoundError):
        say(parts, 3)


def test_photos_cannot_share_more_plants_than_one_shows(config, parts):
    with pytest.raises(InvalidInputError, match="80"):
        say(parts, 81)


def test_an_answer_about_other_counts_is_refused(config, parts):
    with pytest.raises(ConflictError):
        say(parts, 3, seen_quantity=(100, 70))
    say(parts, 3, seen_quantity=(80, 100))
    assert visit().quantity == 177


def test_empty_places_of_the_overlap_are_taken_off_in_proportion(config):
    shoot(config, 100, place=1, empty=10)
    shoot(config, 80, place=2, minute=1, empty=8)
    answer(config, "parts")
    record_overlap(Overlap.objects.get(), joined())
    assert StockBatch.objects.get().quantity_empty_containers == 16


def test_visits_from_before_keep_their_sum(config, parts):
    Visit.objects.update(is_compared=False)
    Overlap.objects.all().delete()
    correct_count(image_id=parts[1].image_id, session_id=parts[1].session_id, quantity=81, quantity_empty=0, user=None)
    assert (visit().quantity, Overlap.objects.exists()) == (181, False)
