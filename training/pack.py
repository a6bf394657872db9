"""Packs a trained checkpoint for shipping: half precision, no optimizer, no paths of the machine; prints its sha256.

python -m training.pack runs/detector-1/weights/last.pt processing/trained/detector.pt
"""

import argparse
import hashlib
from pathlib import Path

import torch
from ultralytics.utils.torch_utils import strip_optimizer

KEPT_ARGUMENTS = ("imgsz", "task")


def pack(source: Path, target: Path) -> str:
    """Writes `target` (loads with ultralytics.YOLO) and returns its sha256."""
    checkpoint = torch.load(source, map_location="cpu", weights_only=False)
    checkpoint["train_args"] = {key: checkpoint["train_args"][key] for key in KEPT_ARGUMENTS}
    model = checkpoint.get("ema") or checkpoint["model"]
    model.args = {key: value for key, value in dict(model.args).items() if key in KEPT_ARGUMENTS}
    model.pt_path = target.name
    for unneeded in ("git", "train_results", "train_metrics"):
        checkpoint.pop(unneeded, None)
    torch.save(checkpoint, target)
    strip_optimizer(target)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def main() -> None:
    """Pack one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    print(pack(args.source, args.target))


if __name__ == "__main__":
    main()
