import hashlib
import json
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demeter.accounts.tokens import issue_token
from photos.models import S3Image, Upload
from processing.models import Job
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import BAD_FILES, make_picture, photo, upload_file

pytestmark = pytest.mark.django_db
URL = "/api/v1/photos/upload"
UUID_PATTERN = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, *files: SimpleUploadedFile, **fields):
    return client.post(URL, {"files": list(files), **fields})


def with_numbered_ids(json_value) -> str:
    """The JSON with each UUID replaced by a number in the order of appearance."""
    numbers: dict[str, str] = {}
    text = json.dumps(json_value, indent=2)
    return UUID_PATTERN.sub(lambda found: numbers.setdefault(found.group(), f"uuid-{len(numbers) + 1}"), text)


def test_upload_address_is_the_specs():
    assert reverse("api-upload") == URL


def test_upload_answers_in_the_shape_of_the_spec(client, snapshot):
    answer = send(client, photo("photo1.jpg"), photo("photo2.jpg"))
    assert answer.status_code == 202
    assert with_numbered_ids(answer.json()) == snapshot


def test_upload_with_bad_files_and_a_duplicate_goes_on(client, snapshot):
    data = make_picture()
    bad = [upload_file(name, content) for name, (content, _) in BAD_FILES.items()]
    answer = send(client, upload_file("photo1.jpg", data), *bad, upload_file("copy.jpg", data))
    assert answer.status_code == 202
    assert with_numbered_ids(answer.json()) == snapshot


def test_upload_of_bad_files_only_is_refused(client, snapshot):
    answer = send(client, upload_file("empty.jpg", b""), upload_file("notes.jpg", b"text"))
    assert answer.status_code == 400
    assert answer.json() == snapshot
    assert [file["code"] for file in Upload.objects.get().refused] == ["empty_file", "unsupported_type"]


def test_upload_of_known_photos_only_is_accepted(client):
    data = make_picture()
    first = send(client, upload_file("one.jpg", data)).json()
    again = send(client, upload_file("two.jpg", data))
    assert again.status_code == 202
    assert (again.json()["jobs"], again.json()["total_files"]) == ([], 0)
    assert again.json()["duplicates"] == [{"filename": "two.jpg", "image_id": first["jobs"][0]["image_id"]}]


def test_upload_starts_a_job_for_each_photo(client, user):
    location = StorageLocationFactory()
    answer = send(client, photo(), photo(), storage_location=location.code.lower(), source="mobile").json()
    jobs = Job.objects.filter(upload_id=answer["upload_session_id"])
    assert {str(job.job_id) for job in jobs} == {job["job_id"] for job in answer["jobs"]}
    assert {job.chosen_location for job in jobs} == {location}
    assert {(image.upload_source, image.uploaded_by_user) for image in S3Image.objects.all()} == {("mobile", user)}


def test_upload_without_a_source_comes_from_the_api(client):
    send(client, photo())
    assert S3Image.objects.get().upload_source == "api"


def test_upload_goes_on_with_a_session(client):
    session_id = str(uuid4())
    for number in range(2):
        answer = send(client, photo(f"{number}.jpg"), upload_session_id=session_id)
        assert answer.json()["upload_session_id"] == session_id
    assert Upload.objects.get().accepted_files == 2


def chosen_places(answer) -> list[str | None]:
    """The codes of the locations that were chosen for the photos of an answer."""
    jobs = Job.objects.filter(pk__in=[job["job_id"] for job in answer.json()["jobs"]])
    return [job.chosen_location and job.chosen_location.code for job in jobs]


def test_each_request_of_a_session_names_the_location_of_its_photos(client):
    session_id = str(uuid4())
    for code in ("BAY-A", "BAY-B"):
        StorageLocationFactory(code=code)
    for fields, expected in (
        ({"storage_location": "BAY-A"}, "BAY-A"),
        ({"storage_location": "BAY-B"}, "BAY-B"),
        ({"storage_location": ""}, None),
        ({}, "BAY-A"),
    ):
        answer = send(client, photo(), upload_session_id=session_id, **fields)
        assert chosen_places(answer) == [expected], fields
    assert Upload.objects.get().accepted_files == 4


def test_location_may_be_named_and_two_of_one_name_are_asked_about(client):
    StorageLocationFactory(code="BAY-A", name="Claro 7")
    assert chosen_places(send(client, photo(), storage_location=" claro 7")) == ["BAY-A"]
    StorageLocationFactory(code="BAY-B", name="Claro 7")
    refused = send(client, photo(), storage_location="Claro 7")
    assert refused.status_code == 400
    assert "Several locations have this name." in refused.json()["error"]["message"]


def test_session_of_another_user_is_not_found(client):
    session_id = send(client, photo()).json()["upload_session_id"]
    other = Client()
    other.force_login(UserFactory())
    assert send(other, photo(), upload_session_id=session_id).status_code == 404
    assert Upload.objects.get().accepted_files == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"upload_session_id": "x"},
        {"source": "fax"},
        {"storage_location": "NOWHERE"},
        {"storage_location": "A\x00B"},
    ],
)
def test_wrong_field_is_named(client, fields):
    answer = send(client, photo(), **fields)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(next(iter(fields)))
    assert not Upload.objects.exists()


