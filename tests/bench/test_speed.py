import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from bench.speed.__main__ import (
    Photo,
    compare,
    describe_processor,
    make_csv,
    make_page,
    photo_seconds,
    read_photos,
)
from bench.speed.contender import is_inside, measure_photo


def measured(seconds, estimated, memory=900):
    runs = [{"decode": 0.5, "detect": one - 0.5} for one in seconds]
    return {
        "photo": "bed.jpg",
        "seconds": runs,
        "processor_seconds": list(seconds),
        "detected": estimated,
        "estimated": estimated,
        "peak_memory_mb": memory,
    }


def test_ratios_and_errors_are_medians_over_photos():
    results = {
        "ours": [measured([1, 1, 9], 90), measured([2, 2, 2], 100, memory=1000)],
        "plain": [measured([4, 4, 4], 110), measured([12, 12, 12], 50)],
        "plain-512": [measured([8, 8, 8], 95), measured([24, 24, 24], 60)],
    }
    summary = compare(results, [100, None])
    assert summary["ratios"] == {
        "plain": {"clock": 5, "processor": 5},
        "plain-512": {"clock": 10, "processor": 10},
    }
    ours, plain = summary["contenders"]["ours"], summary["contenders"]["plain"]
    assert (ours["seconds"], ours["peak_memory_mb"]) == (1.5, 1000)
    assert (ours["mape"], plain["mape"]) == (pytest.approx(0.1), pytest.approx(0.1)), "one photo without truth"
    photos = [Photo("a", 100, was_enlarged=True), Photo("b", None, was_enlarged=False)]
    page = make_page(summary, repeats=3)
    assert "**Plain takes 5.0 times as long as ours**" in page
    assert "**Plain-512 takes 10.0 times as long as ours**" in page
    assert make_csv(results, photos).splitlines()[1:] == [
        "bed.jpg,yes,100,90,110,95,1.00,4.00,8.00",
        "bed.jpg,no,,100,50,60,2.00,12.00,24.00",
    ]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu avx2", "Some CPU, AVX2, no VNNI, no AMX"), ("avx2 avx512_vnni amx_int8", "Some CPU, AVX2, VNNI, AMX")],
)
def test_the_processor_is_named_with_what_makes_8_bits_fast(flags, expected):
    first = f"processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: {flags}\n"
    assert describe_processor(f"{first}\n{first.replace('Some', 'Other')}") == expected
    assert describe_processor("processor\t: 0\n") == "unknown, no AVX2, no VNNI, no AMX"


def test_small_renders_are_enlarged_and_keep_their_truth(tmp_path):
    for part in ("images", "truth", "enlarged"):
        (tmp_path / part).mkdir()
    Image.new("RGB", (400, 300)).save(tmp_path / "images" / "a.jpg")
    (tmp_path / "truth" / "a.json").write_text(json.dumps({"totals": {"in_frame": {"plant": 7}}}))
    (photo,) = read_photos([tmp_path / "images" / "a.jpg"], tmp_path / "enlarged")
    assert (photo.true, photo.was_enlarged) == (7, True)
    with Image.open(photo.path) as image:
        assert image.size == (4032, 3024)


def test_the_first_run_warms_up_and_is_not_measured(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"a photo")
    calls = []

    def count(data, watch):
        with watch.phase("decode"):
            calls.append(data)
        return {"detected": len(calls), "estimated": len(calls)}

    result = measure_photo(count, path, repeats=2)
    assert (calls, len(result["seconds"]), result["estimated"]) == ([b"a photo"] * 3, 2, 3)
    assert photo_seconds(result) == pytest.approx(sum(sum(run.values()) for run in result["seconds"]) / 2)


@pytest.mark.parametrize(("x", "y", "inside"), [(150, 50, True), (50, 50, False), (199, 99, True)])
def test_points_are_looked_up_in_letterboxed_masks(x, y, inside):
    mask = np.zeros((1, 64, 64))
    mask[0, :, 32:] = 1
    mask[0, :16] = mask[0, 48:] = 0
    outlines = SimpleNamespace(masks=SimpleNamespace(data=torch.from_numpy(mask)), orig_shape=(100, 200))
    assert is_inside(outlines, x, y) is inside


def test_without_masks_nothing_is_inside():
    assert not is_inside(SimpleNamespace(masks=None), 1, 1)
