"""A running Demeter as a signed-in person's programs and browser see it."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import APIResponse, Browser, BrowserContext, Dialog, Page

from bench.cases.files import fresh
from bench.cases.instance import Instance
from demeter.local.programs import PROJECT_DIR

JOB_SECONDS, POLL_SECONDS = 600, 1.0
TYPES = {".png": "image/png", ".webp": "image/webp", ".heic": "image/heic", ".avif": "image/avif"}


@dataclass(frozen=True)
class Upload:
    """What came of one file: the status of the answer, its JSON, and the id of the photo where it was kept."""

    status: int
    json: dict[str, Any]
    image_id: str = ""
    job_id: str = ""

    @property
    def refusal(self) -> str:
        """The code for which the file, or else the request, was refused."""
        refused = self.json.get("refused") or self.json.get("error", {}).get("refused") or [{}]
        return str(refused[0].get("code") or self.json.get("error", {}).get("code", ""))


@dataclass(frozen=True)
class Photo:
    """A photo whose run has ended: the code of its problem or "", and what its page's JSON says."""

    image_id: str
    problem: str
    detail: dict[str, Any]

    @property
    def session(self) -> dict[str, Any]:
        """The newest run; empty when there is none."""
        return self.detail.get("processing_session") or {}

    @property
    def seen(self) -> int | None:
        """Plants that were seen."""
        return self.session.get("total_detected")

    @property
    def plants(self) -> int | None:
        """Plants seen and estimated."""
        return self.session.get("total_estimated")

    @property
    def is_placed(self) -> bool:
        """Whether it has a location."""
        return self.session.get("storage_location_id") is not None


