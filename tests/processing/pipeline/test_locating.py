"""Where a photo was taken: a choice before a label in the picture, a label before GPS; every reason is kept."""

from unittest import mock

import pytest

from demeter.common.i18n.messages import translated
from photos.models import S3Image
from processing.jobs import reprocess
from processing.models import Job
from processing.pipeline import stages
from processing.pipeline.locating import locate
from processing.runtime import inference
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory, point
from tests.locations.label_pictures import paint_label
from tests.photos.factories import UploadFactory
from tests.processing.factories import JobFactory, ProcessingSessionFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_picture
from tests.processing.pipeline.test_stages import run, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def bay():
    return StorageLocationFactory(qr_code="DEM-N1-N-04")


@pytest.fixture
def neighbour(bay):
    return StorageLocationFactory(storage_area=bay.storage_area, qr_code="DEM-N1-N-05", east_m=2.8)


def make_session(*, east_m=None, chosen=None, kind="first", image=None, upload=None):
    """A run that begins, of a photo with a GPS point so many metres east of the middle of the first bay."""
    gps = None if east_m is None else point(east_m=east_m)
    image_fields = {"image": image} if image else {"image__gps_coordinates": gps}
    if upload:
        image_fields["image__upload"] = upload
    return ProcessingSessionFactory(job=JobFactory(kind=kind, chosen_location=chosen, **image_fields))


def located(session, *labels):
    look = mock.Mock(return_value=labels)
    locate(session.job, session.original_image, session, look=look)
    return session.location_evidence, look


def test_label_settles_the_location(bay):
    session = make_session()
    evidence, _ = located(session, "DEM-N1-N-04", "PALLET-0815")
    assert session.storage_location == session.original_image.storage_location == bay
    assert (evidence["outcome"], translated(evidence["reason"])) == ("matched", "QR label DEM-N1-N-04")
    assert evidence["labels"] == ["DEM-N1-N-04", "PALLET-0815"]


def test_label_goes_before_gps(bay, neighbour):
    session = make_session(east_m=2.8)
    located(session, "DEM-N1-N-04")
    assert session.storage_location == bay


def test_gps_decides_where_no_location_carries_the_label(bay):
    session = make_session(east_m=0)
    evidence, _ = located(session, "PALLET-0815")
    assert session.storage_location == bay
    assert translated(evidence["reason"]) == "GPS point lies inside the location"


def test_labels_of_several_locations_are_offered(bay, neighbour):
    session = make_session(east_m=0)
    evidence, _ = located(session, "DEM-N1-N-04", "DEM-N1-N-05")
    assert session.storage_location is None
    assert translated(evidence["reason"]) == "QR labels of several locations are in the photo"
    assert [offer["location_id"] for offer in evidence["candidates"]] == [bay.pk, neighbour.pk]


def test_without_label_and_gps_the_location_is_not_known():
    session = make_session()
    evidence, _ = located(session)
    assert (session.storage_location, translated(evidence["reason"])) == (None, "GPS coordinates not found")


def test_choice_of_a_person_spares_the_look(bay, neighbour):
    session = make_session(east_m=0, chosen=neighbour)
    evidence, look = located(session, "DEM-N1-N-04")
    assert session.storage_location == neighbour
    look.assert_not_called()
    assert "labels" not in evidence


@pytest.mark.parametrize("east_m", [2.8, 14.0])
def test_choice_for_an_upload_settles_it_where_gps_agrees_as_well_as_a_phone_can(bay, neighbour, east_m):
    session = make_session(east_m=east_m, chosen=bay)
    evidence, look = located(session)
    assert (session.storage_location, translated(evidence["reason"])) == (bay, "Chosen by a person")
    look.assert_not_called()


def test_choice_for_an_upload_settles_it_where_gps_names_no_location(bay):
    session = make_session(east_m=500, chosen=bay)
    located(session)
    assert session.storage_location == bay


@pytest.fixture
def far_bay(bay):
    return StorageLocationFactory(storage_area=bay.storage_area, qr_code="DEM-N1-N-40", east_m=40)


@pytest.mark.parametrize("labels", [(), ("PALLET-0815",), ("DEM-N1-N-40",), ("DEM-N1-N-04", "DEM-N1-N-40")])
def test_choice_that_gps_disagrees_with_is_a_question(bay, far_bay, labels):
    """The field still held the bay of the upload before."""
    session = make_session(east_m=40, chosen=bay)
    evidence, _ = located(session, *labels)
    assert (session.storage_location, session.original_image.storage_location) == (None, None)
    assert evidence["outcome"] == "ambiguous"
    assert translated(evidence["reason"]) == "The GPS position is that of another location than the chosen one"
    offers = [offer["location_id"] for offer in evidence["candidates"]]
    assert (offers[0], set(offers)) == (bay.pk, {bay.pk, far_bay.pk})
    assert translated(evidence["candidates"][0]["evidence"]) == "Chosen for the upload, 39 m from the GPS point"


