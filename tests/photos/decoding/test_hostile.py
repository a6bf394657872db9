"""Whatever is uploaded, nothing answers 500, no worker dies, and memory stays bounded.

The corpus goes through the real endpoint; what it accepts goes through ingest as in an io worker, is decoded as in a
gpu worker, and is looked at on every page.
"""

import resource
import signal
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photos.decoding import decoder_pool
from photos.decoding.exif import exif_json, gps_json, read_exif
from photos.decoding.pixels import UnreadablePictureError, inspect_picture
from photos.models import S3Image
from processing.models import Job
from processing.pipeline import stages
from processing.statuses import Phase
from tests.factories import UserFactory
from tests.photos.corpus import FORMATS, NAMES, SCRIPT, Hostile, good_picture, make_corpus

# As in production: Pillow's remarks on odd EXIF are no errors.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

FILES_A_REQUEST = 25
# No name at all, or more than a form's part may have in its head.
REFUSED_BY_DJANGO = {name for name in NAMES if len(name.encode()) > 900 or not name.strip(".\u202e\u200b\ufeff")}
MEGABYTE = 1024
WORKER_MEGABYTES, DECODER_MEGABYTES = 400, 1000


@pytest.fixture
def worker(db) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(supervisor=True))
    return client


def is_named(file: Hostile) -> bool:
    """A good picture with a hostile name or type."""
    return file.kind.startswith(("name", "type"))


def send(client: Client, files: list[Hostile]):
    uploads = [SimpleUploadedFile("x", file.data, content_type=file.content_type) for file in files]
    for upload, file in zip(uploads, files, strict=True):
        upload._name = file.name  # as it is on the wire, not as Django's own class would clean it
    return client.post("/api/v1/photos/upload", {"files": uploads})


def own_peak() -> int:
    """MB of this process at its largest; it plays the web, the io and the gpu worker."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE


def decoder_peak() -> int:
    """MB of the decoder's process at its largest."""
    decoder = decoder_pool._take()
    lines = Path(f"/proc/{decoder.process.pid}/status").read_text().splitlines()
    decoder_pool._idle.put(decoder)
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // MEGABYTE


def test_corpus_meets_no_error_no_death_and_bounded_memory(worker, capsys, monkeypatch):
    lost = []
    close = decoder_pool.Decoder.close
    monkeypatch.setattr(decoder_pool.Decoder, "close", lambda decoder: lost.append(decoder) or close(decoder))
    decoder_pool.close_decoders()
    lost.clear()
    corpus, before = make_corpus(), own_peak()
    plain, named = [file for file in corpus if not is_named(file)], [file for file in corpus if is_named(file)]
    requests = [plain[start : start + FILES_A_REQUEST] for start in range(0, len(plain), FILES_A_REQUEST)]
    for files in (*requests, *([file] for file in named)):  # a name may break the whole form
        response = send(worker, files)
        assert response.status_code in (202, 400), response.content
    accepted = list(S3Image.objects.photos())
    stages.store_photos([image.pk for image in accepted], worker="io@test")
    jobs = {job.image_id: job for job in Job.objects.all()}
    stored = [image for image in accepted if jobs[image.pk].phase == Phase.LOCATE]
    failed = [jobs[image.pk] for image in accepted if image not in stored]
    assert {job.problem for job in failed} <= {"unreadable_photo"}
    for image in stored:
        stages.read_picture(image)
    addresses = ["/", "/jobs/", "/gallery/?per_page=100", "/api/v1/photos/gallery", *pages_of(accepted)]
    for address in addresses:
        answer = worker.get(address)
        assert answer.status_code == 200, address
        if not address.startswith("/api/"):
            assert SCRIPT not in answer.content.decode(), address
    peak, decoding = own_peak() - before, decoder_peak()
    with capsys.disabled():
        print(
            f"\nhostile corpus: {len(corpus)} inputs, {len(accepted)} accepted, {len(failed)} of them unreadable; "
            f"answers of 500: 0, worker deaths: 0, decoders lost: {len(lost)}, "
            f"peak memory: worker +{peak} MB, decoder {decoding} MB"
        )
    assert peak < WORKER_MEGABYTES
    assert decoding < DECODER_MEGABYTES


def pages_of(images: list[S3Image]) -> list[str]:
    """The page and the JSON of each photo whose name or EXIF was made to hurt."""
    return [path.format(image.pk) for image in images[-25:] for path in ("/gallery/{}/", "/api/v1/photos/{}")]


def test_names_become_harmless_and_keys_are_ours(worker):
    sent = {file.name: send(worker, [file]).status_code for file in make_corpus() if is_named(file)}
    assert {name for name, status in sent.items() if status != 202} == REFUSED_BY_DJANGO
    for image in S3Image.objects.photos():
        assert image.original_filename.isprintable()
        assert not set("/\\") & set(image.original_filename)
        assert 0 < len(image.original_filename) <= 255
        assert image.content_type == "image/jpeg"
        assert str(image.pk) in image.s3_key_original
        assert str(image.pk) in image.staging_name


