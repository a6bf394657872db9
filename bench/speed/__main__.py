"""Compares the product's pipeline with the plain way on the same photos, and writes docs/speed.md and speed.csv.

    python -m bench.speed PHOTO... [--repeats 5]

Photos below 12 megapixels are enlarged to 12 first (a phone's photo is what counts, and renders are small). The true
count comes from ../truth/NAME.json beside the photo's folder, where there is one. Each contender counts each
photo in a process of its own, one after the other; other work on the machine slows both, so the ratios are more
reliable than the seconds.
"""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from PIL import Image

from bench.accuracy.markdown import percent, table
from photos.decoding.pixels import decode_picture

REPOSITORY = Path(__file__).resolve().parents[2]
PHOTO_PIXELS = 4032 * 3024
ENLARGED_FROM = 1.01
JPEG_QUALITY = 92
OURS = "ours"
CONTENDERS = (OURS, "plain", "plain-512")
PHASES = ("decode", "segment", "detect", "estimate")
# What decides how fast 8 bits are: the flags by which Linux names it.
EXTENSIONS = {"AVX2": {"avx2"}, "VNNI": {"avx_vnni", "avx512_vnni"}, "AMX": {"amx_int8"}}

Measured = Mapping[str, Any]
Results = Mapping[str, Sequence[Measured]]

PAGE = """# Speed

How long Demeter takes to count a photo of 12 megapixels, from the bytes of the file to the counts. Measured by
`python -m bench.speed` on {cores} cores ({processor}), {repeats} repeats per photo after a warm-up.

{summary}
{ratios}

- *Ours* is Demeter's pipeline. *Plain* is the same models without it: ultralytics on the checkpoints and
  `sahi.get_sliced_prediction` with its defaults over the whole picture, counted inside the outlines. *Plain-512* is
  plain with slices of 512 px, the training size of the detector.
- Times are medians over the photos. Peak memory is that of the whole process, libraries and models included.
- Each photo has a row in [speed.csv](speed.csv), with the plants in the frame (*true*).
"""


@dataclass(frozen=True)
class Photo:
    """A file of at least 12 megapixels, and the plants in the frame where the truth is known."""

    path: Path
    true: int | None
    was_enlarged: bool


def read_photos(paths: Sequence[Path], folder: Path) -> Iterator[Photo]:
    """The photos as they are measured; enlarged copies go to the folder."""
    for path in paths:
        truth = path.parent.parent / "truth" / f"{path.stem}.json"
        true = json.loads(truth.read_text())["totals"]["in_frame"]["plant"] if truth.is_file() else None
        rgb = decode_picture(path.read_bytes())
        scale = (PHOTO_PIXELS / (rgb.shape[0] * rgb.shape[1])) ** 0.5
        if scale <= ENLARGED_FROM:
            yield Photo(path.resolve(), true, was_enlarged=False)
            continue
        size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
        enlarged = folder / f"{path.stem}.jpg"
        Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC).save(enlarged, quality=JPEG_QUALITY)
        yield Photo(enlarged, true, was_enlarged=True)


def run_contender(name: str, repeats: int, photo: Path) -> Measured:
    """The result of the contender's process for one photo."""
    words = [sys.executable, "-W", "ignore", "-m", "bench.speed.contender", name, str(repeats), str(photo)]
    done = subprocess.run(words, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)
    result: Measured = json.loads(done.stdout.splitlines()[-1])
    print(f"{result['photo']}, {name}: {photo_seconds(result):.2f} s, {result['estimated']} plants", flush=True)
    return result


def photo_seconds(photo: Measured) -> float:
    """Median of the whole over the repeats."""
    seconds: list[float] = [sum(run.values()) for run in photo["seconds"]]
    return median(seconds)


def describe_contender(photos: Sequence[Measured], true: Sequence[int | None]) -> dict[str, Any]:
    """Medians over all repeats of all photos, the highest peak of memory, the error over the photos with truth."""
    runs = [run for photo in photos for run in photo["seconds"]]
    pairs = [(photo["estimated"], there) for photo, there in zip(photos, true, strict=True) if there]
    return {
        "seconds": median(photo_seconds(photo) for photo in photos),
        "processor_seconds": median(one for photo in photos for one in photo["processor_seconds"]),
        "phases": {phase: median(run[phase] for run in runs) for phase in runs[0]},
        "peak_memory_mb": max(photo["peak_memory_mb"] for photo in photos),
        "mape": fmean(abs(found - there) / there for found, there in pairs) if pairs else None,
    }


