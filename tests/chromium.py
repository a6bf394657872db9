"""The browser of the browser tests: one that is installed, else one that can be fetched.

`python -m tests.chromium` (part of `bin/test`) fetches Playwright's, or Debian's package as root. Where neither can be
had it says so, and the tests marked `browser` are reported by name as not run.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-background-networking"]


def find_chromium() -> str | None:
    """The path of a Chromium that starts; None when there is none."""
    for name in INSTALLED:
        path = shutil.which(name)
        if path and _starts(path):
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() and _starts(path) else None


def fetch_chromium() -> None:
    """Try Playwright's download, then Debian's package."""
    _try([sys.executable, "-m", "playwright", "install", "chromium"])
    if find_chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-q"])
        _try(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])


def _starts(path: str) -> bool:
    """A browser without its libraries is a file, not a browser."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _try(command: list[str]) -> None:
    print("Fetching a browser:", " ".join(command), flush=True)
    try:
        subprocess.run(command, timeout=300, check=False, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as failure:
        print(f"That did not work: {failure}", flush=True)


if __name__ == "__main__":
    if find_chromium() is None:
        fetch_chromium()
    print(f"Browser for the tests: {find_chromium() or 'none; the browser tests will be reported as not run'}")
