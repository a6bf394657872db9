"""Steps that made many places at once, so that each can be undone whole."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceChange(models.Model):
    """One step that made places, with the ids of exactly the rows that it made; `locations.place_changes` undoes it.

    `token` comes with the form, so that a form sent twice makes its places once. A step is never deleted: when it was
    undone, the ids remain as a record. Changes of existing places are only counted: undoing leaves them as they are.
    """

    class Kind(models.TextChoices):
        BUILD = "build", _("Made by patterns")
        SPLIT = "split", _("Bed split into bays")
        IMPORT = "import", _("Imported")

    token = models.UUIDField(_("token"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    warehouse_ids = ArrayField(models.IntegerField(), default=list, verbose_name=_("warehouses"))
    area_ids = ArrayField(models.IntegerField(), default=list, verbose_name=_("storage areas"))
    location_ids = ArrayField(models.IntegerField(), default=list, verbose_name=_("storage locations"))
    changed = models.PositiveIntegerField(_("existing places changed"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="place_changes",
        null=True,
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)

    class Meta:
        db_table = "place_changes"
        ordering = ["-made_at"]
        verbose_name = _("setup step")
        verbose_name_plural = _("setup steps")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["build", "split", "import"]), name="placechange_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.made_at:%Y-%m-%d}"
