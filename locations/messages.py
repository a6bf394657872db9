"""The messages of `locations.geo` about invalid polygons, so that the admin can translate them."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import Message

POLYGON_FAULTS = tuple(
    map(
        Message,
        (
            gettext_noop("not a GeoJSON geometry"),
            gettext_noop("geometry must be one Polygon, not %(kind)s"),
            gettext_noop("polygon has no rings"),
            gettext_noop("polygon is not valid: %(reason)s"),
            gettext_noop("polygon has no area"),
            gettext_noop("ring is not a list of positions"),
            gettext_noop("ring needs at least four positions"),
            gettext_noop("ring is not closed: first and last position differ"),
            gettext_noop("position is not [longitude, latitude]"),
            gettext_noop("coordinates must be numbers"),
            gettext_noop("longitude %(lon)s, latitude %(lat)s is not on Earth"),
            gettext_noop(
                "polygon of %(area)s km² is larger than such a place can be; "
                "export longitude and latitude (WGS 84), not metres"
            ),
            gettext_noop(
                "nothing grows at latitude %(lat)s: longitude and latitude may be swapped, "
                "GeoJSON wants longitude first"
            ),
        ),
    )
)
