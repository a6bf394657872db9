"""Rounds, one after the other: upload, break, wait, compare. Finished rounds are kept in files, to continue later."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import InterfaceError, OperationalError, connection

from bench.faults.breakages import BREAKAGES, SERVES_PAGES
from bench.faults.browsers import Browsers
from bench.faults.house import House
from bench.faults.outcomes import Findings, find_faults, is_settled, last_finish, read_outcomes
from bench.faults.pictures import Picture, make_pictures, vary
from bench.faults.sender import PATIENCE_SECONDS, Sender, Sent
from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN, SUPERVISOR, WORKER
from demeter.accounts.tokens import issue_token
from demeter.common.exceptions import UnavailableError
from locations.demo import load_demo_nursery
from photos.storage.staging_cleanup import sweep_staging
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.runtime.weights import WEIGHT_NAMES, read_weights

PHOTOS_DIR = settings.BASE_DIR / "demo" / "photos"
SETTLED_SECONDS, GREEN_SECONDS = 600, 120
# The moment of the fault, as a share of an undisturbed round.
LATEST_FAULT = 0.8

Round = dict[str, Any]


class Campaign:
    """The rounds of one seed with one set of pictures; its reference and rounds are files in the house's folder."""

    def __init__(self, house: House, *, photos: int, seed: int) -> None:
        self._house, self._seed = house, seed
        self.pictures = make_pictures(PHOTOS_DIR, photos)
        self.people = make_people()
        self.token = issue_token(user=self.people[WORKER], name="fault campaign")
        self.rounds = RoundsFile(rounds_path(house.folder, photos=photos, seed=seed))
        self.reference = self._read_reference(reference_path(house.folder, photos=photos))

    def run(self, rounds: int, *, tell: Callable[[str], None]) -> None:
        """The rounds that are still missing."""
        sweep_staging(older_than=timedelta())  # left by an interrupted campaign
        for number in range(len(self.rounds.read()), rounds):
            name = breakage_of(number, self._seed)
            done = self._run_round(number, name)
            self.rounds.append(done)
            bad = {kind: found for kind, found in done["findings"].items() if found and kind != "swept"}
            tell(f"{number + 1}/{rounds} {name}: {done['seconds']:.0f} s, {bad or 'all well'}")

    def _read_reference(self, path: Path) -> dict[str, Any]:
        """Outcomes and seconds of an undisturbed run; the first one, which loads the models, is not it."""
        if not path.is_file():
            self._run_undisturbed()
            path.write_text(json.dumps(self._run_undisturbed(), indent=1))
        reference: dict[str, Any] = json.loads(path.read_text())
        return reference

    def _run_undisturbed(self) -> dict[str, Any]:
        began = time.time()
        sender, _ = self._send("undisturbed")
        self._settle(sender)
        seconds = last_finish(sender.upload_session_id) - began
        return {"seconds": round(seconds, 1), "outcomes": read_outcomes(sender.upload_session_id)}

    def _run_round(self, number: int, name: str) -> Round:
        dice = Random(f"{self._seed}/{number}")
        self._house.deaths.clear()
        began = time.time()
        with Browsers(self._house.address, self.people) as browsers:
            sender, pictures = self._send(f"{self._seed}/{number}")
            self._house.watch(dice.uniform(0, LATEST_FAULT * self.reference["seconds"]))
            broken_at = time.time()
            BREAKAGES[name](self._house, dice)
            mended_at = time.time()
            self._settle(sender)
        sent = sender.results()
        findings = self._judge(sender, sent, pictures, due_at=mended_at + self.reference["seconds"])
        finished_at = last_finish(sender.upload_session_id)
        self._house.wait_until(self._house.is_green, seconds=GREEN_SECONDS)
        return {
            "seed": self._seed,
            "round": number,
            "breakage": name,
            "photos": len(pictures),
            "broken_after": round(broken_at - began, 1),
            "broken_for": round(mended_at - broken_at, 1),
            "seconds": round(finished_at - began, 1),
            "after_fault": round(max(0.0, finished_at - mended_at), 1),
            "failures": Counter(failure for one in sent for failure in one.failures),
            "deaths": len(self._house.deaths),
            **browsers.report(),
            "findings": asdict(findings),
        }

    def _send(self, mark: str) -> tuple[Sender, list[Picture]]:
        """Every upload has bytes of its own, also when a round is run again."""
        pictures = [vary(picture, f"{mark}/{uuid4()}") for picture in self.pictures]
        return Sender(self._house.address, self.token, pictures), pictures

    def _judge(self, sender: Sender, sent: Sequence[Sent], pictures: Sequence[Picture], *, due_at: float) -> Findings:
        """The errors of a round; repeated while a killed part is still down."""
        while True:
            try:
                return find_faults(sender.upload_session_id, sent, pictures, self.reference["outcomes"], due_at=due_at)
            except (OperationalError, InterfaceError, UnavailableError):
                connection.close()
                self._house.watch(1)

    def _settle(self, sender: Sender) -> None:
        """Wait until all photos are answered and all jobs are finished; after a timeout they count as lost."""
        self._house.wait_until(sender.is_done, seconds=PATIENCE_SECONDS + 60)
        self._house.wait_until(lambda: _answers(sender), seconds=SETTLED_SECONDS)


