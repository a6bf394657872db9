"""Counts of some days ago, and the differences between them."""

from datetime import timedelta

from django.utils import timezone

from stock.ledger import record_count
from stock.models import Difference
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory


def count(config, quantity, days_ago):
    image = S3ImageFactory()
    record_count(
        image_id=image.pk,
        session_id=image.pk,
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=0,
        user=None,
        happened_at=timezone.now() - timedelta(days=days_ago),
    )


def differ(*plants: int, days_ago: float = 10, **fields) -> Difference:
    """The last difference of a location with these counts, a day apart."""
    config = LocationConfigFactory(**fields)
    for number, quantity in enumerate(plants):
        count(config, quantity, days_ago + len(plants) - 1 - number)
    return Difference.objects.filter(batch__config=config).first()