def test_location_that_is_switched_off_is_refused(client):
    location = StorageLocationFactory(active=False)
    assert send(client, photo(), storage_location=location.code).status_code == 400


@pytest.mark.parametrize("files", [{}, {"files": "no file"}, {"other": photo()}])
def test_upload_without_files_is_refused(client, files):
    answer = client.post(URL, files)
    assert answer.status_code == 400
    assert "Choose at least one photo." in answer.json()["error"]["message"]


def test_upload_of_more_than_500_megabytes_is_not_read(client, settings):
    settings.UPLOAD_MAX_TOTAL_BYTES = -3 * 1024 * 1024
    assert send(client, photo()).status_code == 413


def test_photo_is_hashed_while_it_arrives(client):
    data = make_picture(size=(500, 500))
    send(client, upload_file("a.jpg", data), photo("b.jpg"))
    assert S3Image.objects.get(original_filename="a.jpg").sha256 == hashlib.sha256(data).hexdigest()


def test_upload_by_token(user):
    token = issue_token(user=user, name="phone")
    answer = Client(enforce_csrf_checks=True).post(
        URL, {"files": photo()}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 202


def test_upload_needs_a_sign_in_a_role_and_a_csrf_token(client, user):
    assert send(Client(), photo()).status_code == 401
    viewer = Client()
    viewer.force_login(UserFactory(viewer=True))
    assert send(viewer, photo()).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert send(strict, photo()).status_code == 403
    assert client.get(URL).status_code == 405
    assert not S3Image.objects.exists()


def test_upload_of_many_files_takes_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    send(client, photo())  # content types, permissions
    with django_assert_max_num_queries(25):
        send(client, *[photo(f"{number}.jpg") for number in range(20)])


def test_upload_is_refused_to_another_person_than_the_one_who_chose_the_photos(client, user):
    answer = send(client, photo(), sent_by=user.pk + 1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert not S3Image.objects.exists()
    assert send(client, photo(), sent_by=user.pk).status_code == 202


# --- Known contents -------------------------------------------------------------------------------------------------
def ask(client, *checksums, **more):
    body = {"sha256": list(checksums), **more}
    return client.post("/api/v1/photos/known", body, content_type="application/json")


def test_known_names_the_contents_that_need_not_be_sent(client, django_assert_max_num_queries):
    data = make_picture()
    send(client, upload_file("a.jpg", data))
    here, other = hashlib.sha256(data).hexdigest(), "0" * 64
    with django_assert_max_num_queries(7):
        answer = ask(client, here.upper(), other)
    assert answer.status_code == 200
    photo_id = str(S3Image.objects.get().pk)
    assert answer.json()["known"] == [{"sha256": here, "image_id": photo_id, "stored": False}]
    S3Image.objects.update(stored_at=timezone.now())
    assert ask(client, here).json()["known"] == [{"sha256": here, "image_id": photo_id, "stored": True}]


def test_known_does_not_tell_of_photos_in_the_trash(client):
    data = make_picture()
    send(client, upload_file("a.jpg", data))
    S3Image.objects.update(deleted_at=timezone.now())
    assert ask(client, hashlib.sha256(data).hexdigest()).json() == {"known": [], "deleted": []}


def test_known_names_the_sent_photos_that_somebody_deleted(client, django_assert_max_num_queries):
    now = timezone.now()
    here, deleted, purged = (
        S3ImageFactory(),
        S3ImageFactory(deleted_at=now),
        S3ImageFactory(deleted_at=now, purged_at=now),
    )
    asked = [str(photo.pk) for photo in (here, deleted, purged)] + [str(uuid4())]
    with django_assert_max_num_queries(8):
        answer = ask(client, "0" * 64, image_ids=asked)
    assert set(answer.json()["deleted"]) == {str(deleted.pk), str(purged.pk)}


@pytest.mark.parametrize("image_ids", ["a", ["a"], [str(uuid4())] * 101])
def test_known_refuses_what_is_no_list_of_photos(client, image_ids):
    assert ask(client, "0" * 64, image_ids=image_ids).status_code == 400


@pytest.mark.parametrize("checksums", [[], ["a" * 63], ["g" * 64], [1], ["0" * 64] * 101])
def test_known_refuses_what_is_no_list_of_checksums(client, checksums):
    answer = ask(client, *checksums)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_known_refuses_what_is_no_list(client):
    assert client.post("/api/v1/photos/known", {"sha256": "0" * 64}).status_code == 400


def test_known_needs_a_sign_in_and_a_role():
    assert ask(Client(), "0" * 64).status_code == 401
    viewer = Client()
    viewer.force_login(UserFactory(viewer=True))
    assert ask(viewer, "0" * 64).status_code == 403


def test_upload_may_say_how_photos_of_one_location_belong_together(client):
    files = [photo("a.jpg"), photo("b.jpg")]
    answer = client.post(URL, {"files": files, "visit": "parts"})
    assert answer.status_code == 202
    assert set(S3Image.objects.values_list("visit_answer", flat=True)) == {"parts"}
    answer = client.post(URL, {"files": [photo()], "visit": "halves"})
    assert answer.status_code == 400
    assert S3Image.objects.count() == 2
