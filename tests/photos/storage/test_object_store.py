import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from subprocess import run
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command

from demeter.common.exceptions import UnavailableError
from photos.models import S3Image
from photos.storage import connections, keys, object_store
from photos.storage.circuit_breaker import BreakerState, Mode, after_call
from photos.storage.circuit_breaker_store import RedisBreakerStore

NOW = 1_760_000_000  # 2025-10-09 08:53:20 UTC, 20 s after the start of a period
PERIOD_START = NOW - NOW % object_store.URL_PERIOD_SECONDS


def fetch(url: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.fixture
def stored():
    object_store.put_object("originals/2025/10/08/año 1.jpg", b"pixels", content_type="image/jpeg", metadata={"a": "b"})
    return "originals/2025/10/08/año 1.jpg"


# --- Objects --------------------------------------------------------------------------------------------------------
def test_object_comes_back_with_its_metadata(stored):
    assert object_store.read_object(stored) == b"pixels"
    head = object_store.client().head_object(Bucket=settings.S3_BUCKET, Key=stored)
    assert (head["ContentType"], head["Metadata"]) == ("image/jpeg", {"a": "b"})


def test_missing_object_is_no_outage():
    for _ in range(12):
        with pytest.raises(object_store.ObjectMissingError):
            object_store.read_object("originals/none.jpg")
    object_store.put_object("originals/x.jpg", b"1", content_type="image/jpeg")


def test_object_that_arrived_differently_is_refused(monkeypatch):
    client = object_store.client()
    monkeypatch.setattr(client, "head_object", lambda **_: {"ContentLength": 6, "ChecksumSHA256": "other"})
    with pytest.raises(UnavailableError):
        object_store.put_object("originals/y.jpg", b"pixels", content_type="image/jpeg")


def test_annotated_picture_is_asked_for_again_and_others_are_kept_by_the_browser():
    object_store.put_object("annotated/a.jpg", b"1", content_type="image/jpeg")
    object_store.put_object("thumbnails/a.jpg", b"1", content_type="image/jpeg")
    _, annotated, _ = fetch(object_store.presigned_url("annotated/a.jpg"))
    _, thumbnail, _ = fetch(object_store.presigned_url("thumbnails/a.jpg"))
    assert annotated["Cache-Control"] == "private, no-cache"
    assert thumbnail["Cache-Control"] == "private, max-age=3600, immutable"


# --- Originals ------------------------------------------------------------------------------------------------------
def test_original_comes_from_staging_until_it_is_stored():
    name = object_store.stage_file("s/one.jpg", ContentFile(b"staged"))
    image = S3Image(s3_key_original="originals/one.jpg", staging_name=name)
    assert object_store.read_original(image) == b"staged"


def test_original_comes_from_s3_once_it_is_stored(stored, django_user_model):
    image = S3Image(s3_key_original=stored, stored_at="2025-10-08T10:30:00Z")
    assert object_store.read_original(image) == b"pixels"


def test_original_that_is_nowhere_is_lost():
    with pytest.raises(object_store.OriginalLostError):
        object_store.read_original(S3Image(s3_key_original="originals/gone.jpg", staging_name="s/gone.jpg"))


def test_deleting_a_staged_file_twice_is_no_error():
    name = object_store.stage_file("s/two.jpg", ContentFile(b"staged"))
    object_store.delete_staged(name)
    object_store.delete_staged(name)
    assert object_store.read_staged(name) is None


# --- Signed addresses -----------------------------------------------------------------------------------------------
def test_signed_address_shows_the_picture(stored):
    status, headers, body = fetch(object_store.presigned_url(stored))
    assert (status, headers["Content-Type"], body) == (200, "image/jpeg", b"pixels")


def test_signed_address_of_a_download_names_the_file(stored):
    _, headers, _ = fetch(object_store.presigned_url(stored, download_name="mañana 1.jpg"))
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''ma%C3%B1ana%201.jpg"


def test_tampered_address_is_refused(stored):
    url = object_store.presigned_url(stored)
    assert fetch(url[:-4] + "0000")[0] == 403
    assert fetch(url.replace("originals", "thumbnails"))[0] == 403
    assert fetch(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=9999"))[0] == 403
    assert fetch(url.partition("?")[0])[0] == 403


def test_address_is_refused_after_its_hour(stored, monkeypatch):
    monkeypatch.setattr(object_store.time, "time", lambda: PERIOD_START)
    url = object_store.presigned_url(stored)
    assert fetch(url)[0] == 403


def test_address_stays_the_same_within_a_period(monkeypatch):
    def url_at(second: float) -> str:
        monkeypatch.setattr(object_store.time, "time", lambda: PERIOD_START + second)
        return object_store.presigned_url("thumbnails/a.jpg")

    assert url_at(0) == url_at(1) == url_at(2699.9)
    assert url_at(2700) != url_at(0)
    assert object_store.URL_SECONDS - object_store.URL_PERIOD_SECONDS >= 900


def test_address_is_signed_for_where_browsers_are(settings):
    settings.S3_PUBLIC_ENDPOINT_URL = "https://photos.demeter.example:9000/"
    url = object_store.presigned_url("thumbnails/a.jpg")
    assert url.startswith(f"https://photos.demeter.example:9000/{settings.S3_BUCKET}/thumbnails/a.jpg?")


def test_on_aws_pictures_come_from_where_pages_let_them_come_from(tmp_path):
    code = (
        "import django; django.setup(); from django.conf import settings; from photos.storage import object_store;"
        "print(object_store.presigned_url('a.jpg'), *settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    )
    environment = {"S3_REGION": "sa-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    environment |= {"DJANGO_SETTINGS_MODULE": "demeter.settings", "DEMETER_DATA_DIR": str(tmp_path)}
    shown = run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    url, *sources = shown.stdout.split()
    address = urlsplit(url)
    assert address.netloc == "s3.sa-east-1.amazonaws.com"
    assert f"{address.scheme}://{address.netloc}" in sources


# --- Bucket ---------------------------------------------------------------------------------------------------------
def test_bucket_is_made_with_retention_and_cors(settings, capsys):
    settings.S3_BUCKET = "demeter-test-new"
    call_command("ensure_bucket")
    call_command("ensure_bucket")
    client = object_store.client()
    rules = client.get_bucket_lifecycle_configuration(Bucket="demeter-test-new")["Rules"]
    kept_days = {rule["Filter"]["Prefix"]: rule["Expiration"]["Days"] for rule in rules}
    assert kept_days == dict(keys.RETENTION_DAYS)
    cors = client.get_bucket_cors(Bucket="demeter-test-new")["CORSRules"]
    assert set(cors[0]["AllowedMethods"]) == {"GET", "HEAD"}


def test_rules_that_others_set_stay(settings):
    settings.S3_BUCKET = "demeter-test-shared"
    call_command("ensure_bucket")
    client, bucket = object_store.client(), "demeter-test-shared"
    theirs = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}}
    ours = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*ours, theirs]})
    cors = {"ID": "archive", "AllowedMethods": ["PUT"], "AllowedOrigins": ["https://archive.example"]}
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [cors]})
    for _ in range(2):
        call_command("ensure_bucket")
    rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert sorted(rule["Filter"]["Prefix"] for rule in rules) == sorted(["logs/", *keys.RETENTION_DAYS])
    methods = [rule["AllowedMethods"] for rule in client.get_bucket_cors(Bucket=bucket)["CORSRules"]]
    assert sorted(map(sorted, methods)) == [["GET", "HEAD"], ["PUT"]]


