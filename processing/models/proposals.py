"""What workers propose about a count: corrections, and flags with a text. A supervisor accepts or declines them.

A proposal changes no count. Accepting one makes a `Correction` (a note, for a flag), which does.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.accounts.models import User
from photos.models import S3Image
from processing.models.corrections import Correction

WAITING = Q(withdrawn_at=None, decided_at=None)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Read as adjectives: `Proposal.objects.waiting()`."""

    def waiting(self) -> "ProposalQuerySet":
        """Neither withdrawn nor decided, in the order in which they were made."""
        return self.filter(WAITING).order_by("pk")

    def undoable(self, user: User) -> "ProposalQuerySet":
        """The proposals that this user can withdraw, newest first."""
        return self.filter(WAITING, user=user).order_by("-pk")

    def redoable(self, user: User) -> "ProposalQuerySet":
        """The proposals that this user can make again, last withdrawn first. A newer one clears those withdrawn before
        it."""
        newest = self.filter(user=user).order_by("-pk").values("created_at")[:1]
        return self.filter(user=user, withdrawn_at__gt=newest).order_by("pk")


class Proposal(models.Model):
    """One proposed correction, or a flag, by one person. Only what became of it is written later."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        OVERTAKEN = "overtaken", _("No longer needed")

    image = models.ForeignKey(S3Image, models.CASCADE, related_name="proposals", verbose_name=_("photo"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposals", db_index=False, verbose_name=_("user")
    )
    action = models.CharField(
        _("action"), max_length=10, choices=Correction.Action.choices, help_text=_("A note is a flag")
    )
    class_id = models.PositiveSmallIntegerField(
        _("class"), null=True, blank=True, help_text=_("0 plant, 1 empty, 2 dead: as in a correction")
    )
    x = models.FloatField(_("x"), null=True, blank=True, help_text=_("Share of the upright photo's width"))
    y = models.FloatField(_("y"), null=True, blank=True, help_text=_("Share of the upright photo's height"))
    text = models.TextField(_("text"), blank=True, help_text=_("Text of a flag"))
    sent_as = models.UUIDField(
        _("sent as"),
        null=True,
        blank=True,
        help_text=_("Id chosen by the browser, so that a proposal sent twice is made once"),
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decided_proposals",
        verbose_name=_("decided by"),
    )
    outcome = models.CharField(_("outcome"), max_length=10, blank=True, choices=Outcome.choices)
    correction = models.OneToOneField(
        Correction,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("correction"),
        help_text=_("Made when it was accepted"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        db_table = "photo_proposals"
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["pk"]
        indexes = [models.Index(fields=["image", "id"], name="idx_proposals_waiting", condition=WAITING)]
        constraints = [
            models.UniqueConstraint(fields=["user", "sent_as"], name="proposals_sent_again_made_once"),
            models.CheckConstraint(
                condition=Q(action="note", class_id=None, x=None, y=None) & ~Q(text="")
                | Q(action__in=("add", "remove", "retype"), class_id__isnull=False, class_id__lte=2, text="")
                & Q(x__isnull=False, x__gte=0, x__lte=1, y__isnull=False, y__gte=0, y__lte=1),
                name="proposals_flag_has_text_and_mark_has_place",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, outcome="", correction=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, withdrawn_at=None)
                & Q(outcome__in=("accepted", "declined", "overtaken")),
                name="proposals_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} proposed by {self.user}"

    @property
    def is_flag(self) -> bool:
        """Whether it says something about the count without proposing marks."""
        return self.action == Correction.Action.NOTE

    @property
    def as_correction(self) -> Correction:
        """The correction that it would be; not saved."""
        return Correction(
            image_id=self.image_id,
            user_id=self.user_id,
            action=self.action,
            class_id=self.class_id,
            x=self.x,
            y=self.y,
            text=self.text,
        )
