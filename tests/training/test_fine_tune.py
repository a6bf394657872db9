import json
import shutil
from pathlib import Path

import cv2
import pytest

from bench.accuracy.models import Models
from processing.runtime.weights import TRAINED_DIR, read_weights
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture
from training import fine_tune

PLACE = (100, 100, 700, 500)


@pytest.fixture
def export(tmp_path):
    """Three photos of a tray with 22 plants and two empty cells, labelled as boxes."""
    for part in ("images", "labels"):
        (tmp_path / "export" / part).mkdir(parents=True)
    lines = [
        f"{int(number in (3, 8))} {(150 + 100 * (number % 6)) / 800} {(150 + 100 * (number // 6)) / 600} 0.05 0.066"
        for number in range(24)
    ]
    for day in range(3):
        rgb = paint_picture(800, 600)
        paint_container(rgb, "plug", PLACE)
        paint_grid(rgb, PLACE, rows=4, columns=6, side=40, empty=(3, 8))
        cv2.imwrite(str(tmp_path / "export" / "images" / f"day{day}.jpg"), rgb[..., ::-1])
        (tmp_path / "export" / "labels" / f"day{day}.txt").write_text("\n".join(lines))
    return tmp_path / "export"


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["fine_tune", *map(str, words)])
    fine_tune.main()


@pytest.fixture
def trained(monkeypatch):
    """Training and packing leave the shipped checkpoint; what it becomes is seen by painted models."""
    commands = []

    def run_module(name, *words):
        commands.append((name, *words))
        if name == "training.train":
            return ""
        shipped = read_weights("detector")
        if name == "training.pack":
            shutil.copy(shipped.path, words[1])
            return f"Stripped\n{shipped.sha256}\n"
        shutil.copytree(shipped.cpu_folder, Path(words[0]).parent / shipped.cpu_folder.name)
        return f"Converted\n{json.dumps({'folder': shipped.cpu_folder.name, 'files': shipped.cpu_files})}\n"

    monkeypatch.setattr(fine_tune, "run_module", run_module)
    monkeypatch.setattr(fine_tune, "load_models", lambda _: Models(PaintedDetector(), PaintedSegmenter(), {}))
    return commands


def test_the_last_photos_judge_and_the_others_train(export, trained, monkeypatch, tmp_path):
    report, out = tmp_path / "report.json", tmp_path / "out"
    run(monkeypatch, export, "--out", out, "--held-out", 1, "--tiles", 4, "--report", report)
    result = json.loads(report.read_text())
    assert (result["trained_on"], [row["photo"] for row in result["photos"]]) == (2, ["day2.jpg"])
    assert (result["photos"][0]["plants"], result["photos"][0]["after"], result["mae_after"]) == (22, 22, 0)
    assert len(list((out / "tiles" / "images" / "train").iterdir())) == 4
    (module, model, *options), (packing, checkpoint, packed), converting = trained
    assert (module, model, packing) == ("training.train", "detector", "training.pack")
    assert options[options.index("--base") + 1] == str(TRAINED_DIR / "detector.pt")
    assert converting == ("training.convert", packed, "--tiles", str(out / "tiles" / "images" / "train"))
    assert checkpoint.startswith(options[options.index("--runs") + 1])


def test_the_new_weights_are_described_and_whole(export, trained, monkeypatch, tmp_path):
    run(monkeypatch, export, "--out", tmp_path / "out", "--held-out", 1, "--tiles", 1)
    for name in ("detector", "segmenter"):
        read_weights(name, tmp_path / "out" / "weights").verify()
    described = json.loads((tmp_path / "out" / "weights" / "weights.json").read_text())["detector"]
    assert described["base"]["sha256"] == read_weights("detector").sha256
    shipped = json.loads((TRAINED_DIR / "weights.json").read_text())["detector"]
    assert described["test_photos_learned"] == shipped["test_photos_learned"], "what a base has learned stays learned"
    assert "accuracy" not in described, "the figures are those of the shipped weights"


@pytest.mark.parametrize("held_out", [0, 3])
def test_some_photos_train_and_some_judge(export, monkeypatch, tmp_path, held_out):
    with pytest.raises(SystemExit, match="cannot be held out"):
        run(monkeypatch, export, "--out", tmp_path / "out", "--held-out", held_out)
