"""Batches and movements for tests that read stock; tests of the ledger write through the ledger."""

from datetime import UTC, datetime

import factory

from stock.models import MovementKind, SourceType, StockBatch, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory

COUNTED_AT = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)


class StockBatchFactory(factory.django.DjangoModelFactory):
    """A batch of a configured location, without movements."""

    class Meta:
        model = StockBatch

    config = factory.SubFactory(LocationConfigFactory)
    location = factory.SelfAttribute("config.location")
    product = factory.SelfAttribute("config.product")
    packaging = factory.SelfAttribute("config.packaging")
    state = factory.SelfAttribute("config.expected_state")
    batch_code = factory.Sequence(lambda n: f"L/P/20251008/{n}")


class StockMovementFactory(factory.django.DjangoModelFactory):
    """A movement that a person wrote: ten plants planted. Traits: sale, photo."""

    class Meta:
        model = StockMovement

    class Params:
        sale = factory.Trait(kind=MovementKind.SALE, quantity=-3)
        photo = factory.Trait(
            kind=MovementKind.PHOTO,
            source_type=SourceType.AI,
            image_id=factory.Faker("uuid4", cast_to=None),
            session_id=factory.Faker("uuid4", cast_to=None),
        )

    batch = factory.SubFactory(StockBatchFactory)
    kind = MovementKind.PLANTING
    quantity = 10
    source_type = SourceType.MANUAL
    user = factory.SubFactory(UserFactory)
    happened_at = COUNTED_AT
