"""From the badge to a new run: choose a location, configure, calibrate, or just process again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed

from locations.models import DensityParameters, LocationConfig, StorageLocation
from processing.models import Job
from tests.factories import UserFactory
from tests.gallery.factories import SegmentFactory, make_session_waiting, unplaced_candidates
from tests.locations.factories import (
    ContainerTypeFactory,
    DensityParametersFactory,
    LocationConfigFactory,
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)
from tests.locations.label_pictures import picture_of
from tests.processing.factories import JobFactory, ProcessingSessionFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def problem_path(session):
    return f"/gallery/{session.original_image_id}/problem/"


def fix_path(session):
    return f"/gallery/{session.original_image_id}/fix/"


def newest_job(session) -> Job:
    return Job.objects.filter(image=session.original_image_id).order_by("-created_at").first()


@pytest.fixture
def lost():
    """A photo whose GPS leaves two locations open."""
    near, far = StorageLocationFactory(name="Near bay"), StorageLocationFactory(name="Far bay")
    return ProcessingSessionFactory(needs_location=True, location_evidence=unplaced_candidates(near, far))


@pytest.fixture
def unconfigured():
    """A photo at a location of which nobody said what grows there."""
    return make_session_waiting("needs_config", location=StorageLocationFactory())


@pytest.fixture
def uncalibrated():
    """A photo of a configured product of unknown density."""
    location = StorageLocationFactory(configured=True)
    return make_session_waiting("needs_calibration", location=location)


def test_the_modal_is_also_a_page(worker: Client, lost):
    page = worker.get(problem_path(lost))
    assertTemplateUsed(page, "gallery/photo/problem.html")
    modal = worker.get(problem_path(lost), headers=HTMX)
    assertNotContains(modal, "<html")
    for response in (page, modal):
        assertContains(response, 'id="modal-title" class="problem__title" tabindex="-1">Location missing')
        assertContains(response, "GPS coordinates not found")


def test_candidates_come_first_and_once_in_the_order_of_the_evidence(worker: Client, lost):
    content = worker.get(problem_path(lost), headers=HTMX).content.decode()
    assert content.count('name="storage_location"') == 2
    assert content.index("Near bay") < content.index("Far bay") < content.index("All locations")


def send_label(client: Client, session, *codes, headers=HTMX):
    file = SimpleUploadedFile("label.jpg", picture_of(*codes), content_type="image/jpeg")
    path = f"/gallery/{session.original_image_id}/label/"
    return client.post(path, {"label": file}, headers=headers, follow=True)


def test_picture_of_a_label_chooses_its_location(worker: Client, lost):
    bay = StorageLocationFactory(code="N1-N-04", qr_code="DEM-N1-N-04")
    answer = send_label(worker, lost, "DEM-N1-N-04")
    assertTemplateUsed(answer, "gallery/photo/_problem.html")
    assertContains(answer, f'value="{bay.pk}" checked')
    assertContains(answer, "checked", count=1)


def test_label_of_an_offered_location_chooses_it_among_the_likely(worker: Client, lost):
    near = StorageLocation.objects.get(name="Near bay")
    StorageLocation.objects.filter(pk=near.pk).update(qr_code="DEM-N1-N-04")
    answer = send_label(worker, lost, "DEM-N1-N-04")
    assertContains(answer, f'value="{near.pk}" checked')
    assertContains(answer, "It is listed under “Likely”.")


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_label_that_cannot_be_read_says_so_once(worker: Client, lost, headers):
    assertContains(send_label(worker, lost, headers=headers), "No QR label was found in the picture.", count=1)


def test_neighbours_in_the_upload_are_offered(worker: Client):
    session = ProcessingSessionFactory(needs_location=True)
    beside = StorageLocationFactory(name="Beside")
    ProcessingSessionFactory(ready=True, storage_location=beside, job__image__upload=session.original_image.upload)
    assertContains(worker.get(problem_path(session)), "Others of the same upload are from here")


def test_the_last_three_places_of_a_person_are_offered_once(lost):
    user = UserFactory()
    client = Client()
    client.force_login(user)
    places = StorageLocationFactory.create_batch(5)
    for place in (*places, places[1]):
        ProcessingSessionFactory(job__requested_by=user, job__chosen_location=place)
    ProcessingSessionFactory(job__chosen_location=StorageLocationFactory(name="Of somebody else"))
    StorageLocation.objects.filter(pk=places[4].pk).update(active=False)
    likely = client.get(problem_path(lost)).context["offers"]
    lately = [offer.location_id for offer in likely if offer.evidence == "You chose this recently"]
    assert lately == [place.pk for place in (places[1], places[3], places[2])]
    assert [offer.name.split(" - ")[-1] for offer in likely[:2]] == ["Near bay", "Far bay"]


def test_a_candidate_that_was_chosen_lately_is_offered_first_and_once(lost):
    near, far = StorageLocation.objects.order_by("pk")
    user = lost.job.requested_by
    ProcessingSessionFactory(job__requested_by=user, job__chosen_location=far)
    client = Client()
    client.force_login(user)
    assert [offer.location_id for offer in client.get(problem_path(lost)).context["offers"]] == [near.pk, far.pk]


# --- One photo after the other ---------------------------------------------------------------------------------------
@pytest.fixture
def series(lost):
    """Three photos of one upload without a location; one of another upload."""
    upload = lost.original_image.upload
    others = [ProcessingSessionFactory(needs_location=True, job__image__upload=upload) for _ in range(2)]
    ProcessingSessionFactory(needs_location=True)
    return [lost, *others]


def test_the_next_photo_is_shown_when_one_is_fixed(worker: Client, series):
    bay = StorageLocationFactory()
    assertContains(worker.get(problem_path(series[0]), headers=HTMX), "1 of 3")
    answer = worker.post(fix_path(series[0]), {"storage_location": bay.pk}, headers=HTMX)
    assertTemplateUsed(answer, "gallery/photo/_problem.html")
    assertContains(answer, "2 of 3")
    assertContains(answer, f"{series[0].original_image.original_filename}: processing again.")
    assertContains(answer, fix_path(series[1]))
    assertContains(answer, "data-fixed")
    assertNotContains(answer, "checked")
    answer = worker.post(fix_path(series[1]), {"storage_location": bay.pk, "fixed": 1}, headers=HTMX)
    assertContains(answer, "3 of 3")
    assertNotContains(answer, "Later: show the next photo")
    answer = worker.post(fix_path(series[2]), {"storage_location": bay.pk, "fixed": 2}, headers=HTMX)
    assert answer.headers["HX-Refresh"] == "true"


def test_a_photo_may_be_left_for_later(worker: Client, series):
    assertContains(worker.get(problem_path(series[0])), f"{problem_path(series[1])}?fixed=0")
    last = worker.get(problem_path(series[2]))
    assertContains(last, "3 of 3")
    assertContains(last, f"{problem_path(series[0])}?fixed=0")
    answer = worker.post(fix_path(series[2]), {"storage_location": StorageLocationFactory().pk}, headers=HTMX)
    assertContains(answer, fix_path(series[0]))
    assertContains(answer, "2 of 3")


def test_without_scripts_the_next_photo_is_a_page(worker: Client, series):
    response = worker.post(fix_path(series[0]), {"storage_location": StorageLocationFactory().pk})
    assertRedirects(response, f"{problem_path(series[1])}?fixed=1", fetch_redirect_response=False)
    assertContains(worker.get(response.url), "2 of 3")


@pytest.mark.parametrize("fixed", ["x", "-1", "99999"])
def test_a_nonsensical_place_in_the_series_is_ignored(worker: Client, series, fixed):
    assertContains(worker.get(problem_path(series[0]), {"fixed": fixed}), "1 of 3")


def test_all_photos_of_an_upload_are_fixed_at_once(worker: Client, series):
    values = {"storage_location": StorageLocationFactory().pk, "others": "on"}
    assert worker.post(fix_path(series[0]), values, headers=HTMX).headers["HX-Refresh"] == "true"


def test_the_photo_is_shown_with_its_problem(worker: Client, lost):
    assertContains(worker.get(problem_path(lost)), '<img class="problem__picture"')


def test_the_search_narrows_the_list(worker: Client):
    session = ProcessingSessionFactory(needs_location=True)
    StorageLocationFactory(code="NORTH-1", name="First")
    StorageLocationFactory(code="SOUTH-1", name="Second")
    response = worker.get(problem_path(session), {"q": "north"})
    assertContains(response, "First")
    assertNotContains(response, "Second")
    assertContains(worker.get(problem_path(session), {"q": "nowhere"}), "No location matches")
    assert worker.get(problem_path(session), {"q": "a\x00b"}).status_code == 200


def test_choosing_a_location_processes_the_photo_with_it(worker: Client, lost):
    location = StorageLocationFactory()
    response = worker.post(fix_path(lost), {"storage_location": location.pk})
    assertRedirects(response, f"/gallery/{lost.original_image_id}/", fetch_redirect_response=False)
    job = newest_job(lost)
    assert (job.kind, job.chosen_location, job.status) == ("reprocess", location, "pending")
    page = worker.get(f"/gallery/{lost.original_image_id}/")
    assert job.requested_by == page.context["user"]
    assertContains(page, "processing again")


def test_in_the_modal_the_page_below_is_drawn_anew(worker: Client, lost):
    response = worker.post(fix_path(lost), {"storage_location": StorageLocationFactory().pk}, headers=HTMX)
    assert response.headers["HX-Refresh"] == "true"
    assertContains(worker.get("/gallery/"), "Waiting")


@pytest.mark.parametrize("value", ["", "nowhere", "9" * 30, "0"])
def test_without_a_location_the_form_comes_back(worker: Client, lost, value):
    for headers in (HTMX, {}):
        response = worker.post(fix_path(lost), {"storage_location": value}, headers=headers)
        assertContains(response, "Choose a location from the list.", status_code=422)
    assert Job.objects.filter(image=lost.original_image_id).count() == 1


def test_configuring_saves_and_processes_again(worker: Client, unconfigured):
    values = {
        "product": ProductFactory().pk,
        "packaging": PackagingFactory().pk,
        "expected_state": ProductStateFactory().pk,
        "mode": "update",
    }
    assert worker.post(fix_path(unconfigured), values).status_code == 302
    config = LocationConfig.objects.get(location=unconfigured.storage_location)
    assert (config.product_id, config.active) == (values["product"], True)
    assert str(newest_job(unconfigured).reason).startswith("Location configured")


def test_the_configuration_of_the_bed_is_filled_in(worker: Client, unconfigured):
    neighbour = StorageLocationFactory(storage_area=unconfigured.storage_location.storage_area, name="Next bay")
    config = LocationConfigFactory(location=neighbour)
    response = worker.get(problem_path(unconfigured))
    assertContains(response, "Filled in from Next bay")
    assertContains(response, f'<option value="{config.product_id}" selected>')
    assertContains(response, '<input type="hidden" name="mode" value="update">')


def test_an_incomplete_configuration_comes_back_with_its_errors(worker: Client, unconfigured):
    response = worker.post(fix_path(unconfigured), {"mode": "update"}, headers=HTMX)
    assertContains(response, "This field is required.", status_code=422)
    assert not LocationConfig.objects.exists()


def test_photos_waiting_for_the_same_are_processed_too(worker: Client, unconfigured):
    waiting = make_session_waiting("needs_config", location=unconfigured.storage_location)
    elsewhere = make_session_waiting("needs_config", location=StorageLocationFactory())
    busy = make_session_waiting("needs_config", location=unconfigured.storage_location)
    ProcessingSessionFactory(job=JobFactory(image=busy.original_image), storage_location=unconfigured.storage_location)
    assertContains(
        worker.get(problem_path(unconfigured)), "1 more photo is waiting for this and will be processed again."
    )
    values = {"product": ProductFactory().pk, "expected_state": ProductStateFactory().pk, "mode": "update"}
    worker.post(fix_path(unconfigured), values)
    assert newest_job(waiting).kind == "reprocess"
    assert newest_job(elsewhere).kind == "first"


def test_photos_that_lack_the_same_density_are_left_alone_unless_asked_for(supervisor: Client, uncalibrated):
    waiting = make_session_waiting("needs_calibration", location=uncalibrated.storage_location)
    values = {"container_type": ContainerTypeFactory().pk, "plants_per_m2": "160"}
    supervisor.post(fix_path(uncalibrated), values)
    assert newest_job(waiting).kind == "first"


def test_calibrating_saves_the_density_of_the_product(supervisor: Client, uncalibrated):
    container_type = ContainerTypeFactory()
    SegmentFactory(session=uncalibrated)
    form = supervisor.get(problem_path(uncalibrated))
    assertContains(form, f'<option value="{container_type.pk}" selected>')
    values = {"container_type": container_type.pk, "plants_per_m2": "160"}
    assert supervisor.post(fix_path(uncalibrated), values).status_code == 302
    density = DensityParameters.objects.get()
    config = LocationConfig.objects.get(location=uncalibrated.storage_location)
    assert (density.product, density.packaging, density.plants_per_m2) == (config.product, config.packaging, 160)
    assert str(newest_job(uncalibrated).reason) == "Density set: 160 plants per m²"


def test_a_density_that_may_be_two_numbers_is_asked_about(supervisor: Client, uncalibrated):
    values = {"container_type": ContainerTypeFactory().pk, "plants_per_m2": "1.250"}
    response = supervisor.post(fix_path(uncalibrated), values, headers=HTMX)
    assertContains(response, "This may mean 1250 or 1.25.", status_code=422)
    assert not DensityParameters.objects.exists()


def test_a_density_with_a_decimal_comma_is_what_was_typed(supervisor: Client, uncalibrated):
    values = {"container_type": ContainerTypeFactory().pk, "plants_per_m2": "12,5"}
    assert supervisor.post(fix_path(uncalibrated), values).status_code == 302
    assert DensityParameters.objects.get().plants_per_m2 == 12.5
    assert str(newest_job(uncalibrated).reason) == "Density set: 12.5 plants per m²"


def test_a_density_far_from_those_of_the_product_is_asked_about_once(supervisor: Client, uncalibrated):
    config = LocationConfig.objects.get(location=uncalibrated.storage_location)
    DensityParametersFactory(product=config.product, avg_area_per_plant_cm2=100)
    values = {"container_type": ContainerTypeFactory().pk, "plants_per_m2": "1250"}
    asked = supervisor.post(fix_path(uncalibrated), values, headers=HTMX)
    assertContains(
        asked, "1250 plants per m² is far outside the usual range for similar plants (100 to 100)", status_code=422
    )
    assertContains(asked, '<input type="hidden" name="meant" value="1250">', html=True, status_code=422)
    other = supervisor.post(fix_path(uncalibrated), {**values, "plants_per_m2": "12500", "meant": "1250"})
    assert (other.status_code, DensityParameters.objects.count()) == (422, 1)
    assert supervisor.post(fix_path(uncalibrated), {**values, "meant": "1250"}).status_code == 302
    assert str(newest_job(uncalibrated).reason) == "Density set: 1,250 plants per m²"


@pytest.mark.parametrize("plants_per_m2", ["25", "400"])
def test_a_density_near_those_of_the_container_is_not_asked_about(supervisor: Client, uncalibrated, plants_per_m2):
    container_type = ContainerTypeFactory()
    DensityParametersFactory(container_type=container_type, avg_area_per_plant_cm2=100)
    values = {"container_type": container_type.pk, "plants_per_m2": plants_per_m2}
    assert supervisor.post(fix_path(uncalibrated), values).status_code == 302


def test_a_density_unblocks_the_photos_of_the_same_product(supervisor: Client, uncalibrated):
    present = LocationConfig.objects.get(location=uncalibrated.storage_location)
    alike = LocationConfigFactory(product=present.product, packaging=present.packaging)
    make_session_waiting("needs_calibration", location=alike.location)
    make_session_waiting("needs_calibration", location=StorageLocationFactory(configured=True))
    assertContains(supervisor.get(problem_path(uncalibrated)), "1 other photo")


def test_a_density_needs_a_configured_location(supervisor: Client):
    session = make_session_waiting("needs_calibration", location=StorageLocationFactory())
    values = {"container_type": ContainerTypeFactory().pk, "plants_per_m2": "160"}
    response = supervisor.post(fix_path(session), values, headers=HTMX)
    assertContains(response, "Configure it first", status_code=422)


def test_a_failed_photo_is_just_processed_again(worker: Client):
    session = ProcessingSessionFactory(failed=True)
    assertContains(worker.get(problem_path(session)), "Process again")
    assert worker.post(fix_path(session)).status_code == 302
    assert newest_job(session).kind == "reprocess"


def test_what_nobody_can_fix_leads_to_the_upload(worker: Client):
    session = make_session_waiting("unreadable_photo", location=StorageLocationFactory())
    response = worker.get(problem_path(session))
    assertContains(response, "Send the photo again from the camera, or take it again.")
    assertContains(response, 'href="/">Go to upload')
    worker.post(fix_path(session))
    assert newest_job(session).kind == "first"


def test_a_photo_at_work_has_nothing_to_fix(worker: Client, lost):
    ProcessingSessionFactory(job=JobFactory(image=lost.original_image))
    assertContains(worker.get(problem_path(lost)), "nothing left to fix")
    response = worker.post(fix_path(lost), {"storage_location": StorageLocationFactory().pk})
    assert response.status_code == 302
    assert Job.objects.filter(image=lost.original_image_id).count() == 2


def test_a_run_that_began_meanwhile_is_named(worker: Client, lost, monkeypatch):
    JobFactory(image=lost.original_image)  # its session is not written yet
    response = worker.post(fix_path(lost), {"storage_location": StorageLocationFactory().pk}, headers=HTMX)
    assertContains(response, "already being processed", status_code=422)


def test_fixes_are_for_those_who_may(viewer: Client, worker: Client, lost, uncalibrated):
    assert Client().post(fix_path(lost)).status_code == 302
    assert viewer.post(fix_path(lost)).status_code == 403
    assertContains(viewer.get(problem_path(lost)), "Your role does not allow you to fix this")
    assert worker.post(fix_path(uncalibrated)).status_code == 403
    assertContains(worker.get(problem_path(uncalibrated)), "Ask a supervisor")


def test_fix_takes_posts_of_known_photos_only(worker: Client, lost):
    assert worker.get(fix_path(lost)).status_code == 405
    assert worker.post("/gallery/00000000-0000-0000-0000-000000000000/fix/").status_code == 404


def test_fix_refuses_other_sites(lost):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(lost.job.requested_by)
    assert strict.post(fix_path(lost), {"storage_location": 1}).status_code == 403
