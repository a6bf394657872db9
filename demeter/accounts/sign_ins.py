"""Sign-ins and sign-outs, recorded in the audit log of the account.

The typed name and password are never stored: people type their password into the wrong field. A failed sign-in with an
unknown name is only a line in the log, with the IP address.
"""

import logging
from collections.abc import Mapping
from typing import Any

import pghistory
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from demeter.accounts.models import SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT, User
from demeter.common.throttling import address_of

logger = logging.getLogger(__name__)


def watch_sign_ins() -> None:
    """Listen to Django's own signals, whichever page or command they come from."""
    user_logged_in.connect(_signed_in, dispatch_uid="demeter.accounts.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="demeter.accounts.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="demeter.accounts.sign_in_failed")


def _signed_in(user: User, **_signal: Any) -> None:
    pghistory.create_event(user, label=SIGNED_IN)


def _signed_out(user: User | AnonymousUser | None, **_signal: Any) -> None:
    if isinstance(user, User):  # a sign-out without a session has no user
        pghistory.create_event(user, label=SIGNED_OUT)


def _failed(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    name = str(credentials.get(User.USERNAME_FIELD, "")).replace("\x00", "")
    user = User.objects.filter(username=name).first()
    if user is not None:
        pghistory.create_event(user, label=SIGN_IN_FAILED)
    known = "a known name" if user else "an unknown name"
    logger.warning("a sign-in with %s failed from %s", known, address_of(request) if request else "this machine")
