"""Uploads: one row for each upload session."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped
from photos.statuses import UploadSource


class Upload(Timestamped):
    """One upload session: the files a person sent together, and which of them were refused."""

    upload_session_id = models.UUIDField(_("upload session"), primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads", db_index=False, verbose_name=_("user")
    )
    source = models.CharField(_("source"), max_length=50, choices=UploadSource.choices)
    storage_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads",
        verbose_name=_("location"),
        help_text=_("Chosen with the first photos, and the default for later ones; the job of each photo has its own"),
    )
    notes = models.TextField(_("notes"), blank=True)
    accepted_files = models.PositiveIntegerField(_("accepted files"), default=0)
    accepted_bytes = models.BigIntegerField(_("accepted bytes"), default=0)
    refused = models.JSONField(_("refused"), default=list, help_text=_("Refused files: [{filename, code, parameters}]"))
    duplicates = models.JSONField(
        _("duplicates"), default=list, help_text=_("Files that were already uploaded: [{filename, image_id}]")
    )

    class Meta:
        db_table = "photo_uploads"
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "-created_at"], name="idx_uploads_user_created")]

    def __str__(self) -> str:
        return str(self.upload_session_id)
