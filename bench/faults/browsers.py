"""People of three roles who load pages while parts fail: their errors and waiting times."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle
from threading import Event, Lock, Thread
from typing import Any

import requests
from django.conf import settings
from django.test import Client

from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN, SUPERVISOR, WORKER

EVERY_SECONDS, PATIENCE_SECONDS = 0.5, 60.0
SLOW_SECONDS = 2.0
STOCK_PAGES = ("/locations/N1-N-03/", "/locations/N1-S-05/")
PAGES: Mapping[str, Sequence[str]] = {
    WORKER: ("/", "/jobs/", "/gallery/", "/map/", STOCK_PAGES[0]),
    SUPERVISOR: ("/review/", "/todo/", "/gallery/", "/map/", STOCK_PAGES[1]),
    ADMIN: ("/status/", "/gallery/", "/review/", "/admin/stock/stockbatch/", STOCK_PAGES[0]),
}


class Browsers:
    """These people (by role), each with a session, from entering to leaving the context."""

    def __init__(self, address: str, people: Mapping[str, User]) -> None:
        self._address = address
        self._over, self._lock = Event(), Lock()
        self._threads = [Thread(target=self._look, args=(PAGES[role], _sign_in(user))) for role, user in people.items()]
        self._loads: list[tuple[float, str]] = []
        self._failures: Counter[str] = Counter()

    def __enter__(self) -> "Browsers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def report(self) -> dict[str, Any]:
        """Pages loaded, the slowest, how many took over two seconds, and what failed: a status or an error's name."""
        seconds, path = max(self._loads, default=(0.0, ""))
        return {
            "pages": len(self._loads),
            "slowest_page": round(seconds, 2),
            "slowest_path": path,
            "slow_pages": sum(seconds > SLOW_SECONDS for seconds, _path in self._loads),
            "failed_pages": dict(self._failures),
        }

    def _look(self, pages: Sequence[str], cookie: dict[str, str]) -> None:
        for page in cycle(pages):
            if self._over.wait(EVERY_SECONDS):
                return
            began = time.monotonic()
            failure = self._load(page, cookie)
            with self._lock:
                self._loads.append((time.monotonic() - began, page))
                if failure:
                    self._failures[failure] += 1

    def _load(self, page: str, cookie: dict[str, str]) -> str:
        """The error in a word; empty if the page loaded."""
        try:
            answer = requests.get(self._address + page, cookies=cookie, timeout=PATIENCE_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            return type(error).__name__
        return "" if answer.status_code == 200 else str(answer.status_code)


def _sign_in(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
