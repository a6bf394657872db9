"""Stops the storage for minutes while photos are uploaded: `python -m bench.faults.storage_away [--away-s 300]`.

SeaweedFS is stopped two seconds after the upload begins. Meanwhile the upload page is loaded again and again; then
every photo must be in S3 and counted. Writes its part of docs/faults.md.
"""

import argparse
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from bench.faults.environment import FOLDER, SERVERS, WEB_PORT  # isort: skip - before anything of Django
import requests
from django.conf import settings
from django.test import Client

from bench.faults.campaign import Campaign
from bench.faults.house import House
from bench.faults.outcomes import find_faults, is_settled, last_finish
from bench.faults.page import write_report
from bench.faults.pictures import vary
from bench.faults.sender import Sender
from demeter.accounts.models import User
from demeter.accounts.roles import WORKER
from demeter.local.programs import PROJECT_DIR
from photos.models import S3Image
from photos.statuses import ImageStatus

PICTURES = 20
HEAD_START_SECONDS = 2
PAGE_EVERY_SECONDS = 2
BACK_SECONDS = 1800
TRANSITION = re.compile(r"^\S+ (\S+,\d+) \w+ \S+: (circuit breaker .+? after \w+)", re.MULTILINE)


class PageLoader:
    """Somebody who loads the upload page every two seconds."""

    def __init__(self, address: str, user: User) -> None:
        client = Client()
        client.force_login(user)
        self._address = address
        self._cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        self._over = Event()
        self.loads, self.failures = 0, 0
        self._thread = Thread(target=self._load)
        self._thread.start()

    def stop(self) -> None:
        """No more."""
        self._over.set()
        self._thread.join()

    def _load(self) -> None:
        while not self._over.wait(PAGE_EVERY_SECONDS):
            self.loads += 1
            try:
                answer = requests.get(f"{self._address}/", cookies=self._cookies, timeout=30)
                self.failures += answer.status_code != 200 or "upload-form" not in answer.text
            except requests.RequestException:
                self.failures += 1


def take_storage_away(house: House, campaign: Campaign, *, photos: int, away_seconds: float) -> dict[str, Any]:
    """The results of one outage."""
    pictures, reference = [], {}
    for number in range(photos):
        turn, place = divmod(number, PICTURES)
        picture = campaign.pictures[place]
        reference[f"{turn}-{picture.name}"] = campaign.reference["outcomes"][picture.name]
        pictures.append(vary(replace(picture, name=f"{turn}-{picture.name}"), f"away/{time.time()}/{number}"))
    sender = Sender(house.address, campaign.token, pictures)
    images = S3Image.objects.photos().filter(upload=sender.upload_session_id)
    house.watch(HEAD_START_SECONDS)
    loader = PageLoader(house.address, campaign.people[WORKER])
    gone_at = time.time()
    house.pause("seaweedfs", away_seconds)
    back_at = time.time()
    loader.stop()
    stored_at_return = images.exclude(stored_at=None).count()
    seen_failed = images.filter(status=ImageStatus.FAILED, jobs__error__gt="", jobs__status="failed").count()
    house.wait_until(lambda: is_settled(sender.upload_session_id), seconds=BACK_SECONDS)
    sent = sender.results()
    findings = find_faults(
        sender.upload_session_id, sent, pictures, reference, due_at=back_at + campaign.reference["seconds"]
    )
    stored = [image.stored_at.timestamp() for image in images if image.stored_at is not None]
    return {
        "away_seconds": round(away_seconds),
        "photos": photos,
        "received_while_away": sum(gone_at < one.received_at < back_at for one in sent),
        "failures": sum(len(one.failures) for one in sent),
        "slowest_answer": round(max(one.seconds for one in sent), 2),
        "page_loads": loader.loads,
        "page_failures": loader.failures,
        "stored_at_return": stored_at_return,
        "stored": len(stored),
        "stored_after": round(max(stored) - back_at, 1),
        "counted_after": round(last_finish(sender.upload_session_id) - back_at, 1),
        "seen_failed": seen_failed,
        "lost": len(findings.lost),
        "double": len(findings.double),
        "different": len(findings.different),
        "left_over": len(findings.left_over),
        "transitions": read_transitions(house, gone_at),
    }


def read_transitions(house: House, since: float) -> list[str]:
    """The breaker's transitions in the logs of workers and web since that moment, in order of time."""
    began = time.strftime("%H:%M:%S", time.localtime(since))
    found = [match for name in ("worker-io", "worker-gpu", "worker-cpu", "web") for match in _transitions(house, name)]
    return [f"{moment} {text}" for moment, text in sorted(found) if moment >= began]


def _transitions(house: House, name: str) -> list[tuple[str, str]]:
    return [(moment, text) for moment, text in TRANSITION.findall(house.log(name))]


def main() -> None:
    """Take it away, bring it back, look, write."""
    parser = argparse.ArgumentParser(prog="bench.faults.storage_away", description=__doc__)
    parser.add_argument("--away-s", type=float, default=300)
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "docs", help="where faults.md and faults.json go")
    args = parser.parse_args()
    house = House(FOLDER, servers=SERVERS, web_port=WEB_PORT)
    try:
        house.start()
        campaign = Campaign(house, photos=PICTURES, seed=0)
        figures = take_storage_away(house, campaign, photos=args.photos, away_seconds=args.away_s)
    finally:
        house.stop()
    print(json.dumps(figures, indent=1))
    write_report(args.out, "away", figures)


if __name__ == "__main__":
    main()
