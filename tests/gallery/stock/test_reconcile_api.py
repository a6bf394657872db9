"""`/api/v1/stock/differences`: the list, and decisions that are made once for each key."""

import pytest
from django.test import Client

from stock.models import Decision, StockDocument
from tests.factories import UserFactory
from tests.gallery.stock.counting import differ

pytestmark = pytest.mark.django_db
LIST = "/api/v1/stock/differences"


def decide(client: Client, difference, key="k1", **body):
    headers = {} if key is None else {"Idempotency-Key": key}
    given = {"about": difference.unexplained, **body}
    path = f"{LIST}/{difference.pk}/decisions"
    return client.post(path, given, content_type="application/json", headers=headers)


def test_list_has_what_is_worth_most_first_and_its_sums(viewer: Client, django_assert_max_num_queries):
    small, large = differ(100, 60), differ(200, 90)
    with django_assert_max_num_queries(9):
        answer = viewer.get(f"{LIST}?per_page=1").json()
    assert (answer["missing"], answer["too_many"], answer["pagination"]["total_pages"]) == (-150, 0, 2)
    [row] = answer["differences"]
    assert (row["id"], row["location"], row["unexplained"]) == (large.pk, large.batch.location.code, -110)
    assert row["expected"] + row["difference"] == row["counted"]
    [second] = viewer.get(f"{LIST}?per_page=1&page=2").json()["differences"]
    assert second["id"] == small.pk
    assert viewer.get(f"{LIST}?per_page=1&page=3").json()["differences"] == []
    assert viewer.get(f"{LIST}?status=nonsense").status_code == 400


def test_sale_explains_a_difference_once_for_each_key(supervisor: Client):
    difference = differ(100, 58)
    body = {"decision": "sold", "quantity": 42, "unit_price": 2.5, "reason": "To Ana"}
    first, again = decide(supervisor, difference, **body), decide(supervisor, difference, **body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == supervisor.get(f"{LIST}/{difference.pk}").json()
    assert first.json()["unexplained"] == 0
    [decision] = first.json()["decisions"]
    document = StockDocument.objects.get()
    assert (decision["decision"], decision["document"], decision["about"]) == ("sold", document.number, -42)
    other = decide(supervisor, differ(100, 40), **body)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize("kind", ["accepted", "recount", "assigned"])
def test_other_decisions_are_made_once_too_and_can_be_taken_back(kind, supervisor: Client):
    difference, boss = differ(100, 58), UserFactory(supervisor=True)
    body = {"decision": kind}
    body |= {"accepted": {"reason": "Nobody knows"}}.get(kind, {"assigned_to": boss.username})
    assert [decide(supervisor, difference, **body).status_code for _ in range(2)] == [201, 200]
    assert Decision.objects.count() == 1
    row = supervisor.get(f"{LIST}/{difference.pk}").json()
    assert (row["accepted"], row["unexplained"]) == ((-42, 0) if kind == "accepted" else (0, -42))
    assert row["assigned_to"] == (None if kind == "accepted" else boss.username)
    if kind == "assigned":
        return
    about = row["unexplained"]
    taken_back = [decide(supervisor, difference, "k2", decision="reopened", about=about) for _ in range(2)]
    assert [answer.status_code for answer in taken_back] == [201, 200]
    assert taken_back[0].json()["unexplained"] == -42
    assert taken_back[0].json()["recount_since"] is None


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"decision": "sold"}, 400, "quantity"),
        ({"decision": "lost", "quantity": 42}, 400, "loss_reason"),
        ({"decision": "accepted"}, 400, "reason"),
        ({"decision": "accepted", "reason": "x", "quantity": 3}, 400, "does not belong"),
        ({"decision": "sold", "quantity": 200}, 400, "only 100"),
        ({"decision": "came_in", "quantity": 1}, 400, "too many came in"),
        ({"decision": "assigned", "assigned_to": "nobody-of-this-name"}, 400, "assigned_to"),
        ({"decision": "guessed"}, 400, "decision"),
        ({"decision": "accepted", "reason": "x", "about": -1}, 409, "has changed"),
        ({"decision": "accepted", "reason": "x", "wat": 1}, 400, "wat"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_decided(body, status, words, supervisor: Client):
    answer = decide(supervisor, differ(100, 58), **body)
    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]
    assert not Decision.objects.exists()


def test_key_and_role_are_needed(supervisor: Client, worker: Client):
    difference, body = differ(100, 58), {"decision": "accepted", "reason": "x"}
    assert decide(supervisor, difference, None, **body).status_code == 400
    assert decide(worker, difference, **body).status_code == 403
    assert supervisor.get(f"{LIST}/{10**9}").status_code == 404
