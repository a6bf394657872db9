"""Averages two checkpoints of one line of training: `python -m training.average EARLIER LATER OUT [--later 0.5]`.

A detector trained further on renders improves there and gets worse on photos. Averaging its weights with the earlier
ones keeps most of both (WiSE-FT: Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022).
"""

import argparse
from pathlib import Path

import torch
from ultralytics import YOLO


def average(earlier: Path, later: Path, out: Path, *, share: float) -> None:
    """Writes a checkpoint whose weights are `share` of the later one's and the rest of the earlier one's."""
    model = YOLO(later)
    with torch.no_grad():
        old = YOLO(earlier).model.float().state_dict()
        new = model.model.float().state_dict()
        for name, weights in new.items():
            if weights.is_floating_point():
                weights.lerp_(old[name], 1 - share)
    model.save(out)


def main() -> None:
    """Average two files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("earlier", type=Path)
    parser.add_argument("later", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--later", type=float, default=0.5, dest="share", help="the later one's share, 0 to 1")
    args = parser.parse_args()
    average(args.earlier, args.later, args.out, share=args.share)


if __name__ == "__main__":
    main()
