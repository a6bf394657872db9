import json
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from bench.accuracy import __main__ as command
from bench.accuracy.models import Models, choose_weights
from bench.accuracy.page import write_pages
from bench.accuracy.truth import KINDS, read_kept_out, read_pointed, read_trained_on
from processing.runtime.weights import TRAINED_DIR, WeightsError, read_weights
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture

PLACE, SIDE, ROWS, COLUMNS, EMPTY = (100, 100, 700, 500), 40, 4, 6, (3, 8)


def load_painted(folder, *, detector, segmenter):
    return Models(PaintedDetector(), PaintedSegmenter(), {"segmenter": "painted", "detector": "painted"})


@pytest.fixture
def painted(monkeypatch):
    monkeypatch.setattr(command, "load_models", load_painted)


def write_render(folder: Path, name: str, seed: int, hidden: int) -> None:
    """A painted tray with 22 plants, two empty cells, and hidden plants that only the truth knows."""
    rgb = paint_picture(800, 600)
    paint_container(rgb, "plug", PLACE)
    paint_grid(rgb, PLACE, rows=ROWS, columns=COLUMNS, side=SIDE, empty=EMPTY)
    for part in ("images", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(folder / "images" / f"{name}.png")
    items = []
    for number in range(ROWS * COLUMNS):
        row, column = divmod(number, COLUMNS)
        x, y = 100 + (column + 0.5) * 100 - SIDE / 2, 100 + (row + 0.5) * 100 - SIDE / 2
        label = "empty" if number in EMPTY else "plant"
        items.append({"label": label, "visible": [x, y, x + SIDE, y + SIDE], "visibility": 1.0, "container": 0})
    items += [{"label": "plant", "visible": None, "visibility": 0.0, "container": 0}] * hidden
    visible, in_frame = ({"plant": 22 + more, "dead": 0, "empty": 2} for more in (0, hidden))
    x1, y1, x2, y2 = PLACE
    outline = {"id": 0, "cls": "plug", "polygon": [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]}
    truth = {
        "image": f"{name}.png",
        "meta": {"seed": seed},
        "totals": {"visible": visible, "in_frame": in_frame},
        "containers": [outline | {"visible": visible, "in_frame": in_frame}],
        "items": items,
    }
    (folder / "truth" / f"{name}.json").write_text(json.dumps(truth))


def write_pointed(folder: Path, name: str) -> None:
    rgb = paint_picture(800, 600)
    paint_container(rgb, "plug", PLACE)
    paint_grid(rgb, PLACE, rows=ROWS, columns=COLUMNS, side=SIDE)
    (folder / "points").mkdir(parents=True)
    Image.fromarray(rgb).save(folder / f"{name}.jpg", quality=95)
    plants = [[150 + 100 * column, 150 + 100 * row] for row in range(3) for column in range(6)]
    truth = {"plants": plants, "empty": [], "ignore": [[100, 400, 800, 600]], "unit": "pot", "confidence": "exact"}
    (folder / "points" / f"{name}.json").write_text(json.dumps(truth))


def test_the_report_holds_what_was_counted(painted, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "read_trained_on", lambda *_: {"brassica_plug200_a"})
    write_render(tmp_path / "held-out", "a", seed=1, hidden=0)
    write_render(tmp_path / "held-out", "b", seed=2, hidden=2)
    write_pointed(tmp_path / "nursery", "pots")
    out, overlays = tmp_path / "docs", tmp_path / "overlays"
    (out / "accuracy").mkdir(parents=True)
    row = {"photo": "d4.jpg", "plants": 13, "before": 15, "after": 13, "empty": 3, "empty_before": 2, "empty_after": 3}
    fine_tune = {"photos": [row], "mae_before": 2, "mae_after": 0, "trained_on": 3, "tiles": 90, "epochs": 2}
    (out / "accuracy" / "fine-tune.json").write_text(json.dumps(fine_tune))
    write_pointed(tmp_path / "nursery-2", "pepper_cups_tray")
    write_pointed(tmp_path / "nursery-3", "brassica_plug200_a")  # learned: it judges nothing
    places = f"--out {out} --overlays {overlays} --worst {tmp_path}/worst"
    words = (
        f"--renders {tmp_path}/held-out --nursery {tmp_path}/nursery {tmp_path}/nursery-2 {tmp_path}/nursery-3 {places}"
    )
    command.main(words.split())
    report = json.loads((out / "accuracy" / "accuracy.json").read_text())
    figures, real = report["renders"]["held-out"], report["real"]["nursery"]
    seen, there = (figures["counts"][name] for name in ("detected_of_visible", "detected_of_in_frame"))
    assert (seen["photos"], seen["true"], seen["found"], seen["mape"]) == (2, 44, 44, 0)
    assert (there["true"], there["mae"], there["mape"]) == (46, 1, pytest.approx(1 / 24))
    assert list(figures["by_kind"]) == ["plug"]
    assert list(figures["by_plant_size"]) == ["32 to 48 px"]
    assert list(figures["by_seen_share"]) == ["0.9 to 0.97", "from 0.97"]
    plants, empty = figures["detector"]["plant"], figures["detector"]["empty"]
    assert (plants["true"], plants["ap50"], plants["recall"], plants["precision"]) == (44, 1, 1, 1)
    assert (empty["true"], empty["recall"], figures["empty"]["found"]) == (4, 1, 4)
    outlines = figures["segmenter"]["all"]
    assert outlines["mean_iou"] > 0.9
    assert [outlines[name] for name in ("true", "missed", "split", "invented")] == [2, 0, 0, 0]
    for photo in real["photos"]:
        assert (photo["detected"], photo["detected_off"], photo["points_found"]) == (18, 0, 18)
        assert (photo["error"], photo["is_answered"], photo["is_marked"]) == (0, True, False)
        assert photo["signs"]["mean_vote"] > 0.7
    assert list(real["judged"]) == ["crates", "others", "all"]
    assert real["judged"]["all"]["mean_error_all"] == {"value": 0, "interval": [0, 0], "photos": 2}
    assert report["dead"]["recall"] == {"value": None, "interval": None, "of": 0}
    appendix, page = (out / "accuracy" / "appendix.md").read_text(), (out / "accuracy.md").read_text()
    assert "held-out, worst: b.png, 24 plants in the frame" in appendix
    assert "| d4 | 13 | 15 | 13 | 3 | 2 | 3 |" in appendix
    assert "| crates | 1 | 1 | 0 % | 0 % | 0 % | 100 % |" in page
    assert "; 1 more that one had learned are left out." in page
    assert "| held-out | two of them led to a rule | 2 |" in page
    assert len(page.splitlines()) <= 115
    assert str(tmp_path) not in page + appendix + json.dumps(report)
    write_pages(out)
    assert (out / "accuracy.md").read_text() == page, "the pages are made of the JSON alone"
    assert {path.name for path in (out / "accuracy").iterdir()} >= {"counted.png", "held-out-best.jpg"}
    assert {path.name for path in overlays.iterdir()} == {"pots.jpg", "pepper_cups_tray.jpg", "brassica_plug200_a.jpg"}
    worst = sorted((tmp_path / "worst").iterdir())
    assert [path.name for path in worst] == ["01-pots.jpg", "02-pepper_cups_tray.jpg", "03-brassica_plug200_a.jpg"]
    with Image.open(worst[0]) as picture:
        assert picture.size == (800, 644), "the caption stands below the photo"


def test_only_unseen_renders_of_a_training_set_are_measured(painted, tmp_path):
    write_render(tmp_path / "base", "trained", seed=8, hidden=0)
    write_render(tmp_path / "base", "unseen", seed=11, hidden=0)
    command.main(["--unseen-of", str(tmp_path / "base"), "--out", str(tmp_path / "docs")])
    report = json.loads((tmp_path / "docs" / "accuracy" / "accuracy.json").read_text())
    assert [row["photo"] for row in report["renders"]["base-validation"]["photos"]] == ["unseen.png"]


@pytest.mark.parametrize("option", ["--overlays", "--worst"])
def test_pictures_of_real_photos_stay_out_of_the_repository(capsys, option):
    with pytest.raises(SystemExit):
        command.main(["--renders", "x", option, str(settings.BASE_DIR / "docs")])
    assert "inside the repository" in capsys.readouterr().err


def test_a_candidate_does_not_replace_the_figures_of_the_shipped_weights(capsys):
    with pytest.raises(SystemExit):
        command.main(["--nursery", "x", "--detector", "candidate.pt"])
    assert "--out of its own" in capsys.readouterr().err


def test_a_candidate_can_be_measured_on_photos_alone(painted, tmp_path):
    write_pointed(tmp_path / "nursery", "pepper_cups_tray")
    command.main(
        ["--nursery", str(tmp_path / "nursery"), "--detector", "candidate.pt", "--out", str(tmp_path / "docs")]
    )
    report = json.loads((tmp_path / "docs" / "accuracy" / "accuracy.json").read_text())
    assert (report["renders"], report["plots"]) == ({}, [])
    assert "of 1 photos of real nurseries" in (tmp_path / "docs" / "accuracy.md").read_text()


def test_nothing_to_measure_is_said(capsys):
    with pytest.raises(SystemExit):
        command.main([])
    assert "name at least one set" in capsys.readouterr().err


def test_a_folder_without_renders_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no renders"):
        command.main(["--renders", str(tmp_path)])


def test_a_checkpoint_takes_the_place_of_the_shipped_weights(tmp_path):
    shipped = read_weights("detector")
    candidate = choose_weights("detector", TRAINED_DIR, shipped.path)
    candidate.verify()
    assert (candidate.sha256, candidate.classes, candidate.cpu_folder) == (
        shipped.sha256,
        shipped.classes,
        shipped.path,
    )
    assert choose_weights("segmenter", TRAINED_DIR, None) == read_weights("segmenter")
    with pytest.raises(WeightsError, match="missing"):
        choose_weights("detector", TRAINED_DIR, tmp_path / "none.pt")


def read_tray(folder, **truth):
    write_pointed(folder, "tray")
    points = folder / "points" / "tray.json"
    points.write_text(json.dumps(json.loads(points.read_text()) | truth))
    return next(read_pointed(folder, set()))


def test_no_plant_is_the_only_right_count_of_an_empty_tray(tmp_path):
    photo = read_tray(tmp_path, plants=[], empty=[[1, 1]] * 128, alt={"cells": 128})
    assert photo.valid_plants == (0,)


def test_an_unsure_cell_has_a_plant_or_is_empty(tmp_path):
    truth = {"plants": [[1, 1]] * 173, "empty": [[2, 2]] * 25, "uncertain": [[3, 3]] * 2, "alt": {"cells": 200}}
    photo = read_tray(tmp_path, **truth, unit="tray cell with seedling (200 cells)")
    assert (photo.valid_plants, photo.empty, photo.unsure_cells) == ((173, 174, 175), 25, 2)


def test_an_unsure_plant_is_no_empty_cell(tmp_path):
    photo = read_tray(tmp_path, plants=[[1, 1]] * 57, uncertain=[[3, 3]] * 2, alt={"cells_with_seedling": 30})
    assert (photo.valid_plants, photo.unsure_cells) == ((57, 58, 59, 30), 0)


def test_every_test_photo_with_points_has_a_kind():
    names = json.loads((settings.BASE_DIR / "training" / "test_photos.json").read_text()).values()
    counted = {Path(name).stem for name in names if "/nursery" in name}
    assert counted == set(KINDS)
    assert set(KINDS.values()) == {"beds", "benches", "crates", "trays", "bags", "rows", "channels and shelves"}


def test_only_what_training_leaves_out_of_a_real_set_is_measured(tmp_path):
    for name in ("2.2-1-wrap-3", "2.2-3-wrap-2"):
        for part, ending in (("images", "jpg"), ("labels", "txt")):
            folder = tmp_path / "real" / "plug-tray-200" / part
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.{ending}").write_text("0 0.5 0.5 0.2 0.2\n1 0.2 0.2 0.1 0.1\n")
        Image.new("RGB", (40, 20)).save(tmp_path / "real" / "plug-tray-200" / "images" / f"{name}.jpg")
    (photo,) = read_kept_out(tmp_path)["plug-tray-200"]
    assert (photo.path.stem, photo.valid_plants, photo.empty) == ("2.2-1-wrap-3", (1,), 1)


def test_photos_that_were_trained_on_are_marked(tmp_path):
    for name in ("pots", "tray", "bench"):
        write_pointed(tmp_path / name, name)
    drawn = tmp_path / "drawn.json"
    drawn.write_text(json.dumps([{"image": "nursery/pots.jpg"}]))
    described = {"segmenter": {}, "detector": {"test_photos_learned": ["tray"]}}
    (tmp_path / "weights.json").write_text(json.dumps(described))
    trained = read_trained_on(drawn, tmp_path)
    photos = [photo for name in ("pots", "tray", "bench") for photo in read_pointed(tmp_path / name, trained)]
    assert {photo.path.stem: photo.was_trained_on for photo in photos} == {"bench": False, "pots": True, "tray": True}
