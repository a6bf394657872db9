"""The mean of two checkpoints, on the shipped detector and a changed copy. In processes of their own, since Ultralytics
changes Pillow where it is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from processing.runtime.weights import read_weights

pytestmark = pytest.mark.slow
# A later checkpoint, whose weights are three times those of the earlier one. An unfinished run has them in "ema".
CHANGE = """
import copy, sys
import torch
earlier, later, name = sys.argv[1:]
checkpoint = torch.load(earlier, map_location="cpu", weights_only=False)
changed = copy.deepcopy(checkpoint["model"])
with torch.no_grad():
    for parameter in changed.parameters():
        parameter.mul_(3)
checkpoint[name] = changed
torch.save(checkpoint, later)
"""
COMPARE = """
import sys
import torch
from ultralytics import YOLO
before, mean = (YOLO(path).model.float().state_dict() for path in sys.argv[1:])
assert before.keys() == mean.keys()
for name in before:
    if name.endswith("conv.weight"):
        torch.testing.assert_close(mean[name], before[name] * 1.5, rtol=2e-3, atol=1e-5)
        print(name)
"""


def run(folder: Path, *words: object) -> str:
    environment = {**os.environ, "YOLO_CONFIG_DIR": str(folder), "YOLO_OFFLINE": "true"}
    return subprocess.check_output([sys.executable, *map(str, words)], env=environment, text=True)


@pytest.mark.parametrize("where", ["model", "ema"])
def test_the_packed_mean_lies_between_both_by_its_share(tmp_path, where):
    earlier = read_weights("detector").path
    later, mean, packed = tmp_path / "later.pt", tmp_path / "mean.pt", tmp_path / "packed.pt"
    run(tmp_path, "-c", CHANGE, earlier, later, where)
    run(tmp_path, "-m", "training.average", earlier, later, mean, "--later", 0.25)
    run(tmp_path, "-m", "training.pack", mean, packed)
    assert "model.0.conv.weight" in run(tmp_path, "-c", COMPARE, earlier, packed).split()