def test_choice_that_gps_disagrees_with_holds_where_the_label_is_in_the_photo(bay, far_bay):
    session = make_session(east_m=40, chosen=bay)
    evidence, _ = located(session, "DEM-N1-N-04")
    assert (session.storage_location, translated(evidence["reason"])) == (bay, "QR label DEM-N1-N-04")


def test_question_about_a_choice_stays_until_somebody_answers_it(bay, far_bay):
    image = make_session(east_m=40, chosen=bay).original_image
    Job.objects.update(status="completed", finished_at=image.created_at)
    user = UserFactory()
    for chosen, place in [(None, None), (bay, bay), (None, bay), (far_bay, far_bay), (None, far_bay)]:
        session = reprocess(image=image, user=user, reason="Again", chosen_location=chosen).session
        located(session)
        assert session.storage_location == place
        Job.objects.update(status="completed", finished_at=image.created_at)


def test_a_photo_is_looked_at_once(bay):
    first = make_session()
    located(first, "DEM-N1-N-05")
    assert first.storage_location is None
    neighbour = StorageLocationFactory(storage_area=bay.storage_area, qr_code="DEM-N1-N-05")
    Job.objects.update(status="completed", finished_at=first.created_at)
    again = make_session(kind="reprocess", image=first.original_image)
    _, look = located(again)
    look.assert_not_called()
    assert again.storage_location == neighbour


def test_gps_that_leaves_neighbours_open_is_settled_where_the_batch_agrees(bay, neighbour):
    upload = UploadFactory()
    for _ in range(2):
        located(make_session(upload=upload), "DEM-N1-N-04")
    session = make_session(east_m=0.5, upload=upload)
    evidence, _ = located(session)
    assert session.storage_location == bay
    assert translated(evidence["reason"]).startswith("The GPS position and the labels or choices of the other photos")
    assert [offer["location_id"] for offer in evidence["candidates"]] == [bay.pk, neighbour.pk]


@pytest.mark.parametrize(
    ("labels", "east_m"),
    [
        ((), 0.5),
        (("DEM-N1-N-04",), 0.5),  # one photo is no agreement
        (("DEM-N1-N-04", "DEM-N1-N-04", None, None, None), 0.5),  # nor is less than half of the batch
        (("DEM-N1-N-04", "DEM-N1-N-04", "DEM-N1-N-05"), 0.5),
        (("DEM-N1-N-05", "DEM-N1-N-05"), 0.5),  # the point lies in another location
        (("DEM-N1-N-04", "DEM-N1-N-04"), -4.0),  # or in none
    ],
)
def test_gps_that_leaves_neighbours_open_is_offered_where_the_batch_does_not_agree(bay, neighbour, labels, east_m):
    upload = UploadFactory()
    for label in labels:
        located(make_session(upload=upload), *([label] if label else []))
    session = make_session(east_m=east_m, upload=upload)
    evidence, _ = located(session)
    assert (session.storage_location, evidence["outcome"]) == (None, "ambiguous")
    assert evidence["candidates"][0]["location_id"] == bay.pk


def test_a_batch_that_was_itself_placed_by_gps_settles_nothing(bay, neighbour, settings):
    upload = UploadFactory()
    settings.GPS_ASSUMED_ERROR_M = 0.1
    for _ in range(2):
        located(make_session(east_m=0, upload=upload))
    settings.GPS_ASSUMED_ERROR_M = 8
    session = make_session(east_m=0, upload=upload)
    located(session)
    assert session.storage_location is None


def test_photo_with_a_label_is_placed_by_the_pipeline(bay, monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)
    rgb = paint_picture(1600, 1200)
    paint_label(rgb, "DEM-N1-N-04", x=900, y=700, width_px=300)
    job = run(upload(rgb))
    assert job.session.storage_location == bay
    assert S3Image.objects.get(pk=job.image_id).storage_location == bay
    with mock.patch.object(stages, "read_labels", side_effect=AssertionError("read again")):
        again = run(reprocess(image=job.image, user=UserFactory(), reason="Once more"))
    assert again.session.storage_location == bay
