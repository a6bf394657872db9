"""Averages two packed checkpoints of one model, weight by weight: what a fine-tune learned without what it forgot.

    python -m training.average before.pt after.pt averaged.pt
"""

import argparse
from pathlib import Path

import torch


def average(one: Path, other: Path, target: Path) -> None:
    """Writes the mean of two checkpoints that began from the same weights."""
    first, second = (torch.load(path, map_location="cpu", weights_only=False) for path in (one, other))
    weights, others = first["model"].state_dict(), second["model"].state_dict()
    mean = {name: ((weights[name].float() + others[name].float()) / 2).to(weights[name].dtype) for name in weights}
    second["model"].load_state_dict(mean)
    second["model"].pt_path = target.name
    torch.save(second, target)


def main() -> None:
    """Average two files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    average(args.one, args.other, args.target)


if __name__ == "__main__":
    main()
