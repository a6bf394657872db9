"""How a nursery is learned: photos apart, corrections, rows, figures; the photos are not part of the repository."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from bench.accuracy.truth import RealPhoto
from bench.learning.correcting import corrections_of, pair_boxes
from bench.learning.figures import calibrate, change_of, figures_of
from bench.learning.nurseries import Benchmark, Nursery, Photo, read_nursery, read_splits
from bench.learning.report import HEADS, make_table, report_of
from bench.learning.rows import Rows
from bench.learning.teaching import fill
from learning.plan import make_job
from photos.decoding.pixels import decode_picture, encode_jpeg
from processing.counting.boxes import DEAD, EMPTY, PLANT, make_detections
from processing.counting.corrections import FoundPhoto, apply_marks
from processing.runtime.weights import TRAINED_DIR, WEIGHT_NAMES, read_weights
from training.pictures import load_labelled, read_test_photos

SPLITS = read_splits()


def bed_of(name: str) -> int:
    return int(re.fullmatch(r"snap_(\d+)\.jpg", name).group(1))


def photo(folder: Path, name: str, plants: int = 10, kind: str = "plug") -> Photo:
    path = folder / f"{name}.jpg"
    path.write_text(name)
    return Photo(RealPhoto(path, (plants,), 0, kind=kind))


def count(counted: int, true: int = 10, kind: str = "plug", **columns) -> dict:
    error = min(1.0, abs(counted - true) / true)
    return {"kind": kind, "true": true, "counted": counted, "error": error, "answered": True, "marked": False} | columns


def row_of(photo: Photo, models: str, counted: int) -> dict:
    return count(counted, models=models, photo=photo.name, sha256=photo.sha256, detector=models)


def boxes_at(*centres, side=40.0):
    return np.array([(x - side / 2, y - side / 2, x + side / 2, y + side / 2) for x, y in centres], np.float32)


def write_renders(folder: Path, number: int) -> None:
    """Each with a tray of three plants: one in full view, one hidden; and a stray one beside the tray."""
    (folder / "truth").mkdir()
    (folder / "images").mkdir()
    totals = {"plant": 3, "empty": 1, "dead": 0}
    plant = {"label": "plant", "visible": [0, 0, 9, 9], "visibility": 1.0, "container": 1}
    hidden, stray = plant | {"visibility": 0.1}, plant | {"container": 2}
    tray = {"id": 1, "cls": "plug", "polygon": [[0, 0], [9, 0], [9, 9]], "in_frame": totals, "visible": totals}
    for seed in range(number):
        name = f"s{seed:05}"
        truth = {"image": f"{name}.jpg", "items": [plant, hidden, stray], "containers": [tray]}
        truth |= {"totals": {"in_frame": totals, "visible": totals}, "meta": {"seed": seed}}
        (folder / "truth" / f"{name}.json").write_text(json.dumps(truth))
        (folder / "images" / f"{name}.jpg").write_text(name)


@pytest.mark.parametrize("name", sorted(SPLITS))
def test_twenty_photos_are_learned_and_none_of_them_judges(name) -> None:
    learned, judged = SPLITS[name]["learned"], SPLITS[name]["judged"]
    assert len(set(learned)) == len(learned) == 20
    assert len(set(judged)) == len(judged) >= 7
    assert not set(learned) & set(judged)


def test_no_bed_next_to_a_learned_one_judges() -> None:
    learned, judged = ({bed_of(name) for name in SPLITS["snapdragon-bed"][part]} for part in ("learned", "judged"))
    assert min(abs(one - other) for one in learned for other in judged) > 1


def test_whole_trays_judge_and_no_tray_is_learned_that_judges_models() -> None:
    learned, judged = (
        {name.partition("-wrap")[0] for name in SPLITS["plug-tray-200"][part]} for part in ("learned", "judged")
    )
    assert not learned & judged
    kept = {Path(name).name for name in read_test_photos().values()}
    assert not kept & set(SPLITS["plug-tray-200"]["learned"])


def test_the_same_file_under_two_names_cannot_be_learned_and_judge(tmp_path) -> None:
    one, other = photo(tmp_path, "a"), photo(tmp_path, "b")
    Nursery("beds", "older", (one,), (other,))
    other.known.path.write_text("a")
    with pytest.raises(ValueError, match="twice"):
        Nursery("beds", "older", (one,), (Photo(other.known),))


def test_too_few_renders_leave_none_to_judge(tmp_path) -> None:
    write_renders(tmp_path, 20)
    with pytest.raises(ValueError, match="more than 20"):
        read_nursery("forms", tmp_path, tmp_path)


def test_renders_are_learned_in_the_order_of_their_names(tmp_path) -> None:
    write_renders(tmp_path, 22)
    nursery = read_nursery("forms", tmp_path, tmp_path)
    assert [one.name for one in nursery.judged] == ["s00020", "s00021"]
    assert len(nursery.learned) == 20
    known = nursery.learned[0].known
    assert (known.valid_plants, known.kind, len(known.boxes)) == ((3,), "plug", 1)


def test_each_true_box_has_the_found_one_that_is_closest() -> None:
    found, true = boxes_at((50, 50), (56, 50), (300, 50)), boxes_at((55, 50), (150, 50))
    assert pair_boxes(found, true) == {1: 0}
    assert pair_boxes(found[:0], true) == {}


def test_a_corrected_photo_has_every_plant_once_and_nothing_else() -> None:
    boxes = boxes_at((50, 50), (150, 50), (250, 50))
    found = FoundPhoto((), make_detections(boxes, np.ones(3), [PLANT, PLANT, DEAD]), np.zeros(3, np.intp), (400, 100))
    true, classes = boxes_at((52, 50), (250, 52), (350, 50), side=44), np.array([PLANT, EMPTY, PLANT])
    corrected = apply_marks(found, corrections_of(found, true, classes))
    assert corrected.alive.tolist() == [True, False, True, True]
    assert corrected.class_id[corrected.alive].tolist() == [PLANT, EMPTY, PLANT]
    assert corrected.centres[3].tolist() == [350, 50]
    assert corrected.side_px[3] == pytest.approx(40), "an added plant has the usual size of the found ones"


def test_rows_are_there_after_a_new_start(tmp_path) -> None:
    one, other, rows = photo(tmp_path, "a"), photo(tmp_path, "b"), Rows(tmp_path / "rows.json")
    rows.add(row_of(one, "older", 9))
    rows.add({"models": "beds 5", "photos": 5, "minutes": 12.0, "processor_minutes": None})
    again = Rows(tmp_path / "rows.json")
    assert again.counts("older", (one, other)) == [row_of(one, "older", 9)]
    assert again.count("shipped", one) is None
    assert again.training("beds 5")["minutes"] == 12.0
    assert again.training("older") is None
    assert (again.detectors("older"), again.detectors("beds 5")) == ({"older"}, set())


def test_a_training_gets_the_photos_their_labels_and_its_weights(tmp_path) -> None:
    one = photo(tmp_path, "a")
    one.known.path.write_bytes(encode_jpeg(np.full((40, 60, 3), 99, np.uint8)))
    labels = {"width": 60, "height": 40, "plants": [[PLANT, 5, 5, 15, 15]], "containers": []}
    (tmp_path / f"{one.sha256}.json").write_text(json.dumps(labels))
    fill(tmp_path / "work", [one], base=TRAINED_DIR, labels=tmp_path)
    [picture] = load_labelled(tmp_path / "work" / "photos", "plants")
    assert picture.boxes.tolist() == [[5, 5, 15, 15]]
    assert decode_picture(picture.path.read_bytes()).shape == (40, 60, 3)
    for model in WEIGHT_NAMES:
        base = (tmp_path / "work" / "base" / f"{model}.pt").read_bytes()
        assert base == read_weights(model).path.read_bytes()
    assert json.loads((tmp_path / "work" / "job.json").read_text()) == make_job(plants=1, containers=1)


def test_errors_are_capped_and_bias_has_a_sign() -> None:
    figures = figures_of([count(9), count(8), count(40, answered=False)])
    assert figures["error"] == pytest.approx((0.1 + 0.2 + 1) / 3)
    assert figures["bias"] == pytest.approx((-0.1 - 0.2 + 1) / 3)
    assert (figures["photos"], figures["refused"]) == (3, 1)
    assert change_of([count(8), count(8)], [count(9), count(10)])["value"] == pytest.approx(-0.15)


def test_a_factor_is_used_where_counts_lean_one_way_and_for_its_kind_alone() -> None:
    learned = [count(80, 100), count(81, 100), count(79, 100), count(50, 100)]
    found = calibrate(learned, [count(80, 100), count(80, 100, kind="box")], 3)
    factor, verdict = found["factors"]["plug"]
    assert verdict == "used"
    assert 1 < factor < 1.25
    assert found["error"] == pytest.approx((abs(round(80 * factor) - 100) / 100 + 0.2) / 2)


def test_a_factor_is_not_used_where_counts_go_both_ways() -> None:
    found = calibrate([count(70, 100), count(110, 100), count(90, 100)], [count(90, 100)], 3)
    assert found["factors"]["plug"][1] == "both_ways"
    assert found["error"] == pytest.approx(0.1)
    assert found["always"] < 0.1


def test_two_photos_give_no_factor() -> None:
    found = calibrate([count(90, 100), count(90, 100)], [count(90, 100)], 3)
    assert found == {"error": pytest.approx(0.1), "always": pytest.approx(0.1), "factors": {}}


@pytest.fixture
def learned_bed(tmp_path):
    """A nursery whose models counted all but one photo of elsewhere, and which has its own in the benchmark."""
    nursery = Nursery(
        "beds", "older", tuple(photo(tmp_path, f"l{n}") for n in range(5)), (photo(tmp_path, "judged"),), own="own_"
    )
    benchmark = Benchmark((photo(tmp_path, "far"), photo(tmp_path, "own_bed")), (photo(tmp_path, "shipped"),))
    rows = Rows(tmp_path / "rows.json")
    for one in (*nursery.learned, *nursery.judged, *benchmark.photos):
        rows.add(row_of(one, "older", 8))
    rows.add({"models": "beds 5", "photos": 5, "minutes": 12.0, "processor_minutes": 7.5})
    for one in (*nursery.judged, *benchmark.counted):
        rows.add(row_of(one, "beds 5", 9))
    return nursery, benchmark, rows


def test_a_training_is_reported_when_everything_is_counted(learned_bed) -> None:
    nursery, benchmark, rows = learned_bed
    assert report_of(nursery, benchmark, rows)["trained"] == {}
    rows.add(row_of(benchmark.shipped[0], "beds 5", 7))
    report = report_of(nursery, benchmark, rows)
    trained = report["trained"]["5"]
    assert (report["start"], report["detector"]) == ("older", "older")
    assert report["before"]["judged"]["error"] == pytest.approx(0.2)
    assert trained["judged"]["change"]["value"] == pytest.approx(-0.1)
    assert trained["counted"]["photos"] == 1, "its own plants are not elsewhere"
    assert trained["shipped"]["change"]["value"] == pytest.approx(0.1)
    assert (trained["minutes"], trained["processor_minutes"]) == (12.0, 7.5)


def test_the_table_has_a_line_for_each_step(learned_bed) -> None:
    nursery, benchmark, rows = learned_bed
    rows.add(row_of(benchmark.shipped[0], "beds 5", 7))
    lines = make_table({"beds": report_of(nursery, benchmark, rows)}).splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == [
        "older",
        "older, factor of 3",
        "older, factor of 5",
        "trained on 5",
    ]
    assert {line.count("|") for line in lines} == {len(HEADS) + 1}
    assert "-10.0 %" in lines[-1]
