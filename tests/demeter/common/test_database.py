"""Nothing waits for the database for ever: statements and forgotten transactions end, in the web and in the workers.

While it is away pages say so as an outage, not as an error of ours.
"""

import os
import sys
from subprocess import run

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

SHOW = (
    "import django; django.setup(); from django.db import connection\n"
    "with connection.cursor() as cursor:\n"
    "    cursor.execute(\"SELECT current_setting('statement_timeout'), "
    "current_setting('idle_in_transaction_session_timeout')\"); print(*cursor.fetchone())\n"
    "    print(connection.connection.info.get_parameters()['tcp_user_timeout'])"
)
WEB = "import demeter.wsgi\n"
WORKER = "from celery.signals import celeryd_init; import demeter.celery; celeryd_init.send(sender='io@host')\n"


def show(begin: str, **environment: str) -> list[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "demeter.settings", **environment}
    argv = [sys.executable, "-W", "ignore", "-c", begin + SHOW]
    return run(argv, env=environment, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(("begin", "statement"), [(WEB, "30s"), (WORKER, "2min"), ("", "0")])
def test_statements_end_in_web_and_workers_and_commands_take_their_time(begin: str, statement: str) -> None:
    assert show(begin) == [statement, "5min" if begin else "0", "25000"]


def test_limits_of_the_operator_win() -> None:
    assert show(WEB, PGOPTIONS="-c statement_timeout=7s")[0] == "7s"


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (InterfaceError, 503), (ValueError, 500)])
@pytest.mark.parametrize("path", ["/gallery/", "/api/v1/photos/gallery"])
def test_pages_call_the_database_away_an_outage(monkeypatch, error: type[Exception], status: int, path: str) -> None:
    def away(_request: object) -> None:
        raise error("the connection was closed")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", away)
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    if path.startswith("/api/"):
        assert answer.json()["error"]["code"] == ("unavailable" if status == 503 else "internal_error")
    else:
        assert "Photos that were uploaded are safe" in answer.content.decode()
