"""People's corrections of a photo: events that are applied by position to the result of the newest run."""

from collections.abc import Mapping
from typing import cast

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from demeter.accounts.models import User
from demeter.common.audit import audited
from photos.models import S3Image
from processing.counting.corrections import Mark, MarkAction

# Of a mark, by class.
CLASS_WORDS: tuple[StrOrPromise, ...] = (
    pgettext_lazy("mark", "plant"),
    pgettext_lazy("mark", "empty"),
    pgettext_lazy("mark", "dead"),
)
WORDS: Mapping[tuple[str, int | None], StrOrPromise] = {
    ("add", 0): _("add plant"),
    ("add", 1): _("add empty place"),
    ("add", 2): _("add dead plant"),
    ("remove", 0): _("remove plant"),
    ("remove", 1): _("remove empty place"),
    ("remove", 2): _("remove dead plant"),
    ("retype", 0): _("change to plant"),
    ("retype", 1): _("change to empty place"),
    ("retype", 2): _("change to dead plant"),
    ("note", None): _("note"),
}


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Read as adjectives: `Correction.objects.in_force()`."""

    def in_force(self) -> "CorrectionQuerySet":
        """Not undone, in the order in which they were made."""
        return self.filter(undone_at=None).order_by("pk")

    def undoable(self, user: User) -> "CorrectionQuerySet":
        """The corrections that this user can undo, newest first."""
        return self.filter(user=user, undone_at=None).order_by("-pk")

    def redoable(self, user: User) -> "CorrectionQuerySet":
        """The corrections that this user can redo, last undone first. A newer correction clears those undone before
        it."""
        newest = self.filter(user=user).order_by("-pk").values("created_at")[:1]
        return self.filter(user=user, undone_at__gt=newest).order_by("pk")


# A correction is an event itself; this log adds each undo and redo, of which the row has only the last.
@audited(
    pghistory.UpdateEvent("undone", condition=pghistory.Q(old__undone_at__isnull=True, new__undone_at__isnull=False)),
    pghistory.UpdateEvent("redone", condition=pghistory.Q(old__undone_at__isnull=False, new__undone_at__isnull=True)),
    only=("image", "user", "action", "undone_at"),
)
class Correction(models.Model):
    """One correction by one person. Never edited; only `undone_at` is set by undo and cleared by redo."""

    class Action(models.TextChoices):
        ADD = "add", _("Add")
        REMOVE = "remove", _("Remove")
        RETYPE = "retype", _("Change type")
        NOTE = "note", _("Note")

    image = models.ForeignKey(S3Image, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("photo"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="corrections", db_index=False, verbose_name=_("user")
    )
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    class_id = models.PositiveSmallIntegerField(
        _("class"),
        null=True,
        blank=True,
        help_text=_("0 plant, 1 empty, 2 dead: what was added or removed, or what it really is"),
    )
    x = models.FloatField(_("x"), null=True, blank=True, help_text=_("Share of the upright photo's width"))
    y = models.FloatField(_("y"), null=True, blank=True, help_text=_("Share of the upright photo's height"))
    text = models.TextField(_("text"), blank=True, help_text=_("Text of a note"))
    sent_as = models.UUIDField(
        _("sent as"),
        null=True,
        blank=True,
        help_text=_("Id chosen by the browser, so that a correction sent twice is made once"),
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        db_table = "photo_corrections"
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "sent_as"], name="corrections_sent_again_made_once"),
            models.CheckConstraint(
                condition=Q(action="note", class_id=None, x=None, y=None) & ~Q(text="")
                | Q(action__in=("add", "remove", "retype"), class_id__isnull=False, class_id__lte=2, text="")
                & Q(x__isnull=False, x__gte=0, x__lte=1, y__isnull=False, y__gte=0, y__lte=1),
                name="corrections_note_has_text_and_mark_has_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.user}"

    @property
    def words(self) -> str:
        """What was done, for the buttons and the trace: "add plant", "note"."""
        return str(WORDS[self.action, self.class_id])

    @property
    def place_percent(self) -> tuple[int, int] | None:
        """The position in whole percent of the photo's width and height; None for a note."""
        return None if self.x is None or self.y is None else (round(self.x * 100), round(self.y * 100))

    @property
    def is_note(self) -> bool:
        """Whether it is only a note and changes no count."""
        return self.action == self.Action.NOTE

    def as_mark(self, resolution_wh: tuple[int, int]) -> Mark:
        """The correction in pixels of the photo. Raises ValueError for a note, which has no place."""
        if self.x is None or self.y is None or self.class_id is None:
            raise ValueError("a note marks no place")
        width, height = resolution_wh
        return Mark(cast(MarkAction, self.action), self.x * width, self.y * height, self.class_id)
