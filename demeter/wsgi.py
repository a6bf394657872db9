"""The WSGI entry point that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
application = get_wsgi_application()

import demeter.urls  # noqa: E402, F401 - every view, which Django would load only for the first request
from demeter.celery import shorten_publish_timeouts  # noqa: E402
from demeter.common.database import set_statement_timeout  # noqa: E402
from photos.storage.connections import shorten_timeouts  # noqa: E402

set_statement_timeout(statement_seconds=30)
shorten_publish_timeouts()
shorten_timeouts()
# What is loaded by now stays: the collector need not look through it during somebody's request (90 ms each time).
gc.collect()
gc.freeze()
