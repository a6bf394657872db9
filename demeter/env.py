"""Typed reading of the environment; the only place that looks at it for settings.

`bin/up` writes the addresses of the servers it started to `<data>/demeter.env`; that file is read first so that any
`manage.py` command finds them, and the real environment always wins. A bad value stops the process at start with
`ImproperlyConfigured` and the variable's name.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

PROJECT_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
DATA_DIR = Path(env.str("DEMETER_DATA_DIR", default=str(PROJECT_DIR / "var"))).resolve()

env_file = DATA_DIR / "demeter.env"
if env_file.is_file():
    environ.Env.read_env(env_file, overwrite=False)


def read_bool(name: str, *, default: bool) -> bool:
    """`true`/`false` in the spellings of django-environ; anything else is an error, not False."""
    raw = env.str(name, default=str(default)).strip().lower()
    if raw in environ.Env.BOOLEAN_TRUE_STRINGS:
        return True
    if raw in ("false", "off", "no", "n", "0", ""):
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false.")


def read_int(name: str, *, default: int, minimum: int = 0) -> int:
    """A whole number of at least `minimum`."""
    raw = env.str(name, default=str(default))
    if not raw.strip().lstrip("-").isdigit() or int(raw) < minimum:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number of at least {minimum}.")
    return int(raw)


def read_str(name: str, *, default: str = "") -> str:
    """A text, stripped."""
    return str(env.str(name, default=default)).strip()


def read_url(name: str, *, schemes: tuple[str, ...], default: str = "") -> str:
    """An address with one of `schemes`; empty when unset and no default is given."""
    raw = read_str(name, default=default)
    if raw and raw.partition("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name} must start with one of {', '.join(s + '://' for s in schemes)}.")
    return raw


def read_list(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """Comma-separated texts."""
    return [item.strip() for item in env.list(name, default=list(default)) if item.strip()]
