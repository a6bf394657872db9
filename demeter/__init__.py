"""The Demeter project. The Celery application is made with it, so that every process sends to the same broker."""

from demeter.celery import app as celery_app

__all__ = ("celery_app",)
