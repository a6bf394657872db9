"""Proposals on the pages and in the API: who may, what is shown to whom, and the answer of a supervisor."""

from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from photos.models import S3Image
from processing.models import Correction, ProcessingSession, Proposal
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import ProposalFactory, make_bed

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PLANT, EMPTY, DEAD = range(3)
REMOVE = {"action": "remove", "class_id": PLANT, "x": 0.1, "y": 0.1}
JSON = {"content_type": "application/json"}


@pytest.fixture
def bed():
    return make_bed(PLANT, PLANT, PLANT, location=StorageLocationFactory())


@pytest.fixture
def proposed(bed):
    """By Ana: one more plant."""
    return ProposalFactory(image=bed.original_image, user=UserFactory(username="Ana"))


def page_of(bed) -> str:
    return f"/gallery/{bed.original_image_id}/"


def api_of(bed, name: str) -> str:
    return f"/api/v1/photos/{bed.original_image_id}/{name}"


def answer_to(proposal, decision) -> dict:
    return {"decision": decision, "made_by": proposal.user_id, "up_to": proposal.pk}


# --- A worker --------------------------------------------------------------------------------------------------------
def test_a_worker_proposes_by_form_and_sees_what_waits(bed, worker):
    assertContains(worker.get(page_of(bed)), "This count seems wrong")
    response = worker.post(f"{page_of(bed)}propose/", REMOVE)
    assertRedirects(response, page_of(bed), fetch_redirect_response=False)
    page = worker.get(page_of(bed))
    assertContains(page, "proposes a change.")
    assertContains(page, "1 removed:")
    assertContains(page, "It counts once a supervisor accepts it.")
    assertNotContains(page, "Decline")
    assert ProcessingSession.objects.get().total_detected == 3
    worker.post(f"{page_of(bed)}propose/undo/")
    assertNotContains(worker.get(page_of(bed)), "proposes a change.")
    worker.post(f"{page_of(bed)}propose/redo/")
    assert Proposal.objects.waiting().count() == 1


def test_a_worker_flags_a_count(bed, worker, supervisor):
    worker.post(f"{page_of(bed)}flag/", {"text": "The post hides some"})
    assertContains(supervisor.get(page_of(bed)), "Mark as read")
    assertContains(worker.get(page_of(bed)), "The post hides some")
    refused = worker.post(f"{page_of(bed)}flag/", {"text": " "}, headers=HTMX)
    assertContains(refused, "Say what seems wrong", status_code=422)


def test_a_proposal_by_script_may_come_twice_and_be_undone_by_name(bed, worker):
    name = uuid4()
    for _time in range(2):
        answer = worker.post(f"{page_of(bed)}propose/", {**REMOVE, "sent_as": name}, headers=HTMX)
        assertContains(answer, "Proposed. It counts once a supervisor accepts it.")
    assert Proposal.objects.count() == 1
    for action in ("undo", "redo"):
        answer = worker.post(f"{page_of(bed)}propose/", {"action": action, "made_as": name}, headers=HTMX)
        assert answer.status_code == 200
    other = worker.post(f"{page_of(bed)}propose/", {**REMOVE, "sent_by": 0}, headers=HTMX)
    assert other.status_code == 403


def test_ones_own_proposals_are_applied_to_the_marks_and_others_are_shown(bed, proposed, worker, viewer):
    worker.post(f"{page_of(bed)}propose/", REMOVE)
    plain = viewer.get(api_of(bed, "markers")).json()
    assert (len(plain["marks"]["x"]), len(plain["proposed"])) == (3, 2)
    assert plain["proposed"][0] == {"action": "add", "class_id": 0, "x": 500, "y": 500, "made_by": "Ana"}
    own = worker.get(api_of(bed, "markers?as_proposed=on")).json()
    assert (len(own["marks"]["x"]), len(own["removed"]["x"]), len(own["proposed"])) == (2, 1, 1)


