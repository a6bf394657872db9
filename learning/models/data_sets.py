"""Versions of data sets with the labels of their photos as they were then, and the photos held out for good.

All three tables are append-only, in the database too, and refer to no photo or place: what a model learned from stays
on record when a photo is purged or a place is renamed.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAME_LENGTH = 60


class Split(models.TextChoices):
    """What a photo is for."""

    TRAIN = "train", pgettext_lazy("photos", "for training")
    HELD_OUT = "held_out", pgettext_lazy("photos", "held out for judging")


class Source(models.TextChoices):
    """Where the photos of a data set come from."""

    PHOTOS = "photos", _("corrected photos")
    IMPORT = "import", _("imported")


class DataSet(models.Model):
    """One version of a data set. The numbers are those of its photos, kept here for lists."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    version = models.PositiveIntegerField(_("version"))
    source = models.CharField(_("source"), max_length=10, choices=Source)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="data_sets",
        verbose_name=_("made by"),
        help_text=_("Empty if a command on the server made it"),
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    photo_count = models.PositiveIntegerField(_("photos"))
    held_out_count = models.PositiveIntegerField(_("photos held out"))
    plant_count = models.PositiveIntegerField(_("plants"), help_text=_("Marked, living ones"))
    product_count = models.PositiveIntegerField(_("products"))
    place_count = models.PositiveIntegerField(_("places"))
    fingerprint = models.CharField(
        _("fingerprint"), max_length=64, help_text=_("SHA-256 of the checksums, splits and labels of its photos")
    )

    class Meta:
        db_table = "data_sets"
        default_permissions = ("add", "view")
        ordering = ["-pk"]
        verbose_name = _("data set")
        verbose_name_plural = _("data sets")
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="data_sets_version_unique"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="data_sets_source_known"),
            models.CheckConstraint(
                condition=Q(held_out_count__lte=F("photo_count")), name="data_sets_parts_of_a_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def train_count(self) -> int:
        """How many photos a model may learn from."""
        return self.photo_count - self.held_out_count


class DataSetPhoto(models.Model):
    """A photo of a data set with its labels (`learning.labels`), as they were when the version was made."""

    data_set = models.ForeignKey(
        DataSet, models.PROTECT, related_name="photos", db_index=False, verbose_name=_("data set")
    )
    name = models.CharField(_("name"), max_length=200, help_text=_("File name in exports"))
    image_id = models.UUIDField(_("photo"), null=True, blank=True, help_text=_("In the gallery; empty if imported"))
    storage_key = models.CharField(
        _("S3 key"), max_length=200, blank=True, help_text=_("Of an imported picture, which is not in the gallery")
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    content_type = models.CharField(_("content type"), max_length=100)
    width_px = models.PositiveIntegerField(_("width (px)"))
    height_px = models.PositiveIntegerField(_("height (px)"))
    split = models.CharField(_("for what"), max_length=10, choices=Split)
    labels = models.JSONField(_("labels"))
    plant_count = models.PositiveIntegerField(_("plants"), null=True, help_text=_("Marked, living; empty if unknown"))
    total = models.PositiveIntegerField(
        _("plants in all"), null=True, blank=True, help_text=_("With hidden ones, as signed off; empty if unknown")
    )
    product_ids = ArrayField(models.BigIntegerField(), verbose_name=_("products"), default=list, blank=True)
    location_id = models.BigIntegerField(_("location"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True, help_text=_("Code of the location"))
    moment = models.DateTimeField(_("moment"), null=True, blank=True)

    class Meta:
        db_table = "data_set_photos"
        default_permissions = ("view",)
        ordering = ["data_set", "name"]
        verbose_name = _("photo of a data set")
        verbose_name_plural = _("photos of data sets")
        indexes = [models.Index(fields=["sha256", "split"], name="idx_data_set_photos_content")]
        constraints = [
            models.UniqueConstraint(fields=["data_set", "name"], name="data_set_photos_name_unique"),
            models.UniqueConstraint(fields=["data_set", "sha256"], name="data_set_photos_content_once"),
            models.CheckConstraint(condition=Q(split__in=Split.values), name="data_set_photos_split_known"),
            models.CheckConstraint(
                condition=Q(image_id__isnull=False, storage_key="") | Q(image_id=None) & ~Q(storage_key=""),
                name="data_set_photos_are_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HeldOutPhoto(models.Model):
    """A photo that no model ever learns from, whatever happens to it: found again by its content, and what was taken
    in the same visit by its location and moment."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    location_id = models.BigIntegerField(_("location"), null=True, blank=True)
    moment = models.DateTimeField(_("moment"), null=True, blank=True)
    held_out_by = models.ForeignKey(
        DataSet, models.PROTECT, related_name="held_out_first", verbose_name=_("data set"), help_text=_("The first one")
    )

    class Meta:
        db_table = "held_out_photos"
        default_permissions = ("view",)
        ordering = ["pk"]
        verbose_name = _("photo held out")
        verbose_name_plural = _("photos held out")
        indexes = [models.Index(fields=["location_id", "moment"], name="idx_held_out_photos_visit")]

    def __str__(self) -> str:
        return self.sha256[:12]
