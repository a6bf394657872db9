import cv2
import numpy as np

from training.carry import main
from training.collage.plants import read_cutouts


def write_plants(folder, count):
    folder.mkdir()
    plant = np.zeros((300, 300, 4), np.uint8)
    cv2.circle(plant, (150, 150), 140, (30, 200, 40, 255), -1)
    for number in range(count):
        cv2.imwrite(str(folder / f"{number}.png"), plant)


def test_plants_and_evenly_chosen_tiles_are_packed_small(tmp_path, capsys):
    for name, count in (("first", 2), ("second", 3), ("side", 1)):
        write_plants(tmp_path / name, count)
    (tmp_path / "grounds").mkdir()
    cv2.imwrite(str(tmp_path / "grounds/soil.jpg"), np.full((50, 50, 3), 80, np.uint8))
    tiles = tmp_path / "tiles"
    for part in ("images", "labels"):
        (tiles / part / "train").mkdir(parents=True)
    for number in range(6):
        cv2.imwrite(str(tiles / f"images/train/{number}.jpg"), np.full((64, 64, 3), 40 * number, np.uint8))
        (tiles / f"labels/train/{number}.txt").write_text(f"0 0.5 0.5 0.1 0.{number}")
    out = tmp_path / "out"
    options = {"--cutouts": ["first", "second"], "--side-cutouts": ["side"], "--grounds": ["grounds"]}
    words = [word for option, names in options.items() for word in (option, *(str(tmp_path / name) for name in names))]
    main([str(out), *words, "--detector-tiles", str(tiles), "3", "--segmenter-tiles", str(tiles), "9"])

    assert len(read_cutouts(out / "above", "above")) == 5
    (plant,) = read_cutouts(out / "side", "side")
    assert max(plant.bgra.shape) <= 200
    assert (out / "grounds/soil.jpg").exists()
    assert sorted(path.stem for path in (out / "detector/images").iterdir()) == ["0", "2", "4"]
    assert (out / "detector/labels/4.txt").read_text() == "0 0.5 0.5 0.1 0.4"
    assert len(list((out / "segmenter/images").iterdir())) == len(list((out / "segmenter/labels").iterdir())) == 6
    assert "MiB" in capsys.readouterr().out
