"""The first account of a nursery: who knows the setup code makes it in the browser, once.

The code follows from SECRET_KEY, so that every process knows it and nothing needs to be stored. `manage.py setup_code`
prints it; `bin/up` and compose.yaml call that at each start until somebody has an account.
"""

import base64

from django.contrib.auth.models import Group
from django.utils.crypto import constant_time_compare, salted_hmac

from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN

CODE_BYTES = 10  # 16 letters and digits: 80 bits


def is_first_run() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def setup_code() -> str:
    """Four groups of four characters, such as ABCD-EFGH-IJKL-MNOP."""
    digest = salted_hmac("demeter.accounts.first_run", "setup code", algorithm="sha256").digest()
    code = base64.b32encode(digest[:CODE_BYTES]).decode()
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def is_setup_code(typed: str) -> bool:
    """Compared in constant time; dashes, spaces and lower case do not matter."""
    return constant_time_compare(_plain(typed), _plain(setup_code()))


def make_owner(*, name: str, username: str, password: str, language: str) -> User:
    """The account that may do everything."""
    owner: User = User.objects.create_superuser(username, password=password, first_name=name, language=language)
    owner.groups.add(Group.objects.get(name=ADMIN))
    return owner


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())