def compare(results: Results, true: Sequence[int | None]) -> dict[str, Any]:
    """Each contender described, and how many times the others' time is ours: by the clock, by the processor's time."""
    ours = results[OURS]
    return {
        "contenders": {name: describe_contender(photos, true) for name, photos in results.items()},
        "ratios": {name: compare_times(ours, photos) for name, photos in results.items() if name != OURS},
    }


def compare_times(ours: Sequence[Measured], others: Sequence[Measured]) -> dict[str, float]:
    """Medians over the photos of another contender's time as a multiple of ours."""
    pairs = list(zip(ours, others, strict=True))
    return {
        "clock": median(photo_seconds(slow) / photo_seconds(fast) for fast, slow in pairs),
        "processor": median(
            median(slow["processor_seconds"]) / median(fast["processor_seconds"]) for fast, slow in pairs
        ),
    }


def make_page(summary: Measured, repeats: int) -> str:
    """docs/speed.md."""
    heads = ["", "seconds", "processor seconds", *PHASES, "peak memory, MB", "count error"]
    lines = []
    for name, own in summary["contenders"].items():
        phases = [f"{own['phases'][phase]:.2f}" if phase in own["phases"] else "-" for phase in PHASES]
        times = [f"{own['seconds']:.2f}", f"{own['processor_seconds']:.2f}"]
        lines.append([name, *times, *phases, own["peak_memory_mb"], percent(own["mape"])])
    ratios = [
        f"**{name.capitalize()} takes {ratio['clock']:.1f} times as long as ours**, and {ratio['processor']:.1f} times "
        "the processor time."
        for name, ratio in summary["ratios"].items()
    ]
    processor = describe_processor(Path("/proc/cpuinfo").read_text())
    return PAGE.format(
        cores=os.cpu_count(),
        processor=processor,
        repeats=repeats,
        ratios="\n\n".join(ratios),
        summary=table(heads, lines),
    )


def describe_processor(cpuinfo: str) -> str:
    """The first processor of /proc/cpuinfo: its name, and which of EXTENSIONS it has."""
    of_first = dict(re.findall(r"^(model name|flags)\s*:\s*(.*)$", cpuinfo.partition("\n\n")[0], re.MULTILINE))
    flags = set(of_first.get("flags", "").split())
    has = [f"{'' if names & flags else 'no '}{extension}" for extension, names in EXTENSIONS.items()]
    return ", ".join((of_first.get("model name", "unknown"), *has))


def make_csv(results: Results, photos: Sequence[Photo]) -> str:
    """docs/speed.csv: a line for each photo."""
    rows = []
    for number, photo in enumerate(photos):
        measured = [results[name][number] for name in CONTENDERS]
        counts = [one["estimated"] for one in measured]
        seconds = [f"{photo_seconds(one):.2f}" for one in measured]
        rows.append([measured[0]["photo"], "yes" if photo.was_enlarged else "no", photo.true, *counts, *seconds])
    text = io.StringIO()
    heads = ["photo", "enlarged", "true", *CONTENDERS, *(f"{name}, s" for name in CONTENDERS)]
    csv.writer(text, lineterminator="\n").writerows([heads, *rows])
    return text.getvalue()


def main() -> None:
    """Measure, compare, write."""
    parser = argparse.ArgumentParser(prog="bench.speed", description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "speed.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = list(read_photos(args.photos, Path(folder)))
        measured = [{name: run_contender(name, args.repeats, one.path) for name in CONTENDERS} for one in photos]
    results = {name: [one[name] for one in measured] for name in CONTENDERS}
    summary = compare(results, [one.true for one in photos])
    print(json.dumps(summary, indent=1))
    args.out.write_text(make_page(summary, args.repeats))
    args.out.with_suffix(".csv").write_text(make_csv(results, photos))


if __name__ == "__main__":
    main()
