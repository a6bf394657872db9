"""Places, catalogue and cultivation for the tests of every app."""

from typing import Any

import factory

from locations.geo import metres_per_degree
from locations.models import (
    ConfigPart,
    ContainerKind,
    ContainerType,
    DensityParameters,
    LocationConfig,
    Packaging,
    PackagingColour,
    PackagingMaterial,
    PackagingType,
    Product,
    ProductCategory,
    ProductFamily,
    ProductState,
    StorageArea,
    StorageLocation,
    Warehouse,
)

LON, LAT = -99.1, 19.4


def square(*, east_m: float = 0.0, north_m: float = 0.0, side_m: float = 2.7) -> dict[str, Any]:
    """A GeoJSON square whose centre lies so far east and north of (LON, LAT)."""
    lon_m, lat_m = metres_per_degree(LAT)
    half = side_m / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    ring = [[LON + (east_m + x) / lon_m, LAT + (north_m + y) / lat_m] for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def point(*, east_m: float = 0.0, north_m: float = 0.0) -> dict[str, float]:
    """The `lon` and `lat` of a point so far east and north of (LON, LAT)."""
    lon_m, lat_m = metres_per_degree(LAT)
    return {"lon": LON + east_m / lon_m, "lat": LAT + north_m / lat_m}


class WarehouseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Warehouse

    code = factory.Sequence(lambda n: f"W{n}")
    name = "Warehouse A"
    polygon = factory.LazyFunction(lambda: square(side_m=200))


class StorageAreaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StorageArea

    warehouse = factory.SubFactory(WarehouseFactory)
    code = factory.Sequence(lambda n: f"A{n}")
    name = "Rack 3"
    position = "N"
    polygon = factory.LazyFunction(lambda: square(side_m=150))


class StorageLocationFactory(factory.django.DjangoModelFactory):
    """A square bay; `StorageLocationFactory(east_m=5)` stands 5 m east of the others."""

    class Meta:
        model = StorageLocation
        skip_postgeneration_save = True

    class Params:
        east_m = 0.0
        north_m = 0.0
        side_m = 2.7
        configured = factory.Trait(
            config=factory.RelatedFactory("tests.locations.factories.LocationConfigFactory", "location")
        )

    storage_area = factory.SubFactory(StorageAreaFactory)
    code = factory.Sequence(lambda n: f"L{n}")
    name = "Shelf 2"
    qr_code = factory.Sequence(lambda n: f"QR-{n:08d}")
    polygon = factory.LazyAttribute(lambda o: square(east_m=o.east_m, north_m=o.north_m, side_m=o.side_m))


class ProductCategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductCategory
        django_get_or_create = ("code",)

    code = "CACTUS"
    name = "Cactus"


class ProductFamilyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductFamily
        django_get_or_create = ("code",)

    code = "MAMMILLARIA"
    name = "Mammillaria"
    scientific_name = "Mammillaria Haw."
    category = factory.SubFactory(ProductCategoryFactory)


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    family = factory.SubFactory(ProductFamilyFactory)
    sku = factory.Sequence(lambda n: f"MAM-{n}")
    common_name = "Ladyfinger cactus"
    scientific_name = "Mammillaria elongata"


class ProductStateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductState
        django_get_or_create = ("code",)

    code = "ADULT"
    name = "Adult"
    is_sellable = True
    sort_order = 5


class PackagingTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PackagingType
        django_get_or_create = ("code",)

    code = "POT"
    name = "Pot"


class PackagingMaterialFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PackagingMaterial
        django_get_or_create = ("code",)

    code = "PLASTIC"
    name = "Plastic"


class PackagingColourFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PackagingColour
        django_get_or_create = ("code",)

    code = "BLACK"
    name = "Black"


class PackagingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Packaging

    sku = factory.Sequence(lambda n: f"POT-{n}")
    name = "Pot 8 cm"
    packaging_type = factory.SubFactory(PackagingTypeFactory)
    material = factory.SubFactory(PackagingMaterialFactory)
    colour = factory.SubFactory(PackagingColourFactory)
    diameter_cm = 8


class ContainerTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContainerType

    code = factory.Sequence(lambda n: f"BED-{n}")
    name = "Loose pots"
    kind = ContainerKind.SEGMENT


class LocationConfigFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LocationConfig

    location = factory.SubFactory(StorageLocationFactory)
    product = factory.SubFactory(ProductFactory)
    packaging = factory.SubFactory(PackagingFactory)
    expected_state = factory.SubFactory(ProductStateFactory)


class ConfigPartFactory(factory.django.DjangoModelFactory):
    """A product that stands in the first container of a place, in no packaging."""

    class Meta:
        model = ConfigPart

    config = factory.SubFactory(LocationConfigFactory)
    product = factory.SubFactory(ProductFactory)
    containers = "1"


class DensityParametersFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DensityParameters

    container_type = factory.SubFactory(ContainerTypeFactory)
    product = factory.SubFactory(ProductFactory)
    packaging = factory.SubFactory(PackagingFactory)
    avg_area_per_plant_cm2 = 64.0
