"""Which weekly summaries were mailed, so that none is mailed twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped


class WeeklySummary(Timestamped):
    """The summary of the week that begins on a Monday; `sent_at` is empty until the mail server has taken it."""

    monday = models.DateField(_("week of"), unique=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        db_table = "stock_weekly_summaries"
        ordering = ["-monday"]
        default_permissions = ()
        verbose_name = _("weekly summary")
        verbose_name_plural = _("weekly summaries")

    def __str__(self) -> str:
        return f"{self.monday:%Y-%m-%d}"
