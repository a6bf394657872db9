import hashlib
import json

import numpy as np
import openvino
import pytest

from processing.runtime.weights import TRAINED_DIR, WEIGHT_NAMES, WeightsError, read_weights


@pytest.fixture
def folder(tmp_path):
    content = {"segmenter": b"one", "detector": b"two"}
    for name, data in content.items():
        (tmp_path / f"{name}.pt").write_bytes(data)
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.xml").write_bytes(data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    entries = {
        name: {
            "file": f"{name}.pt",
            "sha256": sums[name],
            "classes": ["plant", "empty"],
            "cpu": {"folder": name, "files": {"model.xml": sums[name]}},
        }
        for name in content
    }
    (tmp_path / "weights.json").write_text(json.dumps(entries))
    return tmp_path


def test_described_weights_are_read_and_verified(folder) -> None:
    weights = read_weights("detector", folder)
    weights.verify()
    assert (weights.path, weights.classes) == (folder / "detector.pt", ("plant", "empty"))


@pytest.mark.parametrize("file", ["detector.pt", "detector/model.xml"])
def test_a_missing_file_is_named(folder, file) -> None:
    (folder / file).unlink()
    with pytest.raises(WeightsError, match=f"detector weights are missing.*{file}"):
        read_weights("detector", folder).verify()


@pytest.mark.parametrize("file", ["segmenter.pt", "segmenter/model.xml"])
def test_a_damaged_file_is_named(folder, file) -> None:
    (folder / file).write_bytes(b"onf")
    with pytest.raises(WeightsError, match=f"segmenter weights are damaged.*{file}"):
        read_weights("segmenter", folder).verify()


@pytest.mark.parametrize("text", ["", "{}", '{"detector": {}}', "[1]", '{"detector": null}'])
def test_an_unusable_description_is_named(folder, text) -> None:
    (folder / "weights.json").write_text(text)
    with pytest.raises(WeightsError, match="does not describe the detector"):
        read_weights("detector", folder)


def test_a_missing_description_is_named(tmp_path) -> None:
    with pytest.raises(WeightsError, match=r"description of the weights is missing.*weights\.json"):
        read_weights("detector", tmp_path)


def test_shipped_weights_are_as_described_and_small() -> None:
    for name in WEIGHT_NAMES:
        weights = read_weights(name, TRAINED_DIR)
        weights.verify()
        assert set(weights.cpu_files) == {path.name for path in weights.cpu_folder.iterdir()}
        for path in (weights.path, *weights.cpu_folder.iterdir()):
            assert path.stat().st_size < 8_000_000


def test_sums_of_the_detector_overflow_on_no_processor() -> None:
    """Without VNNI two products of weight and value, of 8 bits, are added in 16 bits: 2 * 64 * 255 fits, 2 * 127 * 255
    does not. NNCF leaves depthwise convolutions (five dimensions) as they are."""
    weights = read_weights("detector", TRAINED_DIR)
    model = openvino.Core().read_model(weights.cpu_folder / "detector.xml")
    constants = [one for one in model.get_ops() if one.get_type_name() == "Constant"]
    largest = [
        np.abs(one.get_data().astype(int)).max()
        for one in constants
        if one.get_element_type() == openvino.Type.i8 and len(one.get_output_shape(0)) == 4
    ]
    assert len(largest) == 80
    assert max(largest) <= 64
