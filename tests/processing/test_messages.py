"""Whatever the pure modules say about a photo is known to the catalogue, so that pages can translate it."""

import pytest
from django.utils import translation

import processing.messages  # noqa: F401 - fills the catalogue
from demeter.common.i18n.messages import translated
from processing.counting.boxes import NO_DETECTIONS, Detections, make_detections
from processing.counting.containers import Container
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.quality import PictureQuality, picture_faults, scene_faults
from processing.counting.totals import Estimate, count_container, count_photo

BED = Container("segment", ((0, 0), (100, 0), (100, 100), (0, 100)), 0.9)


def plants(vote: float) -> Detections:
    return make_detections([(0, 0, 10, 10)] * 6, [vote] * 6, [0] * 6)


def every_fault() -> list[str]:
    quality = DEFAULT_PARAMETERS.quality
    faults = list(picture_faults(PictureQuality(brightness=0.0, glare=1.0, sharpness=1.0, missing=0.5), quality))
    faults += scene_faults([plants(quality.min_agreement - 0.05)], quality)
    faults += scene_faults([plants(quality.sure_agreement - 0.05)], quality)
    for estimate in (Estimate("none", 6, needs_calibration=True), Estimate("none", 6, is_doubtful=True)):
        faults += count_container(BED, plants(0.9), estimate).problems
    capped = Detections(plants(0.9).xyxy, plants(0.9).confidence, plants(0.9).class_id, capped=True)
    faults += count_container(BED, capped, Estimate("none", 6)).problems
    faults += count_photo([], [NO_DETECTIONS]).problems
    return faults


@pytest.mark.parametrize("fault", every_fault())
def test_what_a_count_says_is_translated(fault: str) -> None:
    code, _, words = fault.partition(": ")
    with translation.override("es"):
        assert translated(fault) not in (fault, words)
        assert not translated(fault).startswith(f"{code}:")


def test_each_kind_of_fault_is_among_them() -> None:
    codes = {fault.partition(":")[0] for fault in every_fault()}
    assert codes == {
        "part_missing", "too_dark", "too_bright", "too_blurred", "unfamiliar_scene", "doubtful",
        "needs_calibration", "too_many_detections", "no_container",
    }  # fmt: skip
