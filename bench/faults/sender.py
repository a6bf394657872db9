"""Sends photos as the upload page does: one request each, six at a time, again and again until the answer comes."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID, uuid4

import requests

from bench.faults.pictures import Picture

PARALLEL = 6
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 4.0
ANSWER_SECONDS = 30
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Sent:
    """A photo and the answer to it; `failures` names what went wrong before: a status, or the name of an error."""

    name: str
    image_id: UUID | None
    failures: tuple[str, ...]
    received_at: float
    seconds: float


class Sender:
    """One upload on its way, in threads of its own."""

    def __init__(self, address: str, token: str, pictures: list[Picture]) -> None:
        self.upload_session_id = uuid4()
        self._address, self._token = address, token
        self._threads = ThreadPoolExecutor(PARALLEL)
        self._futures: list[Future[Sent]] = [self._threads.submit(self._send, picture) for picture in pictures]

    def is_done(self) -> bool:
        """Whether every photo was answered or given up."""
        return all(future.done() for future in self._futures)

    def results(self) -> list[Sent]:
        """All answers; waits for them."""
        self._threads.shutdown()
        return [future.result() for future in self._futures]

    def _send(self, picture: Picture) -> Sent:
        failures: list[str] = []
        pause, began = FIRST_PAUSE_SECONDS, time.monotonic()
        while time.monotonic() - began < PATIENCE_SECONDS:
            asked = time.monotonic()
            answer = self._post(picture)
            if isinstance(answer, UUID):
                return Sent(picture.name, answer, tuple(failures), time.time(), time.monotonic() - asked)
            failures.append(answer)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        return Sent(picture.name, None, tuple(failures), time.time(), time.monotonic() - began)

    def _post(self, picture: Picture) -> UUID | str:
        """The photo's id, or in a word why there is none."""
        try:
            answer = requests.post(
                f"{self._address}/api/v1/photos/upload",
                files={"files": (picture.name, picture.data, "image/jpeg")},
                data={"upload_session_id": str(self.upload_session_id)},
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=ANSWER_SECONDS,
            )
        except requests.RequestException as error:
            return type(error).__name__
        if answer.status_code != 202:
            return str(answer.status_code)
        body = answer.json()
        return UUID((body["jobs"] + body["duplicates"])[0]["image_id"])
