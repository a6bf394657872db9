"""Weak networks and servers that hang."""

import http.client
import os
import signal
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.cases.demeter import Demeter
from bench.cases.table import Seen, check

PHONES, BYTES_A_SECOND, SECONDS = 18, 4096, 40
SLOW_PAGE_SECONDS, HANGING_SECONDS = 2.0, 1.0


@check("c06")
def slow_uploads_leave_the_pages_to_others(demeter: Demeter) -> Seen:
    """18 uploads at 4 KB/s, and a page every two seconds."""
    stop = threading.Event()
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in demeter.context.cookies())
    phones = [threading.Thread(target=_send_slowly, args=(demeter.address, cookies, stop)) for _ in range(PHONES)]
    for phone in phones:
        phone.start()
    times = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        times.append(_seconds_of(demeter.address, "/login/"))
        time.sleep(2)
    stop.set()
    for phone in phones:
        phone.join()
    shown = " ".join(f"{seconds:.1f}" for seconds in times)
    return Seen(max(times) < SLOW_PAGE_SECONDS, f"seconds: {shown}")


def _send_slowly(address: str, cookies: str, stop: threading.Event) -> None:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    token = next((pair[10:] for pair in cookies.split("; ") if pair.startswith("csrftoken=")), "")
    try:
        connection.putrequest("POST", "/api/v1/photos/upload")
        headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Length": "5000000"}
        for name, value in (headers | {"Content-Type": "multipart/form-data; boundary=x"}).items():
            connection.putheader(name, value)
        connection.endheaders(
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n\xff\xd8\xff'
        )
        while not stop.wait(1):
            connection.send(b"0" * BYTES_A_SECOND)
    except OSError:
        pass  # refused or closed: that is the server's choice
    finally:
        connection.close()


def _seconds_of(address: str, path: str) -> float:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    start = time.monotonic()
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except OSError:
        return 30.0
    finally:
        connection.close()
    return time.monotonic() - start


@check("b1")
def pages_go_on_while_the_broker_hangs(demeter: Demeter) -> Seen:
    """Valkey of `bin/up` stopped with SIGSTOP; it goes on afterwards whatever happens."""
    pid = int((demeter.data_dir / "run" / "valkey.pid").read_text().split()[0])
    if b"valkey" not in Path(f"/proc/{pid}/cmdline").read_bytes():
        raise RuntimeError("the pid file is not of a running Valkey")
    demeter.get("/gallery/")
    found = {}
    os.kill(pid, signal.SIGSTOP)
    try:
        for path in ("/gallery/", "/login/", "/jobs/", "/gallery/"):
            start = time.monotonic()
            status = demeter.get(path).status
            found[path] = (status, round(time.monotonic() - start, 1))
    finally:
        os.kill(pid, signal.SIGCONT)
    is_right = all(status == 200 and seconds < HANGING_SECONDS for status, seconds in found.values())
    return Seen(is_right, f"status and seconds: {found}")
