"""Find a location by typing: what the "assign location" form offers."""

from django.db.models import Q

from locations.models import StorageLocation


def search_locations(text: str, *, limit: int = 20) -> list[StorageLocation]:
    """Active locations in whose code, names or QR code every word of the text occurs, by code; all for no text."""
    found = StorageLocation.objects.active().with_names()
    for word in text.split():
        found = found.filter(
            Q(code__icontains=word)
            | Q(name__icontains=word)
            | Q(qr_code__icontains=word)
            | Q(storage_area__code__icontains=word)
            | Q(storage_area__name__icontains=word)
            | Q(storage_area__warehouse__code__icontains=word)
            | Q(storage_area__warehouse__name__icontains=word)
        )
    return list(found.order_by("code")[:limit])
