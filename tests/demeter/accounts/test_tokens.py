import hashlib
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from demeter.accounts.models import ApiToken
from demeter.accounts.tokens import find_token_user, issue_token
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


def test_token_finds_its_user(user):
    assert find_token_user(issue_token(user=user, name="phone")) == user


def test_only_a_hash_of_the_token_is_kept(user):
    token = issue_token(user=user, name="phone")
    row = ApiToken.objects.get()
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert all(token not in str(value) for value in ApiToken.objects.values().get().values())


def test_tokens_are_long_and_differ(user):
    tokens = {issue_token(user=user, name="phone") for _ in range(5)}
    assert len(tokens) == 5
    assert all(token.startswith("dmt_") and len(token) >= 40 for token in tokens)


@pytest.mark.parametrize("token", ["", "dmt_", "dmt_wrong", "é" * 50])
def test_unknown_token_finds_nobody(user, token):
    issue_token(user=user, name="phone")
    assert find_token_user(token) is None


def test_hash_of_a_token_is_no_token(user):
    issue_token(user=user, name="phone")
    assert find_token_user(ApiToken.objects.get().token_sha256) is None


def test_revoked_token_finds_nobody_and_leaves_the_others(user):
    first, second = issue_token(user=user, name="old phone"), issue_token(user=user, name="new phone")
    ApiToken.objects.filter(name="old phone").update(revoked_at=timezone.now())
    assert find_token_user(first) is None
    assert find_token_user(second) == user


def test_token_of_a_deactivated_user_finds_nobody(user):
    token = issue_token(user=user, name="phone")
    user.is_active = False
    user.save()
    assert find_token_user(token) is None


def test_use_is_noted_to_the_minute(user, django_assert_num_queries):
    token = issue_token(user=user, name="phone")
    find_token_user(token)
    used_at = ApiToken.objects.get().last_used_at
    assert timezone.now() - used_at < timedelta(seconds=10)
    with django_assert_num_queries(1):
        find_token_user(token)
    ApiToken.objects.update(last_used_at=used_at - timedelta(minutes=2))
    find_token_user(token)
    assert ApiToken.objects.get().last_used_at >= used_at


def test_issue_token_command_prints_the_token_alone(user, capsys):
    call_command("issue_token", user.username, "script")
    token = capsys.readouterr().out.removesuffix("\n")
    assert find_token_user(token) == user
    assert ApiToken.objects.get().name == "script"


def test_issue_token_command_refuses_unknown_and_inactive_users():
    inactive = UserFactory(is_active=False)
    for username in ("nobody", inactive.username):
        with pytest.raises(CommandError, match=username):
            call_command("issue_token", username, "script")
