"""The WSGI entry point that gunicorn serves."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
application = get_wsgi_application()

import demeter.urls  # noqa: E402, F401 - every view, which Django would load only for the first request
from demeter.celery import shorten_publish_timeouts  # noqa: E402
from demeter.common.database import set_statement_timeout  # noqa: E402
from photos.storage.connections import shorten_timeouts  # noqa: E402

set_statement_timeout(statement_seconds=30)
shorten_publish_timeouts()
shorten_timeouts()
# Read the words and addresses of each language, and compile the template of all pages: the first visitor would wait.
for language, _name in settings.LANGUAGES:
    with translation.override(language):
        reverse("upload")
        get_template("base.html")
# Exclude everything loaded so far from garbage collection, which would take 90 ms during a request.
gc.collect()
gc.freeze()
