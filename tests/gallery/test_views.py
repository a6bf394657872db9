"""The grid and the photo page: every view works, refuses strangers, and does without JavaScript."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed

from gallery.browse.queries import GalleryFilter, find_photos, scroll_cards
from tests.factories import UserFactory
from tests.gallery.factories import MOMENT, EstimationFactory, SegmentFactory, unplaced_candidates, uploaded_at
from tests.locations.factories import StorageLocationFactory, WarehouseFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import CorrectionFactory, JobFactory, ProcessingSessionFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ONE = str(UUID(int=1))


@pytest.fixture
def counted():
    """A ready photo in a location, with a container."""
    session = ProcessingSessionFactory(ready=True, storage_location=StorageLocationFactory(code="N1-C2"))
    EstimationFactory(segment=SegmentFactory(session=session, number=1))
    return session


def photo_path(session):
    return f"/gallery/{session.original_image_id}/"


@pytest.mark.parametrize("path", ["/gallery/", "/gallery/changes/", "/gallery/{id}/", "/gallery/{id}/problem/"])
def test_pages_are_for_people_who_may_see_photos(path, counted, stranger: Client):
    path = path.format(id=counted.original_image_id)
    assertRedirects(Client().get(path), f"/login/?next={path}", fetch_redirect_response=False)
    assert stranger.get(path).status_code == 403
    assert stranger.post(path).status_code in (403, 405)


def test_the_grid_shows_each_photo_with_its_count_place_and_status(viewer: Client, counted):
    response = viewer.get("/gallery/")
    assertTemplateUsed(response, "gallery/browse/gallery.html")
    assertContains(response, f'alt="Photo {counted.original_image.original_filename}, Warehouse A - Rack 3 - Shelf 2"')
    assertContains(response, f'href="{photo_path(counted)}"')
    assertContains(response, '<span class="number">125</span> plants')
    assertContains(response, "badge--ready")


def test_a_problem_leads_to_its_form_with_and_without_javascript(viewer: Client):
    session = ProcessingSessionFactory(needs_location=True)
    path = f"{photo_path(session)}problem/"
    assertContains(viewer.get("/gallery/"), f'href="{path}" hx-get="{path}" hx-target="#modal-body"')


def test_the_grid_takes_the_same_queries_for_any_number_of_photos(viewer: Client, django_assert_num_queries):
    for _ in range(6):
        ProcessingSessionFactory(ready=True, storage_location=StorageLocationFactory())
    # sign-in and permissions 3, photos 2, intervals, their number, problems, choices of the filter bar 3
    with django_assert_num_queries(11):
        viewer.get("/gallery/")
    after = str(scroll_cards(find_photos(GalleryFilter()), per_page=2).last)
    with django_assert_num_queries(6):
        assertContains(viewer.get("/gallery/", {"after": after}, headers=HTMX), "photo-card__place", 4)


def test_an_empty_gallery_tells_what_to_do(worker: Client, viewer: Client):
    assertContains(worker.get("/gallery/"), "Upload photos")
    assertNotContains(viewer.get("/gallery/"), "Upload photos")


def test_filters_without_a_match_offer_all_photos(viewer: Client, counted):
    response = viewer.get("/gallery/", {"status": "errors"})
    assertContains(response, "No photo matches these filters")
    assertContains(response, "Show all photos")


def test_a_page_past_the_end_leads_back(viewer: Client, counted):
    assertContains(viewer.get("/gallery/", {"after": "0-" + "0" * 32}), "Go to the newest photos")


@pytest.mark.parametrize("word", ["x", "1-2", "-1-" + "0" * 32, "99999999999999999999-" + "0" * 32])
def test_a_page_that_does_not_exist_is_told(viewer: Client, word):
    assertContains(viewer.get("/gallery/", {"after": word}), "This page does not exist.", status_code=400)


def test_bad_filters_are_named_in_the_filter_bar(viewer: Client):
    response = viewer.get("/gallery/", {"date_from": "yesterday"})
    assertContains(response, "Enter a valid date.", status_code=400)


def test_the_chosen_filters_stay_in_the_bar_and_in_the_page_links(viewer: Client):
    warehouse = WarehouseFactory(name="Greenhouse North")
    for _ in range(3):
        ProcessingSessionFactory(ready=True, storage_location=StorageLocationFactory(storage_area__warehouse=warehouse))
    response = viewer.get("/gallery/", {"per_page": 2, "warehouse_id": warehouse.pk, "days": 7})
    last = response.context["cards"].cards[-1]
    assertContains(response, f'href="?per_page=2&amp;warehouse_id={warehouse.pk}&amp;days=7&amp;after=')
    assertContains(response, f"-{last.image_id.hex}")
    assertContains(response, '<option value="7" selected>')
    assertContains(response, " checked")


def test_load_more_gets_the_next_cards_alone(viewer: Client):
    for _ in range(3):
        ProcessingSessionFactory(ready=True)
    after = str(scroll_cards(find_photos(GalleryFilter()), per_page=2).last)
    response = viewer.get("/gallery/", {"per_page": 2, "after": after}, headers=HTMX)
    assertTemplateUsed(response, "gallery/browse/_cards.html")
    assertNotContains(response, "<html")
    assertNotContains(response, "Load more")


def test_the_grid_polls_only_while_photos_are_unfinished(viewer: Client, counted):
    assertNotContains(viewer.get("/gallery/"), "hx-trigger")
    busy = ProcessingSessionFactory(processing=True)
    response = viewer.get("/gallery/")
    assertContains(response, f"/gallery/changes/?first={busy.original_image_id}&amp;image_id={busy.original_image_id}")
    assertContains(response, 'hx-trigger="every 2s"')


def test_changes_bring_the_finished_cards_and_the_next_poll(viewer: Client, counted):
    busy, gone = ProcessingSessionFactory(processing=True), uuid4()
    ids = [counted.original_image_id, busy.original_image_id, gone]
    response = viewer.get("/gallery/changes/", {"first": ONE, "image_id": ids}, headers=HTMX)
    assertContains(response, f'id="card-{counted.original_image_id}" class="photo-card" hx-swap-oob="true"')
    assertContains(response, f'id="card-poll-{ONE}"')
    assertContains(response, f"image_id={busy.original_image_id}")
    assertNotContains(response, f"image_id={gone}")
    assertNotContains(response, f'id="card-{busy.original_image_id}"')


def test_changes_end_the_poll_with_the_last_photo(viewer: Client, counted):
    response = viewer.get("/gallery/changes/", {"first": ONE, "image_id": counted.original_image_id}, headers=HTMX)
    assertNotContains(response, "hx-trigger")
    assertContains(response, "All photos are processed")


@pytest.mark.parametrize("query", ["", "first=" + ONE, f"first={ONE}&image_id=x", "first=x&image_id=" + ONE])
def test_changes_refuse_bad_questions(viewer: Client, query):
    assert viewer.get(f"/gallery/changes/?{query}").status_code == 400


def test_the_photo_page_shows_everything_about_it(viewer: Client, counted):
    response = viewer.get(photo_path(counted))
    for text in ("N1-C2", "92 %", "1. Loose pots", "Downloads"):
        assertContains(response, text)
    for tab, texts in {
        "history": ("History of the location", "This photo"),
        "trace": ("Where this number comes from", "Runs", "First run", "Nobody has corrected this photo."),
        "file": ("image/jpeg", "4032"),
    }.items():
        for text in texts:
            assertContains(viewer.get(photo_path(counted), {"tab": tab}), text)
    assertContains(response, counted.original_image.s3_key_preview)


def test_the_photo_page_takes_the_same_queries_for_any_history(viewer: Client, counted, django_assert_num_queries):
    for _ in range(5):
        EstimationFactory(segment=SegmentFactory(session=counted))
        ProcessingSessionFactory(ready=True, storage_location=counted.storage_location)
        CorrectionFactory(image=counted.original_image)
    for tab in ("counts", "file", "unknown"):
        # Sign-in and permissions 3, photo, runs, cycle 2, containers, visit, products, proposals, intervals 2.
        with django_assert_num_queries(13):
            viewer.get(photo_path(counted), {"tab": tab})
    with django_assert_num_queries(15):  # and the history with its visits
        viewer.get(photo_path(counted), {"tab": "history"})
    # And the corrections, the decided proposals, the sign-offs, the ways into the trash and back.
    with django_assert_num_queries(17):
        viewer.get(photo_path(counted), {"tab": "trace"})


def test_the_photo_page_switches_the_marks_without_javascript(viewer: Client, counted):
    assertNotContains(viewer.get(photo_path(counted)), "marks-off")
    counted.processed_image = S3ImageFactory(annotated=True, s3_key_original="annotated/2025/10/08/a.jpg")
    counted.save()
    response = viewer.get(photo_path(counted))
    assertContains(response, '<label for="marks-off">')
    assertContains(response, "annotated/2025/10/08/a.jpg?")


def test_the_history_lists_the_counts_of_the_location_newest_first(viewer: Client, counted):
    uploaded_at(counted, MOMENT)
    older = ProcessingSessionFactory(ready=True, storage_location=counted.storage_location, total_detected=77)
    uploaded_at(older, MOMENT - timedelta(days=3))
    deleted = ProcessingSessionFactory(ready=True, storage_location=counted.storage_location, total_detected=66)
    type(deleted.original_image).objects.filter(pk=deleted.original_image_id).update(deleted_at=timezone.now())
    response = viewer.get(photo_path(counted), {"tab": "history"})
    assert [event.total_plants for event in response.context["detail"].history] == [120, 77]
    assertContains(response, f'href="{photo_path(older)}?tab=history"')
    assertContains(response, 'class="chart__dot', count=2)


def test_a_photo_without_a_place_shows_what_the_evidence_offers(viewer: Client):
    session = ProcessingSessionFactory(
        needs_location=True, location_evidence=unplaced_candidates(StorageLocationFactory(name="Bay 9"))
    )
    response = viewer.get(photo_path(session))
    assertContains(response, "Bay 9")
    assertContains(response, "GPS point lies 0.0 m from the location")
    assertContains(response, "Not known yet.")


def test_a_new_photo_says_that_it_is_not_counted_yet(viewer: Client):
    image = S3ImageFactory()
    response = viewer.get(f"/gallery/{image.pk}/")
    assertContains(response, "Not counted yet.")
    assertContains(response, "The picture appears here once it is stored.")


def test_a_tab_alone_is_a_fragment_and_its_address_leads_to_the_page(viewer: Client, counted):
    path = f"{photo_path(counted)}tab/trace/"
    assertRedirects(viewer.get(path), f"{photo_path(counted)}?tab=trace", fetch_redirect_response=False)
    fragment = viewer.get(path, headers=HTMX)
    assertTemplateUsed(fragment, "gallery/photo/_details.html")
    assertNotContains(fragment, "<html")
    assertContains(viewer.get(photo_path(counted), {"tab": "nonsense"}), 'aria-current="page">Counts')
    assert viewer.get(f"/gallery/{uuid4()}/tab/trace/", headers=HTMX).status_code == 404


def test_the_trace_tells_who_corrected_what_and_which_models_counted(viewer: Client, counted):
    counted.model_versions, counted.parameters_hash = {"detector": "abc123" * 10}, "f00d" * 16
    counted.save()
    person = UserFactory(username="ana", supervisor=True)
    CorrectionFactory(image=counted.original_image, user=person, action="retype", class_id=2, x=0.25, y=0.75)
    CorrectionFactory(image=counted.original_image, user=person, undone_at=MOMENT)
    note = {"action": "note", "class_id": None, "x": None, "y": None}
    CorrectionFactory(image=counted.original_image, user=person, text="<i>wet</i>", **note)
    response = viewer.get(photo_path(counted), {"tab": "trace"})
    for text in (
        "abc123abc123",
        "f00df00df00d",
        "Change to dead plant",
        "25 %, 75 %",
        "8 Oct 2025",
        "&lt;i&gt;wet&lt;/i&gt;",
    ):
        assertContains(response, text)
    assertContains(response, '<span class="hint">ana', count=3)


def test_hostile_file_names_are_escaped(viewer: Client):
    session = ProcessingSessionFactory(ready=True, job__image__original_filename='<script>"x".jpg')
    for path in ("/gallery/", photo_path(session)):
        assertNotContains(viewer.get(path), "<script>&quot;")
        assertNotContains(viewer.get(path), '<script>"')


def test_only_people_who_may_fix_are_offered_the_fix(worker: Client, viewer: Client):
    session = ProcessingSessionFactory(needs_location=True)
    assertContains(worker.get(photo_path(session)), "Fix it now")
    assertNotContains(viewer.get(photo_path(session)), "Fix it now")


def test_an_unfinished_photo_polls_its_progress(viewer: Client):
    session = ProcessingSessionFactory(processing=True)
    assertContains(viewer.get(photo_path(session)), 'hx-trigger="every 2s"')
    fragment = viewer.get(photo_path(session), headers=HTMX)
    assertTemplateUsed(fragment, "gallery/photo/_photo_progress.html")
    assertNotContains(fragment, "<html")
    assertContains(fragment, "<progress")


def test_a_photo_processed_again_shows_its_earlier_count_meanwhile(viewer: Client, counted):
    ProcessingSessionFactory(job=JobFactory(image=counted.original_image))
    response = viewer.get(photo_path(counted))
    assertContains(response, "The previous result is shown")
    assertContains(response, '<strong class="number">125</strong>')


def test_the_poll_of_a_finished_photo_gets_the_whole_photo(viewer: Client, counted):
    response = viewer.get(photo_path(counted), headers=HTMX)
    assert response.headers["HX-Retarget"] == "#photo"
    assertTemplateUsed(response, "gallery/photo/_photo.html")
    assertNotContains(response, "hx-trigger")


def test_unknown_and_deleted_photos_are_not_found(viewer: Client):
    deleted = S3ImageFactory(ready=True, deleted_at=timezone.now())
    for image_id in (uuid4(), deleted.pk):
        assert viewer.get(f"/gallery/{image_id}/").status_code == 404
        assert viewer.get(f"/gallery/{image_id}/problem/").status_code == 404


def test_the_pages_contain_no_inline_script_or_style(viewer: Client, counted):
    for path in ("/gallery/", photo_path(counted)):
        content = viewer.get(path).content.decode()
        assert " style=" not in content
        assert " onclick=" not in content
        assert "<script>" not in content
