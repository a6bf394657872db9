"""An annotated picture that S3 has dropped is drawn again as its run left it, a corrected one as people left it."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from demeter.celery import app
from photos.decoding.pixels import decode_picture
from photos.models import S3Image
from photos.storage import object_store
from processing import jobs, mapping, tasks
from processing.counting.boxes import make_detections
from processing.pictures import drawing as annotate
from processing.pictures.annotated_pictures import annotated_url, restore_annotated
from processing.review import corrections
from processing.trash import delete_photos, purge_expired
from tests.factories import UserFactory
from tests.gallery.factories import EstimationFactory, SegmentFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import make_picture
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db
SIZE = (400, 300)


@pytest.fixture
def counted():
    """A run with a bed of three plants, whose picture was drawn once."""
    picture = S3ImageFactory(annotated=True, s3_key_original=f"annotated/2025/10/08/{uuid4()}.jpg")
    session = ProcessingSessionFactory(
        ready=True,
        processed_image=picture,
        total_detected=3,
        total_estimated=4,
        total_empty_containers=0,
        category_counts={"plant": 3, "empty": 0, "dead": 0},
        job__image__width_px=SIZE[0],
        job__image__height_px=SIZE[1],
    )
    segment = SegmentFactory(
        session=session,
        number=1,
        polygon=[[20, 20], [380, 20], [380, 280], [20, 280]],
        detected=3,
        estimated=4,
        empty=0,
    )
    EstimationFactory(segment=segment, count=4)
    boxes = np.array([[40, 40, 80, 80], [100, 60, 140, 100], [200, 150, 240, 190]], dtype=np.float32)
    mapping.save_detections(segment, make_detections(boxes, [0.9, 0.8, 0.7], [0, 0, 0]))
    object_store.put_object(session.original_image.s3_key_original, make_picture(size=SIZE), content_type="image/jpeg")
    return session


@pytest.fixture
def shown(monkeypatch):
    """What was given to `annotate.draw`, each time."""
    drawings = []
    draw = annotate.draw
    monkeypatch.setattr(annotate, "draw", lambda *drawing, **more: drawings.append(drawing) or draw(*drawing, **more))
    return drawings


def test_expired_picture_is_drawn_again_at_the_size_of_the_photo(counted):
    old = timezone.now() - timedelta(days=30)
    S3Image.objects.filter(pk=counted.processed_image_id).update(stored_at=old)
    counted.refresh_from_db()
    assert annotated_url(counted.original_image, counted).startswith("/api/v1/photos/")

    key = restore_annotated(counted)

    data = object_store.read_object(key)
    assert Image.open(BytesIO(data)).size == SIZE
    drawn, plain = decode_picture(data), decode_picture(object_store.read_original(counted.original_image))
    assert np.abs(drawn.astype(int) - plain).max() > 60
    counted.processed_image.refresh_from_db()
    assert counted.processed_image.stored_at > old
    assert annotated_url(counted.original_image, counted) == object_store.presigned_url(key)


def test_counts_of_the_legend_are_those_of_the_run(counted, shown):
    restore_annotated(counted)
    [(_rgb, counts, _boxes)] = shown
    assert [(count.detected, count.estimated) for count in counts] == [(3, 4)]


def test_picture_that_is_there_is_left_alone(counted):
    key = counted.processed_image.s3_key_original
    object_store.put_object(key, b"as it was", content_type="image/jpeg")
    assert restore_annotated(counted) == key
    assert object_store.read_object(key) == b"as it was"


def test_run_without_a_picture_has_none():
    session = ProcessingSessionFactory(ready=True)
    assert restore_annotated(session) is None
    assert annotated_url(session.original_image, session) is None


def test_lost_original_is_named(counted):
    object_store.delete_object(counted.original_image.s3_key_original)
    with pytest.raises(object_store.OriginalLostError):
        restore_annotated(counted)


@pytest.fixture
def supervisor():
    return UserFactory(supervisor=True)


def correct_at(session, user, action, x, y, class_id):
    """A correction at a place in pixels, and the session as it is then."""
    corrections.correct(
        image=session.original_image, user=user, action=action, x=x / SIZE[0], y=y / SIZE[1], class_id=class_id
    )
    session.refresh_from_db()


def legend_of(drawing):
    _rgb, counts, _boxes, by_hand = drawing
    return [text for _, text in annotate.legend_rows(counts, by_hand)]


def test_corrections_are_drawn_with_the_counts_of_the_page(counted, supervisor, shown):
    correct_at(counted, supervisor, "add", 300, 220, 0)
    correct_at(counted, supervisor, "remove", 60, 60, 0)
    correct_at(counted, supervisor, "retype", 120, 80, 2)
    assert annotated_url(counted.original_image, counted).endswith("/annotated")

    data = object_store.read_object(restore_annotated(counted))

    assert Image.open(BytesIO(data)).size == SIZE
    [(_rgb, _counts, (bed, beside), by_hand)] = shown
    assert bed.xyxy.tolist() == [[100, 60, 140, 100], [200, 150, 240, 190], [280, 200, 320, 240]]
    assert bed.class_id.tolist() == [2, 0, 0]
    assert len(beside) == 0
    assert by_hand.added.tolist() == [[280, 200, 320, 240]]
    assert by_hand.retyped.tolist() == [[100, 60, 140, 100]]
    assert by_hand.removed.tolist() == [[40, 40, 80, 80]]
    texts = ["2", "0", "1", "1x: 2", "+1  -1  \u00b11"]
    assert legend_of(shown[0]) == texts
    assert (counted.total_detected, counted.total_estimated, counted.category_counts["dead"]) == (2, 2, 1)


def test_picture_follows_each_correction_and_is_drawn_once_for_each(counted, supervisor, shown):
    first = restore_annotated(counted)  # the model's own
    correct_at(counted, supervisor, "add", 300, 220, 0)
    second = restore_annotated(counted)
    assert restore_annotated(counted) == second
    correct_at(counted, supervisor, "add", 340, 220, 0)
    third = restore_annotated(counted)
    corrections.undo(image=counted.original_image, user=supervisor)
    counted.refresh_from_db()
    assert restore_annotated(counted) == second
    corrections.undo(image=counted.original_image, user=supervisor)
    counted.refresh_from_db()
    assert restore_annotated(counted) == first
    assert len({first, second, third}) == len(shown) == 3


def test_note_changes_no_picture(counted, supervisor):
    first = restore_annotated(counted)
    corrections.note(image=counted.original_image, user=supervisor, text="Frost on the left")
    counted.refresh_from_db()
    assert restore_annotated(counted) == first


def test_what_stands_beside_all_containers_is_counted_and_drawn(counted, supervisor, shown):
    correct_at(counted, supervisor, "add", 394, 150, 0)
    restore_annotated(counted)
    texts = ["4 (~5)", "0", "1x: 3 (~4)", "+1"]
    assert legend_of(shown[0]) == texts
    assert len(shown[0][2][-1]) == 1


def test_download_of_a_corrected_picture_is_saved_under_its_name(counted, supervisor, client, drawn_at_once):
    correct_at(counted, supervisor, "add", 300, 220, 0)
    client.force_login(supervisor)
    answer = client.get(annotated_url(counted.original_image, counted, download=True))
    stem = counted.original_image.original_filename.partition(".")[0]
    assert answer.status_code == 302
    assert f"{stem}-counted.jpg" in answer.url
    assert "-counted.jpg" not in client.get(annotated_url(counted.original_image, counted)).url


# --- Drawn by a worker while somebody waits -------------------------------------------------------------------------
@pytest.fixture
def drawn_at_once(monkeypatch):
    """A cpu worker with nothing else to do."""
    asked = []

    def draw(args, **_):
        asked.append(args)
        tasks.draw_annotated.run(*args)

    monkeypatch.setattr(tasks.draw_annotated, "apply_async", draw)
    return asked


def test_web_process_waits_for_a_worker_and_decodes_nothing(counted, supervisor, client, drawn_at_once, monkeypatch):
    client.force_login(supervisor)
    correct_at(counted, supervisor, "add", 300, 220, 0)
    for _ in range(2):
        assert client.get(annotated_url(counted.original_image, counted)).status_code == 302
    assert drawn_at_once == [(counted.pk,)]
    assert app.conf.task_routes[tasks.draw_annotated.name] == {"queue": "cpu"}


@pytest.mark.parametrize("corrected", [False, True])
def test_picture_that_is_not_drawn_in_time_is_not_told_as_lost(counted, supervisor, client, monkeypatch, corrected):
    if corrected:
        correct_at(counted, supervisor, "add", 300, 220, 0)
    monkeypatch.setattr(tasks.draw_annotated, "apply_async", lambda *_, **__: None)
    monkeypatch.setattr(jobs, "DRAWING_SECONDS", 0.5)
    client.force_login(supervisor)
    answer = client.get(f"/api/v1/photos/{counted.original_image_id}/annotated")
    assert answer.status_code == 503
    assert "lost" not in answer.json()["error"]["message"]


def test_original_that_is_lost_is_told_at_once(counted, supervisor, client, monkeypatch):
    monkeypatch.setattr(tasks.draw_annotated, "apply_async", lambda *_, **__: pytest.fail("nothing to draw on"))
    object_store.delete_object(counted.original_image.s3_key_original)
    client.force_login(supervisor)
    answer = client.get(f"/api/v1/photos/{counted.original_image_id}/annotated")
    assert (answer.status_code, "original is lost" in answer.json()["error"]["message"]) == (404, True)


def test_corrected_pictures_go_with_their_photo(counted, supervisor):
    correct_at(counted, supervisor, "add", 300, 220, 0)
    corrected = restore_annotated(counted)
    delete_photos(image_ids=[counted.original_image_id], user=supervisor)
    S3Image.objects.filter(pk=counted.original_image_id).update(deleted_at=timezone.now() - timedelta(days=31))
    assert purge_expired() == 1
    assert not object_store.has_object(corrected)
