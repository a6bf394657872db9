"""What a training packs, on the shipped detector and a changed copy. In processes of their own, since Ultralytics
changes Pillow where it is imported."""

import hashlib
import shutil
import subprocess
import sys

import pytest

from processing.runtime.weights import read_weights
from training import on_photos

pytestmark = pytest.mark.slow
# A trained checkpoint, whose weights are three times those of the one before. An unfinished run has them in "ema".
CHANGE = """
import copy, sys
import torch
base, trained, name = sys.argv[1:]
checkpoint = torch.load(base, map_location="cpu", weights_only=False)
changed = copy.deepcopy(checkpoint["model"])
with torch.no_grad():
    for parameter in changed.parameters():
        parameter.mul_(3)
checkpoint[name] = changed
torch.save(checkpoint, trained)
"""
COMPARE = """
import sys
import torch
from ultralytics import YOLO
before, mean = (YOLO(path).model.float().state_dict() for path in sys.argv[1:])
assert before.keys() == mean.keys()
for name in before:
    if name.endswith("conv.weight"):
        torch.testing.assert_close(mean[name], before[name] * 2, rtol=2e-3, atol=1e-5)
        print(name)
"""


@pytest.mark.parametrize("where", ["model", "ema"])
def test_a_training_packs_the_mean_of_before_and_after(tmp_path, monkeypatch, where):
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("YOLO_OFFLINE", "true")
    base, trained = tmp_path / "base" / "detector.pt", tmp_path / "detector" / "run" / "weights" / "last.pt"
    for path in (base, trained):
        path.parent.mkdir(parents=True)
    shutil.copy(read_weights("detector").path, base)
    subprocess.run([sys.executable, "-c", CHANGE, base, trained, where], check=True)
    sha256 = on_photos._pack(tmp_path, "detector")
    packed = tmp_path / "weights" / "detector.pt"
    assert sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()
    compared = subprocess.check_output([sys.executable, "-c", COMPARE, base, packed], text=True)
    assert "model.0.conv.weight" in compared.split()
