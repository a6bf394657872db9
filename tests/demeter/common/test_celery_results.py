from unittest import mock
from uuid import uuid4

import pytest
from celery.app.trace import build_tracer
from celery.states import FAILURE, SUCCESS
from django.db import InterfaceError, OperationalError
from django_celery_results.managers import TaskResultManager
from django_celery_results.models import TaskResult

from demeter.celery import app
from demeter.common.celery_results import BestEffortBackend


def run(body):
    """A task as a worker runs it: what its result is for, and its state."""
    task = app.task(name=f"tests.{uuid4()}")(body)
    traced = build_tracer(task.name, task, app=app)(
        task_id := str(uuid4()), (), {}, {"id": task_id, "delivery_info": {}}
    )
    app.tasks.pop(task.name)
    return task_id, traced.info.state if traced.info else SUCCESS


def succeed():
    return 7


def fail():
    raise ValueError("broken")


@pytest.mark.parametrize("error", [OperationalError("the connection is closed"), InterfaceError("away")])
@pytest.mark.parametrize(("body", "state"), [(fail, FAILURE), (succeed, SUCCESS)], ids=["failed", "done"])
def test_a_worker_ends_a_task_whose_result_cannot_be_stored(monkeypatch, caplog, error, body, state) -> None:
    """An error here would leave the message unacknowledged, and the worker one place shorter for good."""
    monkeypatch.setattr(TaskResultManager, "store_result", mock.Mock(side_effect=error))
    _, ended = run(body)
    assert ended == state
    assert "was not stored" in caplog.text


@pytest.mark.django_db
def test_results_are_stored_while_the_database_is_there() -> None:
    assert isinstance(app.backend, BestEffortBackend)
    task_id, _ = run(succeed)
    assert TaskResult.objects.get(task_id=task_id).status == SUCCESS


def test_a_part_of_a_chord_that_cannot_be_counted_is_no_error(caplog) -> None:
    request = mock.Mock(id="one", chord={"options": {}})
    with mock.patch("django_celery_results.backends.database.transaction.atomic", side_effect=OperationalError("away")):
        BestEffortBackend(app=app).on_chord_part_return(request, SUCCESS, None)
    assert "result of task one was not stored" in caplog.text
