"""Imports of places between their upload and the step that carries them out, and mappings kept for the next one."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped

KEPT_FOR = timedelta(days=1)


class PlaceImportQuerySet(models.QuerySet["PlaceImport"]):
    """Read as adjectives: `PlaceImport.objects.expired()`."""

    def expired(self) -> "PlaceImportQuerySet":
        """Imports whose preview is too old to be carried out."""
        return self.filter(created_at__lt=timezone.now() - KEPT_FOR)

    def fresh(self) -> "PlaceImportQuerySet":
        """Imports that can still be looked at."""
        return self.filter(created_at__gte=timezone.now() - KEPT_FOR)


class PlaceImport(Timestamped):
    """The rows of uploaded files, how they are read, and what would become of each: what was previewed is applied."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="place_imports", verbose_name=_("user")
    )
    files = models.TextField(_("files"))
    content = models.BinaryField(_("rows"))
    mapping = models.JSONField(_("mapping"))
    preview = models.BinaryField(_("preview"), default=b"")
    digest = models.CharField(_("digest of the preview"), max_length=64, blank=True)
    counts = models.JSONField(_("counts"), default=dict)
    applied_at = models.DateTimeField(_("applied at"), null=True)

    objects = PlaceImportQuerySet.as_manager()

    class Meta:
        db_table = "place_imports"
        ordering = ["-created_at"]
        verbose_name = _("import of places")
        verbose_name_plural = _("imports of places")

    def __str__(self) -> str:
        return self.files


class SavedMapping(Timestamped):
    """How the columns of a nursery's own files become places, by a name that a person gave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    mapping = models.JSONField(_("mapping"))

    class Meta:
        db_table = "saved_mappings"
        ordering = ["name"]
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")

    def __str__(self) -> str:
        return self.name
