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
# Exclude everything loaded so far from garbage collection, which would take 90 ms during a request.
gc.collect()
gc.freeze()
