"""Bearer tokens: create, issue, verify. With 256 random bits a plain SHA-256 is a safe hash."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from demeter.accounts.models import ApiToken, User

_PREFIX = "dmt_"
_LAST_USED_RESOLUTION = timedelta(minutes=1)
TWICE_WITHIN = timedelta(minutes=1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_token() -> tuple[str, str]:
    """A new token and its digest for the database."""
    token = _PREFIX + secrets.token_urlsafe(32)
    return token, _digest(token)


def find_just_made(*, user: User, name: str) -> ApiToken | None:
    """An unused token of this name created within TWICE_WITHIN: its form was submitted twice."""
    made = ApiToken.objects.filter(user=user, name=name, created_at__gt=timezone.now() - TWICE_WITHIN)
    return made.filter(last_used_at=None, revoked_at=None).order_by("-created_at").first()


def issue_token(*, user: User, name: str) -> str:
    """A new token for `user`; it cannot be read again."""
    token, digest = make_token()
    ApiToken.objects.create(user=user, name=name, token_sha256=digest)
    return token


def find_token_user(token: str) -> User | None:
    """The active user of this unrevoked token, or None. Records when it was used, to the minute."""
    row = (
        ApiToken.objects.select_related("user")
        .filter(token_sha256=_digest(token), revoked_at=None, user__is_active=True)
        .first()
    )
    if row is None:
        return None
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > _LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row.user
