"""Tables of the locations app: places, catalogue of what is grown in what, and cultivation (who grows where)."""

from locations.models.catalogue import (
    ContainerKind,
    ContainerType,
    Packaging,
    PackagingColour,
    PackagingMaterial,
    PackagingType,
    Product,
    ProductCategory,
    ProductFamily,
    ProductSize,
    ProductState,
)
from locations.models.changes import PlaceChange
from locations.models.cultivation import ConfigPart, DensityParameters, DensitySource, LocationConfig, PhotoSide
from locations.models.imports import PlaceImport, SavedMapping
from locations.models.nursery import Nursery, Units
from locations.models.places import AreaPosition, StorageArea, StorageLocation, Warehouse, WarehouseType, name_place

__all__ = [
    "AreaPosition",
    "ConfigPart",
    "ContainerKind",
    "ContainerType",
    "DensityParameters",
    "DensitySource",
    "LocationConfig",
    "Nursery",
    "Packaging",
    "PackagingColour",
    "PackagingMaterial",
    "PackagingType",
    "PhotoSide",
    "PlaceChange",
    "PlaceImport",
    "Product",
    "ProductCategory",
    "ProductFamily",
    "ProductSize",
    "ProductState",
    "SavedMapping",
    "StorageArea",
    "StorageLocation",
    "Units",
    "Warehouse",
    "WarehouseType",
    "name_place",
]