def accept_dialogs(page: Page) -> list[str]:
    """Says yes to whatever a page asks; the list fills with the kinds of what it asked."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return asked


class Demeter:
    """One signed-in person; `files` is where the pictures of the cases lie."""

    def __init__(self, browser: Browser, *, instance: Instance, files: Path) -> None:
        self.browser, self.instance, self.files = browser, instance, files
        self.address, self.data_dir = instance.address.rstrip("/"), instance.data_dir
        self.context = self.open_context()
        self.page = self.context.new_page()
        self.sign_in(self.page)
        self._taken: set[str] = set()
        self._any: Photo | None = None

    def open_context(self, **options: Any) -> BrowserContext:
        """A browser of its own, in English."""
        return self.browser.new_context(**{"base_url": self.address, "locale": "en", **options})

    def sign_in(self, page: Page) -> None:
        """Through the form. Raises RuntimeError when it is refused."""
        page.goto("/login/")
        page.fill("input[name=username]", self.instance.user)
        page.fill("input[name=password]", self.instance.password)
        page.click("main button[type=submit]")
        page.wait_for_load_state()
        if "/login/" in page.url:
            raise RuntimeError(f"{self.address} does not take user and password")

    def as_somebody_else(self, user: str, password: str) -> "Demeter":
        """The same Demeter, in a browser of another person."""
        return Demeter(self.browser, instance=replace(self.instance, user=user, password=password), files=self.files)

    def read(self, name: str) -> bytes:
        """A picture of the cases, in bytes of its own."""
        return fresh((self.files / name).read_bytes())

    # --- HTTP
    def get(self, path: str, **headers: str) -> APIResponse:
        """An answer, whatever its status."""
        return self.context.request.get(f"{self.address}{path}", headers=headers, timeout=60_000)

    def post(self, path: str, *, headers: dict[str, str] | None = None, **sent: Any) -> APIResponse:
        """`data` is sent as JSON or bytes, `form` and `multipart` as forms."""
        token = next((cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "csrftoken"), "")
        headers = {"X-CSRFToken": token, "Referer": f"{self.address}/", **(headers or {})}
        return self.context.request.post(
            f"{self.address}{path}", headers=headers, timeout=120_000, max_redirects=0, **sent
        )

    # --- Photos
    def upload(self, data: bytes, name: str, **fields: str) -> Upload:
        """One file by the API."""
        kind = TYPES.get(Path(name).suffix.lower(), "image/jpeg")
        file = {"name": name, "mimeType": kind, "buffer": data}
        answer = self.post("/api/v1/photos/upload", multipart={"files": file, **fields})
        json = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        job = (json.get("jobs") or [{}])[0]
        return Upload(answer.status, json, job.get("image_id", ""), job.get("job_id", ""))

    def count(self, name: str, bay: str = "", *, data: bytes | None = None, **fields: str) -> Photo:
        """Upload a picture of the cases to a bay and wait until it is counted. RuntimeError when it is refused."""
        place = {"storage_location": bay} if bay else {}
        sent = self.upload(self.read(name) if data is None else data, Path(name).name, **place, **fields)
        if not sent.job_id:
            raise RuntimeError(f"{Path(name).name} refused: {sent.status} {sent.refusal}")
        return self.wait(sent)

    def wait_until_idle(self) -> None:
        """Until every photo that was there before is counted. RuntimeError when that takes too long."""
        end = time.monotonic() + JOB_SECONDS
        while time.monotonic() < end:
            photos = self.get("/api/v1/photos/gallery?per_page=50").json()["photos"]
            if all(photo["status"] in ("ready", "failed") for photo in photos):
                return
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"not idle after {JOB_SECONDS} s")

    def any_photo(self) -> Photo:
        """A counted photo that no check changes, the same for all."""
        if self._any is None:
            self._any = self.count("c07/landscape-control.jpg", self.take_bay())
        return self._any

    def wait(self, sent: Upload) -> Photo:
        """The photo once its run has ended. RuntimeError when that takes too long."""
        return self.wait_for(sent.image_id, sent.job_id)

    def wait_for(self, image_id: str, job_id: str) -> Photo:
        """The same by the ids of photo and job."""
        end = time.monotonic() + JOB_SECONDS
        while time.monotonic() < end:
            job = self.get(f"/api/v1/photos/jobs/{job_id}/status").json()
            if job.get("status") in ("completed", "failed"):
                problem = job.get("error", {}).get("code", "")
                return Photo(image_id, problem, self.detail(image_id))
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"not counted after {JOB_SECONDS} s")

    def detail(self, image_id: str) -> dict[str, Any]:
        """The JSON of a photo; empty when there is none."""
        answer = self.get(f"/api/v1/photos/{image_id}")
        return dict(answer.json()) if answer.ok else {"status": answer.status}

    def reprocess(self, photo: Photo, **values: Any) -> Photo:
        """Run a photo again and wait."""
        answer = self.post(f"/api/v1/photos/{photo.image_id}/reprocess", data={"reason": "case", **values})
        return self.wait_for(photo.image_id, answer.json()["new_job_id"])

    # --- Places
    def take_bay(self, *, configured: bool = True) -> str:
        """The code of a bay that has no photo and that no other case of this run has taken."""
        for bay in self.get("/api/v1/locations/map").json()["locations"]:
            code = str(bay["code"])
            if bay["plants"] is None and code not in self._taken and self._is_configured(code) == configured:
                self._taken.add(code)
                return code
        raise RuntimeError("no bay without photos is left: start with a new demo nursery")

    def _is_configured(self, code: str) -> bool:
        return 'type="radio" name="mode"' in self.location_page(code)

    def location_page(self, code: str) -> str:
        """The page of a bay."""
        return self.get(f"/locations/{code}/").text()

    def stock(self, code: str) -> int:
        """The stock of a bay as its page says it; 0 where it says that there is none."""
        self.page.goto(f"/locations/{code}/")
        shown = self.page.locator("#stock tfoot .number, #stock tbody .number")
        return int(re.sub(r"\D", "", shown.last.inner_text())) if shown.count() else 0

    def last_count(self, code: str) -> int:
        """The last count of a bay as its page says it."""
        self.page.goto(f"/locations/{code}/")
        shown = self.page.locator("#last-count .number")
        return int(re.sub(r"\D", "", shown.first.inner_text())) if shown.count() else 0

    def import_locations(self, file: Path | bytes) -> tuple[int, str]:
        """`manage.py import_locations` on the data folder: its exit status and what it said."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "made.geojson" if isinstance(file, bytes) else file
            if isinstance(file, bytes):
                path.write_bytes(file)
            command = [sys.executable, "manage.py", "import_locations", str(path)]
            environment = {**os.environ, "DEMETER_DATA_DIR": str(self.data_dir)}
            done = subprocess.run(
                command, cwd=PROJECT_DIR, capture_output=True, text=True, timeout=300, check=False, env=environment
            )
        return done.returncode, done.stdout + done.stderr
