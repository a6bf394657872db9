"""The stock knows which counts are signed off or in doubt."""

from importlib import import_module

import pytest
from django.db import connection

from locations.models import LocationConfig
from processing.messages import CONTAINERS_FAILED
from processing.models import ProcessingSession
from processing.review import corrections
from processing.review.outcome import record_stock
from stock.models import StockCount, Visit
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import make_bed, refuse

pytestmark = pytest.mark.django_db


@pytest.fixture
def config(db: None) -> LocationConfig:
    return LocationConfigFactory()


def counted(config: LocationConfig, *, doubtful: bool = False) -> ProcessingSession:
    """A photo of the location that is counted and in the stock."""
    session = make_bed(0, 0, 0, location=config.location)
    if doubtful:
        ProcessingSession.objects.filter(pk=session.pk).update(review_reasons=[CONTAINERS_FAILED(number=1).as_json()])
    session.refresh_from_db()
    record_stock(session, config, problem=None, user=None)
    return session


def known(session: ProcessingSession) -> tuple[bool, bool]:
    """Signed off and in doubt, as the visit has it."""
    visit = Visit.objects.get(counts__session_id=session.session_id)
    return visit.signed_off, visit.in_doubt


def test_a_doubtful_count_is_in_doubt_until_it_is_signed_off(config: LocationConfig):
    session, ana = counted(config, doubtful=True), UserFactory(supervisor=True)
    assert known(session) == (False, True)
    corrections.sign_off(image=session.original_image, user=ana, seen=3)
    assert known(session) == (True, False)
    corrections.reopen_count(image=session.original_image, user=ana)
    assert known(session) == (False, True)


def test_a_correction_takes_the_sign_off_away(config: LocationConfig):
    session, ana = counted(config), UserFactory(supervisor=True)
    assert known(session) == (False, False)
    corrections.sign_off(image=session.original_image, user=ana, seen=3)
    corrections.correct(image=session.original_image, user=ana, action="add", class_id=0, x=0.5, y=0.5)
    assert known(session) == (False, False)


def test_a_visit_is_signed_off_once_all_its_counts_are(config: LocationConfig):
    first, second = counted(config), counted(config)
    Visit.objects.get()  # both belong to one
    ana = UserFactory(supervisor=True)
    Visit.objects.update(answer="parts", answered_at="2025-10-08T00:00:00Z")
    StockCount.objects.update(covered=True)
    corrections.sign_off(image=first.original_image, user=ana, seen=3)
    assert known(first) == (False, False)
    corrections.sign_off(image=second.original_image, user=ana, seen=3)
    assert known(first) == (True, False)


def test_a_refused_count_that_is_signed_off_is_stock_and_signed_off(config: LocationConfig):
    session, ana = make_bed(0, 0, 0, location=config.location), UserFactory(supervisor=True)
    refuse(session)
    corrections.sign_off(image=session.original_image, user=ana, seen=3)
    assert known(session) == (True, False)
    corrections.reopen_count(image=session.original_image, user=ana)
    assert not StockCount.objects.in_force().exists()


def test_counts_from_before_are_told_by_the_migration(config: LocationConfig):
    session, ana = counted(config, doubtful=True), UserFactory(supervisor=True)
    later = counted(LocationConfigFactory(), doubtful=True)
    corrections.sign_off(image=session.original_image, user=ana, seen=3)
    StockCount.objects.update(signed_off=False, in_doubt=False)
    Visit.objects.update(signed_off=False, in_doubt=False)
    with connection.cursor() as cursor:
        cursor.execute(import_module("processing.migrations.0004_stock_knows_reviews").TELL)
    assert (known(session), known(later)) == ((True, False), (False, True))
