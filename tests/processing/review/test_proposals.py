"""What workers propose: no count and no stock changes until a supervisor accepts it, and who did what is on record."""

from uuid import uuid4

import pytest

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from processing.models import Correction, Detection, Proposal
from processing.review import corrections, proposals
from processing.review.outcome import record_stock
from processing.review.proposals import Decided, proposed_totals
from stock.models import StockBatch, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import make_bed

pytestmark = pytest.mark.django_db
PLANT, EMPTY, DEAD = range(3)
FREE = {"x": 0.5, "y": 0.5}


@pytest.fixture
def bed():
    """Three plants in the stock."""
    config = LocationConfigFactory()
    session = make_bed(PLANT, PLANT, PLANT, location=config.location)
    record_stock(session, config, problem=None, user=None)
    return session


@pytest.fixture
def ana():
    """A worker."""
    return UserFactory()


@pytest.fixture
def boss():
    return UserFactory(supervisor=True)


def place(number: int) -> dict[str, float]:
    """Where `make_bed` puts the things."""
    return {"x": (100 + 60 * number) / 1000, "y": 0.1}


def propose(bed, user, action, where, class_id=PLANT, **more) -> Proposal:
    return proposals.propose(image=bed.original_image, user=user, action=action, class_id=class_id, **where, **more)


def accept(bed, boss, proposal) -> Decided:
    return proposals.accept(image=bed.original_image, user=boss, made_by=proposal.user_id, up_to=proposal.pk)


def in_stock() -> int:
    return StockBatch.objects.get().quantity_current


def count(bed) -> int:
    bed.refresh_from_db()
    return bed.total_estimated


def test_a_proposal_changes_neither_count_nor_stock_until_it_is_accepted(bed, ana, boss):
    moved = StockMovement.objects.count()
    propose(bed, ana, "add", FREE)
    propose(bed, ana, "remove", place(1))
    newest = propose(bed, ana, "add", {"x": 0.7, "y": 0.7})
    proposals.flag(image=bed.original_image, user=ana, text="Behind the post")
    assert (count(bed), in_stock(), Correction.objects.count()) == (3, 3, 0)
    assert StockMovement.objects.count() == moved
    assert proposed_totals(bed, list(Proposal.objects.waiting())).estimated == 4
    assert accept(bed, boss, newest) == Decided(accepted=3)
    assert (count(bed), in_stock()) == (4, 4)
    assert Proposal.objects.waiting().get().is_flag, "made after what was seen"


def test_who_proposed_and_who_accepted_stays_visible(bed, ana, boss):
    proposal = propose(bed, ana, "add", FREE)
    accept(bed, boss, proposal)
    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.decided_by, proposal.user) == ("accepted", boss, ana)
    assert (proposal.correction.user, proposal.correction.proposal.user) == (boss, ana)
    corrections.undo(image=bed.original_image, user=boss)
    assert count(bed) == 3


def test_declined_proposals_change_nothing(bed, ana, boss):
    proposal = propose(bed, ana, "remove", place(0))
    seen = {"made_by": ana.pk, "up_to": proposal.pk}
    assert proposals.decline(image=bed.original_image, user=boss, **seen) == Decided(declined=1)
    assert (count(bed), in_stock(), Correction.objects.count()) == (3, 3, 0)
    assert accept(bed, boss, proposal) == Decided(), "it is decided"


def test_accepting_twice_corrects_once(bed, ana, boss):
    proposal = propose(bed, ana, "add", FREE)
    assert (accept(bed, boss, proposal), accept(bed, boss, proposal)) == (Decided(accepted=1), Decided())
    assert (count(bed), in_stock()) == (4, 4)


def test_what_the_count_says_already_is_not_done_again_nor_to_a_neighbour(bed, ana, boss):
    """The neighbour is so near that a tap at the place would reach it."""
    detected = Detection.objects.filter(segment__session=bed)
    detected.filter(center_x_px=160).update(center_x_px=125)
    propose(bed, ana, "add", FREE)
    newest = propose(bed, ana, "remove", place(0))
    corrections.correct(image=bed.original_image, user=boss, action="add", class_id=PLANT, **FREE)
    corrections.correct(image=bed.original_image, user=boss, action="remove", class_id=PLANT, **place(0))
    assert accept(bed, boss, newest) == Decided(overtaken=2)
    assert (count(bed), Correction.objects.count()) == (3, 2)


def test_the_proposals_of_one_person_are_decided_without_those_of_another(bed, ana, boss):
    luis = UserFactory()
    first, other = propose(bed, ana, "add", FREE), propose(bed, luis, "add", FREE)
    assert accept(bed, boss, other) == Decided(accepted=1)
    assert Proposal.objects.waiting().get() == first
    assert accept(bed, boss, first) == Decided(overtaken=1)


def test_proposals_build_on_ones_own_and_are_made_once(bed, ana):
    name = uuid4()
    made = propose(bed, ana, "add", FREE, sent_as=name)
    assert propose(bed, ana, "add", FREE, sent_as=name) == made
    with pytest.raises(ConflictError, match="Another correction was sent"):
        propose(bed, ana, "remove", FREE, sent_as=name)
    with pytest.raises(ConflictError, match="already counted"):
        propose(bed, ana, "add", FREE)
    propose(bed, ana, "remove", FREE)
    with pytest.raises(ConflictError, match="nothing left to remove"):
        propose(bed, ana, "remove", {"x": 0.7, "y": 0.7})
    with pytest.raises(InvalidInputError):
        propose(bed, ana, "add", {"x": 1.5, "y": 0.5})


def test_undo_and_redo_of_ones_own_that_wait(bed, ana, boss):
    image, name = bed.original_image, uuid4()
    propose(bed, ana, "add", FREE, sent_as=name)
    for _time in range(2):
        assert proposals.undo(image=image, user=ana, named=name).withdrawn_at
    with pytest.raises(ConflictError):
        proposals.undo(image=image, user=ana)
    for _time in range(2):
        assert proposals.redo(image=image, user=ana, named=name).withdrawn_at is None
    with pytest.raises(ConflictError):
        proposals.redo(image=image, user=ana)
    with pytest.raises(NotFoundError):
        proposals.undo(image=image, user=boss, named=name)
    accept(bed, boss, Proposal.objects.get())
    with pytest.raises(ConflictError):
        proposals.undo(image=image, user=ana, named=name)


def test_flags_become_notes_and_the_same_words_are_kept_once(bed, ana, boss):
    flag = proposals.flag(image=bed.original_image, user=ana, text=" Half is hidden ")
    assert proposals.flag(image=bed.original_image, user=ana, text="Half is hidden") == flag
    other = proposals.flag(image=bed.original_image, user=UserFactory(), text="Half is hidden")
    assert accept(bed, boss, flag) == Decided(accepted=1)
    assert accept(bed, boss, other) == Decided(overtaken=1)
    note = Correction.objects.get()
    assert (note.action, note.text, note.proposal) == ("note", "Half is hidden", flag)
    for text in ("  ", "x" * 2001):
        with pytest.raises(InvalidInputError):
            proposals.flag(image=bed.original_image, user=ana, text=text)


def test_an_accepted_change_takes_back_a_sign_off(bed, ana, boss):
    corrections.sign_off(image=bed.original_image, user=boss, seen=3)
    proposal = propose(bed, ana, "add", FREE)
    bed.refresh_from_db()
    assert bed.validated
    accept(bed, boss, proposal)
    bed.refresh_from_db()
    assert not bed.validated
