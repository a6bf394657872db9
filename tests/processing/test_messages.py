"""Every fault that the pure modules find in a count is a message that pages can translate."""

import pytest
from django.utils import translation

from processing.counting.boxes import NO_DETECTIONS, Detections, concatenate, make_detections
from processing.counting.containers import Container
from processing.counting.faults import TEXTS, Fault
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.quality import PictureQuality, left_out_faults, picture_faults, scene_faults
from processing.counting.totals import Estimate, count_container, count_photo
from processing.messages import as_message

BED = Container("segment", ((0, 0), (100, 0), (100, 100), (0, 100)), 0.9)


def plants(vote: float) -> Detections:
    return make_detections([(0, 0, 10, 10)] * 6, [vote] * 6, [0] * 6)


def every_fault() -> list[Fault]:
    quality = DEFAULT_PARAMETERS.quality
    uncertain = DEFAULT_PARAMETERS.voting.accepted * quality.uncertain_votes[1]
    faults = list(picture_faults(PictureQuality(brightness=0.0, glare=1.0, sharpness=1.0, missing=0.5), quality))
    faults += scene_faults(plants(quality.min_agreement - 0.05), DEFAULT_PARAMETERS)
    faults += scene_faults(concatenate([plants(0.9), plants(uncertain - 0.01)]), DEFAULT_PARAMETERS)
    faults += left_out_faults(plants(0.9), 1, quality)
    for estimate in (Estimate("none", 6, needs_calibration=True), Estimate("none", 6, is_doubtful=True)):
        faults += count_container(BED, plants(0.9), estimate).problems
    capped = Detections(plants(0.9).xyxy, plants(0.9).confidence, plants(0.9).class_id, capped=True)
    faults += count_container(BED, capped, Estimate("none", 6)).problems
    faults += count_photo([], [NO_DETECTIONS]).problems
    return faults


@pytest.mark.parametrize("fault", every_fault(), ids=str)
def test_what_a_count_says_is_translated(fault: Fault) -> None:
    message = as_message(fault)
    assert str(fault) == f"{fault.kind}: {message.in_english()}"
    with translation.override("es"):
        assert message.in_english() != str(message)


def test_each_kind_of_fault_is_among_them() -> None:
    assert {fault.code for fault in every_fault()} == set(TEXTS) - {"detection_failed", "unreadable"}
