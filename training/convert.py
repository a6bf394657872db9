"""Converts a packed checkpoint for CPUs: OpenVINO, with --tiles in 8 bits; prints its entry for weights.json.

    python -m training.convert processing/trained/detector.pt --tiles TILES/images/train

Writes NAME_openvino_model beside the checkpoint. In 8 bits a model takes half the time; the tiles, of the kind it was
trained on, show which range the values of each layer have. Without --tiles the weights are kept in 16 bits.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.modules.setdefault("openvino_telemetry", None)  # nncf and openvino report usage unless it is not there

import cv2  # noqa: E402
import nncf  # noqa: E402
import numpy as np  # noqa: E402
import openvino  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from ultralytics import YOLO  # noqa: E402

EXPORT_IMGSZ_PX = 640
TILE_PX = 512
TILES = 300
BORDER = 114


def convert(checkpoint: Path, tiles: Path | None) -> dict[str, Any]:
    """Writes the folder and returns its entry: the folder's name and the sha256 of each file."""
    folder = checkpoint.parent / f"{checkpoint.stem}_openvino_model"
    with tempfile.TemporaryDirectory() as temporary:
        copied = shutil.copy(checkpoint, temporary)
        exported = Path(YOLO(copied).export(format="openvino", dynamic=True, imgsz=EXPORT_IMGSZ_PX, verbose=False))
        model = openvino.Core().read_model(exported / f"{checkpoint.stem}.xml")
        if tiles:
            model = quantize(model, sorted(tiles.glob("*.jpg")))
        folder.mkdir(exist_ok=True)
        openvino.save_model(model, folder / f"{checkpoint.stem}.xml")
        shutil.copy(exported / "metadata.yaml", folder)
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    return {"folder": folder.name, "files": files}


def quantize(model: openvino.Model, tiles: list[Path]) -> openvino.Model:
    """The model in 8 bits, except its last layers, which compute boxes and confidences."""
    blocks = re.findall(r"__module\.model\.(\d+)", " ".join(node.get_friendly_name() for node in model.get_ops()))
    head = rf".*model\.{max(map(int, blocks))}"
    exact = [rf"{head}/.*/{operation}.*" for operation in ("Add", "Sub", "Mul", "Div")]
    return nncf.quantize(
        model,
        nncf.Dataset(_spread(tiles), read_tile),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=TILES,
        ignored_scope=nncf.IgnoredScope(patterns=[*exact, rf"{head}\.dfl.*"], types=["Sigmoid"], validate=False),
        # Weights of 7 bits: with 8 the sums of processors without VNNI overflow, and they would count differently.
        advanced_parameters=nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.ENABLE),
    )


def _spread(tiles: list[Path]) -> Iterable[Path]:
    """At most TILES of them, from all sources alike."""
    return [tiles[int(place)] for place in np.linspace(0, len(tiles) - 1, min(TILES, len(tiles)))]


def read_tile(path: Path) -> NDArray[np.float32]:
    """(1, 3, 512, 512) RGB from 0 to 1, with the border that ultralytics puts around a tile."""
    image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)[:TILE_PX, :TILE_PX]
    square = np.full((TILE_PX, TILE_PX, 3), BORDER, np.float32)
    square[: image.shape[0], : image.shape[1]] = image
    return square.transpose(2, 0, 1)[None] / np.float32(255)


def main() -> None:
    """Convert one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tiles", type=Path, help="folder of training tiles (JPEG)")
    args = parser.parse_args()
    print(json.dumps(convert(args.checkpoint, args.tiles)))


if __name__ == "__main__":
    main()
