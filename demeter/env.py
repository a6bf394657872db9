"""Typed reading of environment variables; the only place that reads them for settings.

`bin/up` writes the addresses of the servers it started to `<data>/demeter.env`; that file is read first so that any
`manage.py` command finds them, and the real environment always wins. Set but empty means unset. A bad value stops the
process at start with `ImproperlyConfigured` and the variable's name.

Secrets may come from files: if `NAME_FILE` is set, the value of `NAME` is the content of that file (containers mount
their secrets under /run/secrets).
"""

import math
import os
import warnings
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError, available_timezones

import environ
import tzlocal
from django.core.exceptions import ImproperlyConfigured

PROJECT_DIR = Path(__file__).resolve().parent.parent
BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def read_str(name: str, *, default: str = "") -> str:
    """A text, stripped; from the file `NAME_FILE` if that is set."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return os.environ.get(name, "").strip() or default
    try:
        return Path(path).read_text().strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read.") from error


DATA_DIR = Path(read_str("DEMETER_DATA_DIR", default=str(PROJECT_DIR / "var"))).resolve()
environ.Env.read_env(DATA_DIR / "demeter.env", overwrite=False)


def read_bool(name: str, *, default: bool) -> bool:
    """`true` or `false`, `yes` or `no`, `on` or `off`, `1` or `0`; anything else is an error, not False."""
    raw = read_str(name, default=str(default)).lower()
    if raw not in BOOLEANS:
        raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false.")
    return BOOLEANS[raw]


def read_positive(name: str, *, default: float) -> float:
    """A number above zero."""
    raw = read_str(name, default=str(default))
    try:
        number = float(raw)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ImproperlyConfigured(f"{name}={raw!r} is not a number above zero.")
    return number


def read_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of `choices`; the first when unset."""
    raw = read_str(name, default=choices[0])
    if raw not in choices:
        raise ImproperlyConfigured(f"{name}={raw!r} is not one of {', '.join(choices)}.")
    return raw


def read_url(name: str, *, schemes: tuple[str, ...], default: str = "") -> str:
    """A URL with one of `schemes`; empty if unset and without a default."""
    raw = read_str(name, default=default)
    if not raw:
        return ""
    try:
        parts = urlsplit(raw)
        is_known = parts.scheme in schemes and "://" in raw and parts.port != 0
    except ValueError:  # an invalid port or host; the original message could show the password
        is_known = False
    if not is_known:
        raise ImproperlyConfigured(f"{name} is not an address like {schemes[0]}://host:port/...")
    return raw


def read_time_zone(name: str) -> str:
    """A time zone of the IANA database, such as `America/Mexico_City`; if unset, that of the machine, else UTC."""
    raw = read_str(name)
    if not raw:
        found = _machine_time_zone()
        return found if found in available_timezones() else "UTC"
    if raw not in available_timezones():
        raise ImproperlyConfigured(f"{name}={raw!r} is not a time zone like America/Mexico_City.")
    return raw


def _machine_time_zone() -> str | None:
    with warnings.catch_warnings(action="ignore"):  # from files that contradict each other
        try:
            return tzlocal.get_localzone_name()
        except (ZoneInfoNotFoundError, ValueError):
            return None


def read_list(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """Comma-separated texts."""
    return [item.strip() for item in read_str(name, default=",".join(default)).split(",") if item.strip()]


def host_of(template: str) -> str:
    """Scheme and host of a URL of pictures, for a Content-Security-Policy; empty for none.

    `{s}` in a URL of map tiles means any of several hosts.
    """
    parts = urlsplit(template)
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}" if template else ""
