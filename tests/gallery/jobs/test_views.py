import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from photos.models import S3Image
from processing.job_list.queries import mark_started
from processing.models import Job
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(viewer=True))
    return client


def poll(client, job_list, **query):
    asked = {"order": job_list.order, "since": job_list.made_at.isoformat(), **query}
    return client.get(reverse("job-rows"), asked, headers={"HX-Request": "true"})


@pytest.mark.parametrize("name", ["jobs", "job-rows"])
def test_jobs_need_a_sign_in_and_a_role(name):
    assert Client().get(reverse(name)).status_code == 302
    nobody = Client()
    nobody.force_login(UserFactory(role=None))
    assert nobody.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ["jobs", "job-rows"])
def test_jobs_refuse_bad_input(client, name):
    assert client.get(reverse(name), {"upload_session_id": "x"}).status_code == 400
    assert client.get(reverse(name), {"upload_session_id": uuid4()}).status_code == 404


def test_jobs_show_every_state_in_words(client):
    ProcessingSessionFactory(processing=True)
    ProcessingSessionFactory(ready=True)
    ProcessingSessionFactory(failed=True)
    ProcessingSessionFactory()
    needs = ProcessingSessionFactory(needs_location=True)
    page = client.get(reverse("jobs")).content.decode()
    for words in ("Finding plants", "Counted", "Counting failed", "Waiting", "Location missing"):
        assert words in page
    assert 'value="65"' in page
    assert reverse("photo-problem", args=[needs.original_image_id]) in page
    assert needs.original_image.original_filename in page


def test_jobs_say_that_the_storage_is_away_and_the_photos_are_safe(client):
    words = "Your photos are safe here"
    session = ProcessingSessionFactory(processing=True)
    assert words not in client.get(reverse("jobs")).content.decode()
    Job.objects.filter(pk=session.job_id).update(awaits_storage=True)
    cache.clear()
    assert words in client.get(reverse("jobs")).content.decode()


def test_jobs_say_that_the_workers_know_the_storage_to_be_away(client, open_breaker):
    words = "Your photos are safe here"
    ProcessingSessionFactory(ready=True)
    assert words not in client.get(reverse("jobs")).content.decode()  # nothing waits for it
    ProcessingSessionFactory(processing=True)
    mark_started()
    assert words in client.get(reverse("jobs")).content.decode()


def test_jobs_escape_file_names(client):
    ProcessingSessionFactory(job__image__original_filename="<script>alert(1)</script>.jpg")
    assert b"<script>alert(1)" not in client.get(reverse("jobs")).content


def test_jobs_without_photos_lead_to_the_upload(client):
    assert b"Nothing was uploaded" in client.get(reverse("jobs")).content


def test_jobs_of_one_upload(client):
    session, other = ProcessingSessionFactory(ready=True), ProcessingSessionFactory(ready=True)
    page = client.get(reverse("jobs"), {"upload_session_id": session.job.upload_id}).content.decode()
    assert str(session.job_id) in page
    assert str(other.job_id) not in page


def test_rows_poll_while_something_is_under_way(client):
    ProcessingSessionFactory(processing=True)
    assert b"every 2s" in client.get(reverse("job-rows")).content


def test_rows_stop_polling_when_everything_is_done(client):
    ProcessingSessionFactory(ready=True)
    assert b"every 2s" not in client.get(reverse("job-rows")).content


def test_poll_brings_only_what_changed(client):
    done, moving = ProcessingSessionFactory(ready=True), ProcessingSessionFactory(processing=True)
    Job.objects.filter(pk=done.job_id).update(updated_at="2025-01-01T00:00:00Z")
    page = client.get(reverse("jobs"))
    fragment = poll(client, page.context["job_list"]).content.decode()
    assert f'id="job-{moving.job_id}" class="row" hx-swap-oob="true"' in fragment
    assert f"job-{done.job_id}" not in fragment
    assert 'id="jobs-summary"' in fragment


def test_poll_brings_the_whole_list_when_rows_came_or_went(client):
    ProcessingSessionFactory(processing=True)
    page = client.get(reverse("jobs"))
    cache.clear()
    new = ProcessingSessionFactory()
    response = poll(client, page.context["job_list"])
    assert response["HX-Retarget"] == "#jobs"
    assert f'id="job-{new.job_id}" class="row">' in response.content.decode()


@pytest.mark.parametrize("photos", [1, 10])
def test_jobs_page_costs_the_same_however_many_jobs(client, photos, django_assert_num_queries):
    ProcessingSessionFactory.create_batch(photos, processing=True)
    with django_assert_num_queries(1 + 2 + 3):  # user, permissions, jobs; the session is cached
        client.get(reverse("jobs"))


@pytest.mark.parametrize("state", ["processing", "ready", "needs_location", "failed"])
def test_row_of_each_state(client, state, snapshot):
    ProcessingSessionFactory(
        **{state: True},
        job__job_id="00000000-0000-0000-0000-000000000001",
        job__image__image_id="00000000-0000-0000-0000-000000000002",
        job__image__original_filename="bench.jpg",
    )
    page = client.get(reverse("job-rows")).content.decode()
    row = page[page.index("<li") : page.index("</li>")]
    lines = (line.strip() for line in re.sub(r'src="[^"]+"', 'src="SIGNED"', row).splitlines())
    assert "\n".join(line for line in lines if line) == snapshot


@pytest.mark.parametrize("name", ["400", "403_csrf", "500"])
def test_error_pages_need_no_request(name):
    assert "Go to the start page" in render_to_string(f"{name}.html")


def test_jobs_fold_earlier_uploads_that_need_nobody(client):
    place = StorageLocationFactory(name="Bay 7")
    done = ProcessingSessionFactory.create_batch(
        2, ready=True, total_detected=40, total_estimated=40, storage_location=place
    )
    S3Image.objects.filter(pk=done[1].original_image_id).update(upload=done[0].original_image.upload)
    needs = ProcessingSessionFactory(needs_location=True)
    newest = ProcessingSessionFactory(ready=True)
    page = client.get(reverse("jobs"))
    [folded] = page.context["job_list"].finished_uploads
    assert {job.image_id for job in folded.jobs} == {session.original_image_id for session in done}
    assert (folded.plants, folded.location_name) == (80, place.full_name)
    assert [job.job_id for job in page.context["job_list"].open_jobs] == [newest.job_id, needs.job_id]
    html = page.content.decode()
    assert "2 photos counted, 80 plants" in html
    assert html.index(f'id="job-{done[0].job_id}"') > html.index('<details class="finished-upload">')


def test_jobs_of_one_upload_are_not_folded(client):
    done = ProcessingSessionFactory(ready=True)
    ProcessingSessionFactory(ready=True)
    page = client.get(reverse("jobs"), {"upload_session_id": done.original_image.upload_id})
    assert page.context["job_list"].finished_uploads == ()
