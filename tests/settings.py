"""Demeter's settings for a test run: the real servers, started once, on free ports in a throw-away folder.

pytest-django imports this before anything else. Under xdist the controller starts the servers and the workers, which
inherit its environment, take a database, a bucket and a staging folder of their own.
"""

import os
import tempfile

from tests.services import start_services

if "DEMETER_TEST_SERVICES" not in os.environ:
    os.environ["DEMETER_TEST_SERVICES"] = "started"
    os.environ["DEMETER_DATA_DIR"] = tempfile.mkdtemp(prefix="demeter-test-")
    os.environ.update(start_services(os.environ["DEMETER_DATA_DIR"]))

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["S3_BUCKET"] = f"demeter-test-{_worker}"
os.environ["TIME_ZONE"] = "UTC"  # whatever the machine's is; tests of zones set their own
os.environ["STAGING_ROOT"] = f"{os.environ['DEMETER_DATA_DIR']}/staging-{_worker}"
_database_number = 0 if _worker == "main" else 1 + int(_worker.removeprefix("gw"))
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{_database_number}"

from demeter.settings import *  # noqa: E402, F403 - the environment comes first
from demeter.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir(exist_ok=True)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Transactional tests empty every table between them; the stock ledger refuses that otherwise.
DATABASES["default"]["OPTIONS"] = {"options": "-c demeter.ledger_may_be_emptied=on"}
