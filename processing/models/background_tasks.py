"""Celery's results as people read them in the admin."""

from django.utils.translation import gettext_lazy as _
from django_celery_results.models import TaskResult


class BackgroundTask(TaskResult):
    """A proxy with a name that can be translated; losing a result loses no work (`demeter.common.celery_results`)."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("background task")
        verbose_name_plural = _("background tasks")
