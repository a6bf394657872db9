"""The CSV of a photo: every mark, every correction, nothing that a spreadsheet would run."""

import csv
from io import StringIO
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from tests.factories import UserFactory
from tests.gallery.factories import MOMENT
from tests.processing.factories import CorrectionFactory, ProcessingSessionFactory, ProposalFactory, make_bed

pytestmark = pytest.mark.django_db
PLANT, EMPTY, DEAD = range(3)


def export(client: Client, session) -> list[dict[str, str]]:
    response = client.get(f"/gallery/{session.original_image_id}/export.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def test_the_csv_holds_marks_and_corrections(viewer: Client):
    bed = make_bed(PLANT, PLANT, EMPTY)
    image, ana = bed.original_image, UserFactory(username="ana")
    CorrectionFactory(image=image, user=ana, action="remove", x=0.1, y=0.1)
    CorrectionFactory(image=image, user=ana, action="retype", x=0.16, y=0.1, class_id=DEAD)
    CorrectionFactory(image=image, user=ana, x=0.95, y=0.95)
    CorrectionFactory(image=image, user=ana, undone_at=MOMENT)
    rows = export(viewer, bed)
    marks = [row for row in rows if row["record"] == "mark"]
    assert [(row["container"], row["class"], row["x_px"], row["confidence"], row["state"]) for row in marks] == [
        ("1", "plant", "100.0", "0.9", "removed"),
        ("1", "dead", "160.0", "0.9", "retyped"),
        ("1", "empty", "220.0", "0.9", "found"),
        ("", "plant", "950.0", "", "added"),
    ]
    events = [row for row in rows if row["record"] not in ("mark", "total")]
    assert [(row["record"], row["class"], row["user"]) for row in events] == [
        ("remove", "plant", "ana"),
        ("retype", "dead", "ana"),
        ("add", "plant", "ana"),
        ("add", "plant", "ana"),
    ]
    assert [row["undone_at"] for row in events] == ["", "", "", "2025-10-08T10:30:00+00:00"]


def test_the_csv_holds_proposals_and_what_became_of_them(viewer: Client):
    bed = make_bed(PLANT)
    image, ana, bea = bed.original_image, UserFactory(username="ana"), UserFactory(username="bea")
    ProposalFactory(image=image, user=ana, action="remove", x=0.1, y=0.1)
    ProposalFactory(image=image, user=ana, withdrawn_at=MOMENT)
    ProposalFactory(image=image, user=ana, action="note", class_id=None, x=None, y=None, text="The post hides some")
    ProposalFactory(image=image, user=ana, outcome="declined", decided_by=bea, decided_at=MOMENT)
    rows = [row for row in export(viewer, bed) if row["record"] not in ("mark", "total")]
    assert [(row["record"], row["class"], row["x_px"], row["user"], row["state"], row["text"]) for row in rows] == [
        ("proposed: remove", "plant", "100.0", "ana", "Waiting", ""),
        ("proposed: add", "plant", "500.0", "ana", "Withdrawn", ""),
        ("flag", "", "", "ana", "Waiting", "The post hides some"),
        ("proposed: add", "plant", "500.0", "ana", "Declined by bea", ""),
    ]
    assert rows[1]["undone_at"] == "2025-10-08T10:30:00+00:00"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_formulas_are_text(viewer: Client, text):
    bed = make_bed(PLANT)
    CorrectionFactory(image=bed.original_image, action="note", class_id=None, x=None, y=None, text=text)
    assert export(viewer, bed)[-1]["text"] == f"'{text}"


def test_who_may_download(viewer: Client, stranger: Client):
    bed = make_bed(PLANT)
    path = f"/gallery/{bed.original_image_id}/export.csv"
    assertRedirects(Client().get(path), f"/login/?next={path}", fetch_redirect_response=False)
    assert stranger.get(path).status_code == 403
    assert viewer.post(path).status_code == 405
    assert viewer.get(f"/gallery/{uuid4()}/export.csv").status_code == 404
    assert viewer.get(f"/gallery/{ProcessingSessionFactory().original_image_id}/export.csv").status_code == 404
    type(bed.original_image).objects.update(deleted_at=timezone.now())
    assert viewer.get(path).status_code == 404
