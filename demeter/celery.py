"""The Celery application: four queues, one beat schedule. Tasks are found in each app's `tasks`, `recovery` and
`periodic_tasks`.

`io` waits on storage (threads pool), `gpu` runs the models (solo: CUDA and fork do not mix), `cpu` aggregates
(prefork), `train` trains models, one at a time (solo). Time limits of tasks hold in `cpu` alone; `processing.tasks`
says what holds elsewhere. The broker only wakes workers up; the state of every job is its database row
(`processing.recovery`, `learning.recovery`).
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init
from kombu import Queue

from demeter.common import broker, logs
from demeter.common.database import set_statement_timeout
from demeter.monitoring import heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")

app = Celery("demeter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in (*heartbeat.QUEUES, heartbeat.TRAIN)]
# In Redis the lower number goes first. A photo whose containers are known is finished before the next is opened, and
# recovery does not wait behind the uploads that it restarts.
FIRST, LATER = 0, 5
app.conf.task_routes = {
    "processing.tasks.upload_s3_batch": {"queue": "io", "priority": LATER},
    "processing.tasks.process_photo_ml": {"queue": "gpu", "priority": LATER},
    "processing.tasks.detect_sahi": {"queue": "gpu", "priority": FIRST},
    "processing.tasks.detect_direct": {"queue": "gpu", "priority": FIRST},
    "processing.tasks.aggregate_results": {"queue": "cpu"},
    "processing.tasks.draw_annotated": {"queue": "cpu"},
    "processing.tasks.compare_photos": {"queue": "cpu", "priority": LATER},
    "processing.tasks.write_stocktake_report": {"queue": "cpu"},
    "processing.recovery.recover_stalled": {"queue": "io", "priority": FIRST},
    "learning.tasks.*": {"queue": "train"},
    "learning.recovery.recover_trainings": {"queue": "io", "priority": FIRST},
    "processing.periodic_tasks.*": {"queue": "io", "priority": LATER},
}
app.conf.task_create_missing_queues = False
app.conf.beat_schedule = {
    # A round that waits for a thread longer than this is replaced by later ones.
    "recover-stalled": {"task": "processing.recovery.recover_stalled", "schedule": 10.0, "options": {"expires": 60}},
    "recover-trainings": {
        "task": "learning.recovery.recover_trainings",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
    # The training worker counts in the shadow when nothing is trained; a round that waits that long is replaced.
    "count-shadows": {"task": "learning.tasks.count_shadows", "schedule": 120.0, "options": {"expires": 110}},
    "purge-trash": {"task": "processing.periodic_tasks.purge_trash", "schedule": crontab(minute=17)},
    "clean-staging": {"task": "processing.periodic_tasks.clean_staging", "schedule": crontab(minute="*/10")},
    "verify-originals": {"task": "processing.periodic_tasks.verify_originals", "schedule": crontab(minute=7, hour=2)},
    "close-stock": {"task": "processing.periodic_tasks.close_stock", "schedule": crontab(minute=3)},
    "check-stock": {"task": "processing.periodic_tasks.check_stock", "schedule": crontab(minute=27, hour=3)},
    "mail-weekly-summary": {"task": "processing.periodic_tasks.mail_weekly_summary", "schedule": crontab(minute=41)},
}


def shorten_publish_timeouts() -> None:
    """For the web process, which only sends: a broker that is down or hangs delays a request by a second at most.

    Unsent messages are replaced by recovery (`processing.recovery`).
    """
    timeouts = {"socket_timeout": broker.PATIENCE_SECONDS, "socket_connect_timeout": broker.PATIENCE_SECONDS}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **timeouts}
    app.conf.task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


@celeryd_init.connect
def set_worker_statement_timeout(**_signal: Any) -> None:
    """Set before a worker opens its pool, so that its processes inherit it."""
    set_statement_timeout(statement_seconds=120)


for module in ("tasks", "recovery", "periodic_tasks"):
    app.autodiscover_tasks(related_name=module)
heartbeat.connect_signals()
logs.connect_signals()
