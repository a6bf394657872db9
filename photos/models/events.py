"""Events of photos: what people did to them, kept when the files are gone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped
from photos.models.images import S3Image
from photos.statuses import PhotoAction


class PhotoEvent(Timestamped):
    """Who deleted, restored, purged or dismissed a photo.

    Append-only; it outlives the photo's files. Without a user it was the software itself: the purge after the days in
    the trash.
    """

    image = models.ForeignKey(S3Image, on_delete=models.PROTECT, related_name="events", verbose_name=_("photo"))
    action = models.CharField(_("action"), max_length=20, choices=PhotoAction.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="photo_events",
        verbose_name=_("user"),
    )

    class Meta:
        db_table = "photo_events"
        verbose_name = _("event of a photo")
        verbose_name_plural = _("events of photos")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=PhotoAction.values), name="photo_events_action_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"
