"""The nursery itself: one row with what the owner chose in the first run in the browser."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped

ONLY_ID = 1
# ISO 4217, those of most nurseries that use Demeter first.
CURRENCIES = (
    *("MXN", "EUR", "USD"),
    *("ARS", "BOB", "BRL", "CAD", "CLP", "COP", "CRC", "DOP", "GBP", "GTQ", "HNL", "NIO", "PEN", "PYG", "UYU", "VES"),
)
CURRENCY_CHOICES = [(code, code) for code in CURRENCIES]


class Units(models.TextChoices):
    """Of lengths that people type and read; the database has centimetres and metres."""

    METRIC = "metric", _("Metric: centimetres and metres")
    US = "us", _("US customary: inches and feet")


def validate_time_zone(value: str) -> None:
    """A name of the IANA database."""
    if value not in available_timezones():
        raise ValidationError(_("Choose a time zone such as America/Mexico_City."))


class TimeZoneField(models.CharField):  # type: ignore[type-arg]
    """The name of a time zone."""

    default_validators = [validate_time_zone]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations know the column only: they must not import this module, which changes."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


@audited(without=("demo", "labels_printed_at", "checklist_done_at"))
class Nursery(Timestamped):
    """The only row says what the owner chose; without it the settings of the server apply.

    `demo` lists what `manage.py load_demo` made, by table, so that exactly that can be removed.
    """

    name = models.CharField(_("name of the nursery"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True, choices=settings.LANGUAGES)
    time_zone = TimeZoneField(_("time zone"), max_length=64, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, choices=CURRENCY_CHOICES)
    units = models.CharField(_("units of length"), max_length=8, choices=Units, default=Units.METRIC)
    blind_recount_percent = models.PositiveSmallIntegerField(
        _("blind recounts (%)"), default=3, db_default=3, validators=[MaxValueValidator(100)]
    )
    working_from = models.PositiveSmallIntegerField(
        _("working hours from"), default=7, db_default=7, validators=[MaxValueValidator(24)]
    )
    working_until = models.PositiveSmallIntegerField(
        _("working hours until"), default=19, db_default=19, validators=[MaxValueValidator(24)]
    )
    demo = models.JSONField(default=dict, blank=True, editable=False)
    labels_printed_at = models.DateTimeField(null=True, blank=True, editable=False)
    checklist_done_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "nursery"
        verbose_name = _("nursery")
        verbose_name_plural = _("nursery")
        constraints = [models.CheckConstraint(condition=Q(pk=ONLY_ID), name="nursery_only_one")]

    def __str__(self) -> str:
        return self.name or "Demeter"

    def save(self, **options: Any) -> None:
        """There is one nursery."""
        self.pk = ONLY_ID
        super().save(**options)