def test_hundred_and_first_file_is_refused_alone(worker):
    files = [Hostile("good", good_picture("JPEG", 1000 + number)) for number in range(101)]
    answer = send(worker, files)
    assert answer.status_code == 202
    assert (answer.json()["total_files"], [file["code"] for file in answer.json()["refused"]]) == (
        100,
        ["too_many_files"],
    )


def test_claim_of_501_megabytes_is_refused_unread(worker):
    answer = worker.generic(
        "POST",
        "/api/v1/photos/upload",
        b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(503 * 1024 * 1024),
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n", bytes(999)]
)
def test_broken_forms_are_no_error_of_ours(worker, body):
    for content_type in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json", "x", ""):
        answer = worker.generic("POST", "/api/v1/photos/upload", body, content_type=content_type)
        assert answer.status_code in (400, 413), (content_type, answer.content)


# --- A decoder that dies --------------------------------------------------------------------------------------------
def test_crash_of_the_decoder_makes_the_photo_unreadable_and_nothing_else(monkeypatch):
    decoder_pool.close_decoders()
    start = decoder_pool.Decoder.__init__

    def start_dying(decoder):
        start(decoder)
        decoder.process.kill()

    with monkeypatch.context() as patch:
        patch.setattr(decoder_pool.Decoder, "__init__", start_dying)
        with pytest.raises(UnreadablePictureError, match="decoder stopped"):
            decoder_pool.decode_picture(good_picture("JPEG"))
    assert decoder_pool.decode_picture(good_picture("JPEG")).shape == (48, 64, 3)


def test_decoder_reduces_a_jpeg_as_asked():
    assert decoder_pool.decode_picture(good_picture("JPEG"), jpeg_reduction=2).shape == (24, 32, 3)


def test_decoder_that_was_killed_while_idle_is_replaced_unnoticed():
    decoder_pool.decode_picture(good_picture("JPEG"))
    decoder = decoder_pool._take()
    decoder.process.kill()
    decoder.process.wait()
    decoder_pool._idle.put(decoder)
    assert decoder_pool.make_preview(good_picture("PNG")).startswith(b"\xff\xd8")


def test_decoder_that_takes_too_long_is_ended(monkeypatch):
    slow = []

    def take_slow_decoder() -> decoder_pool.Decoder:
        slow.append(decoder_pool.Decoder())
        slow[-1].process.send_signal(signal.SIGSTOP)
        return slow[-1]

    monkeypatch.setattr(decoder_pool, "_take", take_slow_decoder)
    monkeypatch.setattr(decoder_pool, "SECONDS", 0.1)
    with pytest.raises(UnreadablePictureError, match="decoder stopped"):
        decoder_pool.decode_picture(good_picture("JPEG"))
    assert [decoder.process.returncode for decoder in slow] == [-signal.SIGKILL] * decoder_pool.TRIES


def test_decoder_without_memory_says_so():
    decoder_pool.close_decoders()
    decoder_pool.decode_picture(good_picture("JPEG"))  # it has loaded its libraries
    decoder = decoder_pool._take()
    resource.prlimit(decoder.process.pid, resource.RLIMIT_AS, (200 * 1024**2, 200 * 1024**2))
    decoder_pool._idle.put(decoder)
    large = next(file for file in make_corpus() if file.kind.startswith("PNG of 49"))
    with pytest.raises(UnreadablePictureError, match="too much memory"):
        decoder_pool.decode_picture(large.data)
    decoder_pool.close_decoders()


def test_decoder_knows_no_secret_of_ours(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    decoder_pool.close_decoders()
    decoder = decoder_pool._take()
    environment = Path(f"/proc/{decoder.process.pid}/environ").read_bytes()
    decoder_pool._idle.put(decoder)
    assert b"hidden" not in environment
    assert b"AWS_SECRET_ACCESS_KEY" not in environment


# --- Fuzzing --------------------------------------------------------------------------------------------------------
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12)


@FUZZ
@given(format_name=st.sampled_from(FORMATS), changes=CHANGES, end=st.floats(0.2, 1))
def test_changed_pictures_are_read_or_refused(format_name, changes, end):
    data = bytearray(good_picture(format_name))
    for place, value in changes:
        data[int(place * len(data))] = value
    data = bytes(data[: int(len(data) * end)])
    for look in (inspect_picture, decoder_pool.decode_picture, decoder_pool.make_preview):
        with suppress(UnreadablePictureError):
            assert look(data) is not None


@FUZZ
@given(tiff=st.binary(max_size=400), head=st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_any_bytes_as_exif_give_clean_values(tiff, head):
    body = b"Exif\0\0" + head + tiff
    jpeg = good_picture("JPEG")
    exif = read_exif(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:])
    texts = [value for value in (exif.camera_make, exif.camera_model) if value is not None]
    assert all(text.isprintable() and len(text) <= 200 for text in texts)
    exif_json(exif)
    gps_json(exif)