def _answers(sender: Sender) -> bool:
    """Whether the upload is settled; not while the database is away."""
    try:
        return is_settled(sender.upload_session_id)
    except (OperationalError, InterfaceError):
        connection.close()
        return False


class RoundsFile:
    """The rounds that are done, one JSON object a line; a line cut short by a crash does not count."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Round]:
        """All of them."""
        rounds: list[Round] = []
        if self._path.is_file():
            for line in self._path.read_text().splitlines():
                with suppress(ValueError):
                    rounds.append(json.loads(line))
        return rounds

    def append(self, done: Round) -> None:
        """One more."""
        with self._path.open("a") as file:
            file.write("\n" + json.dumps(done))  # on a line of its own, also after one that was cut short


def rounds_path(folder: Path, *, photos: int, seed: int) -> Path:
    """Where the rounds of a campaign are kept."""
    return folder / f"rounds-{seed}-{photos}-{_counted_by()}.jsonl"


def reference_path(folder: Path, *, photos: int) -> Path:
    """Where the undisturbed run is kept."""
    return folder / f"reference-{photos}-{_counted_by()}.json"


def _counted_by() -> str:
    """The weights and the parameters, which decide the counts and how long they take."""
    weights = "-".join(read_weights(name).sha256[:8] for name in WEIGHT_NAMES)
    return f"{weights}-{DEFAULT_PARAMETERS.parameters_hash()}"


def breakage_of(number: int, seed: int) -> str:
    """Each breakage once in an order drawn by the seed, then all of them again in another order."""
    turn, place = divmod(number, len(BREAKAGES))
    names = sorted(BREAKAGES)
    Random(f"{seed}/{turn}").shuffle(names)
    return names[place]


def make_people() -> dict[str, User]:
    """The demo nursery and, by role, who works in it."""
    load_demo_nursery()
    people = {}
    for role in (WORKER, SUPERVISOR, ADMIN):
        user, _ = User.objects.get_or_create(username=f"faults-{role.lower()}", is_staff=role == ADMIN)
        user.groups.add(Group.objects.get(name=role))
        people[role] = user
    return people


def summarize(rounds: Sequence[Round]) -> dict[str, Mapping[str, Any]]:
    """By breakage: rounds, photos, the longest times, and how many photos were lost, stuck, doubled..."""
    return {
        name: _summary([one for one in rounds if one["breakage"] == name])
        for name in BREAKAGES
        if any(one["breakage"] == name for one in rounds)
    }


def _summary(rounds: Sequence[Round]) -> dict[str, Any]:
    kinds = [kind for kind in asdict(Findings()) if kind != "swept"]
    return {
        "rounds": len(rounds),
        "photos": sum(one["photos"] for one in rounds),
        "longest_fault": max(one["broken_for"] for one in rounds),
        "longest_after_fault": max(one["after_fault"] for one in rounds),
        **{kind: sum(len(one["findings"][kind]) for one in rounds) for kind in kinds},
        "swept": sum(one["findings"]["swept"] for one in rounds),
        "pages": sum(one["pages"] for one in rounds),
        "longest_page": max(one["slowest_page"] for one in rounds),
        "slow_pages": sum(one["slow_pages"] for one in rounds),
        "failed_pages": sum(sum(one["failed_pages"].values()) for one in rounds),
        "status_500": sum(one["failed_pages"].get("500", 0) for one in rounds),
    }


def find_shortfalls(breakages: Mapping[str, Mapping[str, Any]], *, rounds: int) -> list[str]:
    """What keeps a campaign from being well, in words; pages cannot be had while web or database are away."""
    kinds = [kind for kind in (*asdict(Findings()), "status_500") if kind != "swept"]
    page_kinds = ["slow_pages", "failed_pages"]
    found = [f"{name}: fewer than {rounds} rounds" for name in BREAKAGES if _rounds_of(breakages, name) < rounds]
    for name, own in breakages.items():
        counted = kinds if name.startswith(SERVES_PAGES) else [*kinds, *page_kinds]
        found += [f"{name}: {own[kind]} {kind}" for kind in counted if own[kind]]
    return found


def _rounds_of(breakages: Mapping[str, Mapping[str, Any]], name: str) -> int:
    return int(breakages[name]["rounds"]) if name in breakages else 0