# --- A supervisor ----------------------------------------------------------------------------------------------------
def test_a_supervisor_accepts_and_it_stays_visible_who_did_what(bed, proposed, supervisor):
    page = supervisor.get(page_of(bed))
    assertContains(page, "Ana proposes a change.")
    assertContains(page, 'id="proposals-accept"')
    answer = supervisor.post(f"{page_of(bed)}proposals/", answer_to(proposed, "accept"), headers=HTMX)
    assertContains(answer, "1 proposal accepted. 4 plants, 4 of them seen.")
    assert "marksChanged" in answer.headers["HX-Trigger"]
    trace = supervisor.get(f"{page_of(bed)}?tab=trace")
    assertContains(trace, "proposed by Ana")
    assertContains(trace, "Accepted by")
    again = supervisor.post(f"{page_of(bed)}proposals/", answer_to(proposed, "accept"), headers=HTMX)
    assertContains(again, "Nothing is waiting here any more.")
    assert Correction.objects.count() == 1


def test_a_supervisor_declines_without_scripts(bed, proposed, supervisor):
    response = supervisor.post(f"{page_of(bed)}proposals/", answer_to(proposed, "decline"), follow=True)
    assertContains(response, "1 proposal declined.")
    assertContains(supervisor.get(f"{page_of(bed)}?tab=trace"), "Declined by")
    assert not Correction.objects.exists()
    bad = supervisor.post(f"{page_of(bed)}proposals/", {"decision": "perhaps"}, headers=HTMX)
    assert bad.status_code == 422


def test_the_to_do_list_and_the_review_show_what_waits(bed, proposed, supervisor, worker, viewer):
    for client, words in ((supervisor, "Decide"), (worker, "Open")):
        todo = client.get("/todo/")
        assertContains(todo, "Proposed changes")
        assertContains(todo, bed.original_image.original_filename)
        assertContains(todo, words)
    assertContains(supervisor.get("/review/"), "Somebody proposes to change 1 count")
    S3Image.objects.update(deleted_at=timezone.now())
    assertNotContains(viewer.get("/todo/"), "Proposed changes")


def test_only_supervisors_decide(bed, proposed, worker, viewer, stranger):
    for client in (worker, viewer, stranger):
        assert client.post(f"{page_of(bed)}proposals/", answer_to(proposed, "accept")).status_code == 403
        assert client.post(api_of(bed, "proposals/decide"), answer_to(proposed, "accept"), **JSON).status_code == 403
    for client in (viewer, stranger):
        assert client.post(f"{page_of(bed)}propose/", REMOVE).status_code == 403
    assert not Correction.objects.exists()


# --- API -------------------------------------------------------------------------------------------------------------
def test_programs_propose_withdraw_and_decide(bed, worker, supervisor):
    body = {**REMOVE, "sent_as": str(uuid4())}
    first, again = (worker.post(api_of(bed, "proposals"), body, **JSON) for _time in range(2))
    assert first.json() == again.json()
    made = first.json()["proposal"]
    assert (made["outcome"], made["decided_by"], made["x"]) == ("", None, 0.1)
    named = {"proposal_id": made["proposal_id"]}
    for name, withdrawn in (("withdraw", True), ("renew", False)):
        for _time in range(2):
            answer = worker.post(api_of(bed, f"proposals/{name}"), named, **JSON).json()["proposal"]
            assert bool(answer["withdrawn_at"]) is withdrawn
    flagged = worker.post(api_of(bed, "flag"), {"text": "Too few"}, **JSON).json()["proposal"]
    decision = {"decision": "accept", "made_by": made["made_by_id"], "up_to": flagged["proposal_id"]}
    decided = supervisor.post(api_of(bed, "proposals/decide"), decision, **JSON).json()
    assert (decided["accepted"], decided["processing_session"]["total_detected"]) == (2, 2)
    rows = supervisor.get(api_of(bed, "proposals")).json()["proposals"]
    assert [row["outcome"] for row in rows] == ["accepted", "accepted"]
    corrected = supervisor.get(api_of(bed, "corrections")).json()["corrections"]
    assert {row["proposed_by"] for row in corrected} == {made["made_by"]}
    assert worker.post(api_of(bed, "proposals/withdraw"), named, **JSON).status_code == 409
