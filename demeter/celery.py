"""The Celery application: three queues, one beat schedule. Tasks are found in each app's `tasks.py`.

`io` waits on storage (threads pool), `gpu` runs the models (solo: CUDA and fork do not mix), `cpu` aggregates
(prefork). The broker only wakes workers up; the truth of every job is its database row (`processing.recovery`).
"""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")

app = Celery("demeter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue("io"), Queue("gpu"), Queue("cpu")]
app.conf.task_create_missing_queues = False
app.conf.beat_schedule = {
    "recover-stalled": {"task": "processing.tasks.recover_stalled", "schedule": 15.0, "options": {"expires": 15}},
}
app.autodiscover_tasks()
