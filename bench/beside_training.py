"""How much longer a photo takes to count while a training runs.

    python -m bench.beside_training PHOTO... [--repeats 7]

Starts a training of the detector as the product does (`training.on_photos`, with renders alone), and counts each photo
alternately with the training stopped (SIGSTOP) and going on, in this process, as a worker with its models loaded does.
Other work on the machine slows both.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from processing.pipeline.photo_count import Stopwatch, count_picture, open_picture
from processing.runtime import inference
from processing.runtime.weights import WEIGHT_NAMES, read_weights

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
# Far more passes than the measurement takes.
PART = {"own": 0, "rehearsal": 80, "collages": 4, "passes": 100, "epoch_tiles": 80, "lr": 0.0004}
STARTED_WITHIN_SECONDS = 600
SETTLE_SECONDS = 0.5


def start_training(work: Path) -> "subprocess.Popen[bytes]":
    """A training in a session of its own; returns when it has made its first steps. TimeoutError if it makes none."""
    (work / "photos").mkdir()
    (work / "photos" / "labels.json").write_text("[]")
    (work / "base").mkdir()
    for model in WEIGHT_NAMES:
        shutil.copy(read_weights(model).path, work / "base" / f"{model}.pt")
    (work / "job.json").write_text(json.dumps({"models": {"detector": PART}, "seed": 1}))
    words = [sys.executable, "-m", "training.on_photos", str(work), "--parent", str(os.getpid())]
    with (work / "training.log").open("wb") as log:
        child = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while not progress_of(work).is_file():
        if child.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"no training has started: {(work / 'training.log').read_text()[-2000:]}")
        time.sleep(1)
    return child


def progress_of(work: Path) -> Path:
    """What the training writes after each step."""
    return work / "detector" / "run" / "progress.json"


def tiles_seen(work: Path) -> int:
    """How many tiles the training has learned from."""
    share: float = json.loads(progress_of(work).read_text())["share"]
    return round(share * (PART["rehearsal"] + PART["collages"]) * PART["passes"])


def count_seconds(path: Path) -> float:
    """From the bytes of the file to the counts."""
    watch, began = Stopwatch(), time.perf_counter()
    count_picture(open_picture(path.read_bytes(), watch=watch), watch=watch)
    return time.perf_counter() - began


def measure(path: Path, training: int, repeats: int) -> tuple[float, float]:
    """Median seconds of a photo alone and beside the training, which leads the session `training`."""
    seconds: dict[signal.Signals, list[float]] = {signal.SIGSTOP: [], signal.SIGCONT: []}
    count_seconds(path)  # warm
    for _ in range(repeats):
        for how, measured in seconds.items():
            os.killpg(training, how)
            time.sleep(SETTLE_SECONDS)
            measured.append(count_seconds(path))
    return median(seconds[signal.SIGSTOP]), median(seconds[signal.SIGCONT])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.beside_training", description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args()
    inference.load_models()
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        training = start_training(work)
        before = tiles_seen(work)
        try:
            for path in args.photos:
                alone, beside = measure(path, training.pid, args.repeats)
                ratios.append(beside / alone)
                print(f"{path.name}: {alone:.2f} s alone, {beside:.2f} s beside: {ratios[-1]:.2f}", flush=True)
        finally:
            os.killpg(training.pid, signal.SIGKILL)
            training.wait()
        learned = tiles_seen(work) - before
    print(
        f"{len(ratios)} photos: {median(ratios):.2f} times as long, at most {max(ratios):.2f}; {learned} tiles learned"
    )


if __name__ == "__main__":
    main()
