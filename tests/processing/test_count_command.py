import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image

from photos.decoding.pixels import decode_picture, encode_jpeg
from processing.runtime import inference
from processing.runtime.weights import WeightsError
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture

KEYS = [
    "file",
    "total_detected",
    "total_estimated",
    "total_empty_containers",
    "category_counts",
    "avg_confidence",
    "containers",
    "problems",
    "seconds",
]


@pytest.fixture
def painted(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


@pytest.fixture
def photo(tmp_path) -> Path:
    rgb, place = paint_picture(1200, 900), (100, 100, 1100, 800)
    paint_container(rgb, "plug", place)
    paint_grid(rgb, place, rows=6, columns=8, side=50, empty=(1, 2, 3))
    path = tmp_path / "tray.png"
    Image.fromarray(rgb).save(path)
    return path


def count(*args) -> str:
    out = StringIO()
    call_command("count", *map(str, args), stdout=out)
    return out.getvalue()


def test_json_has_exactly_the_keys_of_the_contract(painted, photo) -> None:
    (result,) = json.loads(count(photo, "--json"))
    assert list(result) == KEYS
    assert result["file"] == str(photo)
    assert (result["total_detected"], result["total_estimated"], result["total_empty_containers"]) == (45, 45, 3)
    assert result["category_counts"] == {"plant": 45, "empty": 3, "dead": 0}
    assert result["avg_confidence"] == 0.8
    assert list(result["seconds"]) == ["decode", "segment", "detect", "estimate"]
    (container,) = result["containers"]
    assert list(container) == ["class", "polygon", "detected", "estimated", "empty"]
    assert (container["class"], container["detected"], container["empty"]) == ("plug", 45, 3)
    assert all(len(corner) == 2 for corner in container["polygon"])
    assert result["problems"] == []


def test_table_for_people(painted, photo) -> None:
    table = count(photo)
    assert "plants  estimated  empty" in table
    assert [int(word) for word in table.splitlines()[2].split()[1:5]] == [45, 45, 3, 0]


def test_annotated_pictures_are_written(painted, photo, tmp_path) -> None:
    (result,) = json.loads(count(photo, "--json", "--annotated", tmp_path / "out"))
    drawn = decode_picture((tmp_path / "out" / "tray.png-annotated.jpg").read_bytes())
    assert drawn.shape == (900, 1200, 3)
    assert "annotate" in result["seconds"]


def test_a_bad_file_is_named_and_the_others_go_on(painted, photo, tmp_path, capsys) -> None:
    text, missing = tmp_path / "notes.jpg", tmp_path / "gone.jpg"
    text.write_text("not a picture")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("count", str(text), str(missing), str(photo), "--json", stdout=out)
    bad, gone, good = json.loads(out.getvalue())
    assert ended.value.code == 1
    assert list(bad) == KEYS
    assert bad["problems"] == [f"unreadable: {text}: The file is not a JPEG, PNG, WebP or HEIC picture."]
    assert gone["problems"] == [f"unreadable: {missing}: No such file or directory"]
    assert (bad["total_detected"], bad["containers"], good["total_detected"]) == (0, [], 45)


def test_a_photo_without_containers_is_zeros_and_a_reason(painted, tmp_path) -> None:
    path = tmp_path / "floor.jpg"
    path.write_bytes(encode_jpeg(paint_picture(400, 300)))
    (result,) = json.loads(count(path, "--json"))
    assert result["total_detected"] == 0
    assert [problem.partition(":")[0] for problem in result["problems"]] == ["too_blurred", "no_container"]


def test_one_container_that_fails_leaves_the_others(painted, photo, monkeypatch) -> None:
    def fail(*args, **options):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(inference, "detect_plants", fail)
    (result,) = json.loads(count(photo, "--json"))
    assert result["problems"] == ["detection_failed: plug 1: out of memory"]


def test_damaged_weights_end_the_command_with_a_clear_message(photo, monkeypatch) -> None:
    def refuse():
        raise WeightsError("The detector weights are damaged")

    monkeypatch.setattr(inference, "load_models", refuse)
    with pytest.raises(CommandError, match="damaged"):
        count(photo)


@pytest.mark.slow
def test_without_services_and_environment_nothing_but_json_is_printed(photo, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "count", photo, "--json"],
        env={"PATH": os.environ["PATH"], "DEMETER_DATA_DIR": str(tmp_path), "HOME": str(tmp_path / "nowhere")},
        capture_output=True,
        check=True,
        timeout=240,
    )
    assert done.stdout.startswith(b"[\n")
    assert list(json.loads(done.stdout)[0]) == KEYS
