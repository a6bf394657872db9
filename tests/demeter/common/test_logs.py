"""Every line of the log says which job and which photo it is about, whichever library wrote it."""

import importlib
import json
import logging
import logging.config
import threading
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured

from demeter import settings as demeter_settings
from demeter.common.logs import BoundIds, bound
from demeter.env import read_choice
from photos.ingest import storing
from photos.upload.accepting import accept_upload
from processing import tasks
from processing.jobs import start_jobs
from tests.factories import UserFactory
from tests.photos.files import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["json", "line"])
def lines(request):
    """What a logger writes through the handler of the settings, in each format."""
    output = StringIO()
    config = demeter_settings.LOGGING["formatters"][request.param]
    made = logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(config))
    handler = logging.StreamHandler(output)
    handler.addFilter(BoundIds())
    handler.setFormatter(made)
    logging.getLogger().addHandler(handler)
    yield lambda: [(json.loads(line) if request.param == "json" else line) for line in output.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_ids_stand_in_each_line_until_their_work_ends(lines):
    with bound(job="1-2", image="3-4"):
        logging.getLogger("botocore").warning("slow")
    logging.getLogger("botocore").warning("quick")
    inside, outside = lines()
    if isinstance(inside, dict):
        assert (inside["job"], inside["image"], inside["message"]) == ("1-2", "3-4", "slow")
        assert {"time", "level", "logger"} <= set(inside)
        assert not {"ids", "job"} & set(outside)
    else:
        assert inside.endswith("WARNING botocore: slow job=1-2 image=3-4")
        assert outside.endswith("WARNING botocore: quick")


def test_threads_do_not_mix_their_ids(lines):
    def work():
        logging.getLogger("other").warning("from elsewhere")

    with bound(job="mine"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert "mine" not in str(lines()[0])


def test_failure_of_a_stage_names_job_image_and_task(lines, monkeypatch):
    accepted = accept_upload(user=UserFactory(), files=[photo()], source="api")
    [job] = start_jobs(upload=accepted.upload, images=accepted.images)

    def fail(image_id, **_options):
        raise RuntimeError("broken")

    monkeypatch.setattr(storing, "store_original", fail)
    tasks.upload_s3_batch.apply(args=([str(job.image_id)],))
    line = next(line for line in lines() if "failed in phase" in str(line))
    if isinstance(line, dict):
        assert (line["job"], line["image"]) == (str(job.pk), str(job.image_id))
        assert line["task"] == "processing.tasks.upload_s3_batch"
        assert "RuntimeError: broken" in line["exc_info"]
    else:
        assert f"job={job.pk} image={job.image_id}" in line


def test_unknown_format_stops_the_start(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT"):
        read_choice("LOG_FORMAT", ("line", "json"))
    monkeypatch.setenv("LOG_FORMAT", "json")
    assert importlib.reload(demeter_settings).LOGGING["handlers"]["stderr"]["formatter"] == "json"
    monkeypatch.delenv("LOG_FORMAT")
    importlib.reload(demeter_settings)