# --- Outages --------------------------------------------------------------------------------------------------------
@pytest.fixture
def dead_s3(monkeypatch):
    """A client whose server is gone; the number of tries to reach it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    client = connections.session().client("s3", endpoint_url=address, region_name="us-east-1")
    tries = []

    def client_or_dead():
        tries.append(1)
        return client

    monkeypatch.setattr(object_store, "client", client_or_dead)
    return tries


def test_outage_is_unavailable_and_opens_the_breaker_for_everyone(dead_s3):
    for _ in range(10):
        with pytest.raises(UnavailableError):
            object_store.read_object("originals/x.jpg")
    assert len(dead_s3) == 10
    with pytest.raises(UnavailableError):
        object_store.put_object("originals/x.jpg", b"1", content_type="image/jpeg")
    assert len(dead_s3) == 10
    elsewhere = RedisBreakerStore(url=settings.REDIS_URL, name="s3")
    assert elsewhere.update(lambda state: state).mode is Mode.OPEN


def test_log_says_why_the_storage_failed_and_when_the_breaker_changes(dead_s3, caplog):
    for _ in range(12):
        with pytest.raises(UnavailableError):
            object_store.read_object("originals/x.jpg")
    told = [record.getMessage() for record in caplog.records if record.name == "photos.storage.circuit_breaker_store"]
    assert told == ["circuit breaker s3: open after closed"]
    causes = [record.getMessage() for record in caplog.records if record.name == "photos.storage.circuit_breaker"]
    assert len(causes) == 10, "what is not tried has no cause"
    assert causes[0].startswith("the storage failed: EndpointConnectionError: ")


def test_storage_that_is_away_is_not_back(dead_s3):
    assert not object_store.is_back()


def test_storage_is_back_when_the_breaker_has_seen_enough_of_it():
    store = RedisBreakerStore(url=settings.REDIS_URL, name="s3")
    store.update(lambda _state: BreakerState(Mode.OPEN, since=time.time()))
    assert not object_store.is_back(), "nothing is asked while it rests"
    store.update(lambda _state: BreakerState(Mode.OPEN, since=time.time() - 60))
    assert object_store.is_back()
    assert store.update(lambda state: state).mode is Mode.CLOSED


def test_refused_credentials_are_an_outage_and_the_log_says_so(monkeypatch, caplog):
    client = connections.session().client(
        "s3", endpoint_url=settings.S3_ENDPOINT_URL, aws_access_key_id="x", aws_secret_access_key="y"
    )
    monkeypatch.setattr(object_store, "client", lambda: client)
    with pytest.raises(UnavailableError):
        object_store.read_object("originals/x.jpg")
    assert "ClientError: An error occurred (InvalidAccessKeyId)" in caplog.text


def test_breaker_state_loses_no_count_between_threads():
    shared = [RedisBreakerStore(url=settings.REDIS_URL, name="counting") for _ in range(4)]
    together = threading.Barrier(4)

    def count(store: RedisBreakerStore) -> None:
        together.wait()
        for _ in range(25):
            store.update(lambda state: after_call(state, 1000.0, good=True))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, shared))
    assert shared[0].update(lambda state: state).calls == 100


def test_breaker_is_closed_while_redis_is_away():
    lonely = RedisBreakerStore(url="redis://127.0.0.1:1/0", name="s3")
    assert lonely.update(lambda state: state) == BreakerState()
