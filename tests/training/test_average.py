"""The mean of two checkpoints, on the shipped detector and a changed copy."""

import copy

import pytest
import torch
from ultralytics import YOLO

from processing.runtime.weights import read_weights
from training.average import average
from training.pack import pack

pytestmark = pytest.mark.slow


def weights_of(path) -> dict[str, torch.Tensor]:
    return YOLO(path).model.float().state_dict()


def change(path, factor: float, out, *, unfinished: bool) -> None:
    """Writes the checkpoint with every weight times the factor, as that of a finished run or one that is still going on."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    changed = copy.deepcopy(checkpoint["model"])
    with torch.no_grad():
        for parameter in changed.parameters():
            parameter.mul_(factor)
    checkpoint["ema" if unfinished else "model"] = changed
    torch.save(checkpoint, out)


@pytest.mark.parametrize("unfinished", [False, True])
def test_the_packed_mean_lies_between_both_by_its_share(tmp_path, unfinished):
    earlier = read_weights("detector").path
    change(earlier, 3.0, tmp_path / "later.pt", unfinished=unfinished)
    average(earlier, tmp_path / "later.pt", tmp_path / "mean.pt", share=0.25)
    pack(tmp_path / "mean.pt", tmp_path / "packed.pt")
    before, mean = weights_of(earlier), weights_of(tmp_path / "packed.pt")
    name = next(name for name in before if name.endswith("conv.weight"))
    torch.testing.assert_close(mean[name], before[name] * 1.5, rtol=2e-3, atol=1e-5)
    assert mean.keys() == before.keys()
