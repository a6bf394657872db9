"""The columns by which workers take turns (`processing.lifecycle`, `processing.recovery`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Leased(models.Model):
    """A row that one worker at a time processes.

    After `lease_until` recovery restarts the work. `held_by` names the worker and its claim while it works; empty means
    waiting in a queue or for a retry.
    """

    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    held_by = models.CharField(_("worker"), max_length=255, blank=True)
    attempt = models.PositiveSmallIntegerField(
        _("attempt"), default=0, help_text=_("How many times a worker was lost during this job")
    )
    postponements = models.PositiveSmallIntegerField(
        _("postponements"), default=0, help_text=_("How many times an outage postponed it")
    )
    awaits_storage = models.BooleanField(
        _("waiting for the storage"),
        default=False,
        db_default=False,  # so that processes of the previous version can continue during an upgrade
        help_text=_("Postponed by an outage: it continues at `lease_until`, or as soon as the storage answers"),
    )

    class Meta:
        abstract = True
