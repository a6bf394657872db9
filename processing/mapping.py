"""Mapping between rows and arrays: segments as containers, detections as boxes, and results taken over from an earlier
run."""

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import cast

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from processing.counting.boxes import Detections, make_detections
from processing.counting.containers import Container, ContainerKind
from processing.counting.corrections import FoundPhoto
from processing.counting.numbering import number_containers
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.totals import ContainerCount, Estimate, average_confidence
from processing.models import Detection, ProcessingSession, Segment
from processing.statuses import RunStatus, SegmentStatus

_BOX_COLUMNS = ("class_id", "center_x_px", "center_y_px", "width_px", "height_px", "confidence")


def save_containers(session: ProcessingSession, containers: Sequence[Container]) -> list[Segment]:
    """New segments of a session, numbered from left to right; those of an interrupted run are replaced."""
    session.segments.all().delete()
    numbers = number_containers([container.xyxy for container in containers])
    return Segment.objects.bulk_create(
        Segment(
            session=session,
            number=number,
            container_class=container.kind,
            polygon=[[round(x, 1), round(y, 1)] for x, y in container.polygon],
            confidence=round(container.confidence, 4),
            area_px=container.area_px,
            tiles_total=_expected_looks(container),
        )
        for number, container in sorted(zip(numbers, containers, strict=True), key=itemgetter(0))
    )


def _expected_looks(container: Container) -> int:
    """Roughly how many detector passes the container needs: its weight in the progress."""
    looks = DEFAULT_PARAMETERS.looks
    if container.kind != "segment":
        return len(looks.crop_looks_px)
    return len(looks.looks_px) + math.ceil(container.area_px / looks.max_slice_px**2)


def read_container(segment: Segment) -> Container:
    """The container that a segment row describes."""
    polygon = tuple((float(x), float(y)) for x, y in segment.polygon)
    return Container(cast(ContainerKind, segment.container_class), polygon, segment.confidence)


def save_detections(segment: Segment, detections: Detections) -> None:
    """Save the boxes of a container, replacing earlier ones."""
    rows = zip(detections.centres, detections.sizes, detections.class_id, detections.confidence, strict=True)
    segment.detections.all().delete()
    Detection.objects.bulk_create(
        Detection(
            segment=segment,
            class_id=int(class_id),
            center_x_px=round(float(x), 1),
            center_y_px=round(float(y), 1),
            width_px=round(float(width), 1),
            height_px=round(float(height), 1),
            confidence=round(float(confidence), 4),
        )
        for (x, y), (width, height), class_id, confidence in rows
    )


def read_detections(segment: Segment) -> Detections:
    """All boxes of a container, counted or not, in the order in which they were saved."""
    return _read_boxes(segment, segment.detections.all())


def read_counted(segment: Segment) -> Detections:
    """The counted boxes of a container."""
    return _read_boxes(segment, segment.detections.filter(counted=True))


def mark_counted(segment: Segment, found: Detections, counted: Detections) -> None:
    """Mark which of the boxes found in a container are counted; `found` is the result of `read_detections`."""
    pks = np.array(segment.detections.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    left_out = pks[~found.holds(counted)].tolist()
    segment.detections.filter(counted=False).exclude(pk__in=left_out).update(counted=True)
    segment.detections.filter(counted=True, pk__in=left_out).update(counted=False)


def _read_boxes(segment: Segment, boxes: QuerySet[Detection]) -> Detections:
    values = list(boxes.order_by("pk").values_list(*_BOX_COLUMNS))
    if not values:
        return make_detections([], [], [], capped=segment.capped)
    class_id, x, y, width, height, confidence = np.array(values, dtype=np.float64).T
    xyxy = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    return make_detections(xyxy, confidence, class_id, capped=segment.capped)


def read_count(segment: Segment, detections: Detections) -> ContainerCount:
    """The count of a finished container as its run saved it, whatever densities are known today."""
    estimated = segment.estimated or 0
    return ContainerCount(
        container=read_container(segment),
        detected=segment.detected or 0,
        estimated=estimated,
        empty=segment.empty or 0,
        dead=segment.dead or 0,
        avg_confidence=average_confidence(detections),
        estimate=Estimate("none", estimated),
    )


def read_photo(segments: Sequence[Segment], resolution_wh: tuple[int, int]) -> FoundPhoto:
    """Everything that a session counted, in one query; `segments` are all of its own, in the order of their numbers."""
    return read_photos([(segments, resolution_wh)])[0]


def read_photos(photos: Sequence[tuple[Sequence[Segment], tuple[int, int]]]) -> list[FoundPhoto]:
    """What several sessions counted, in one query; each with its segments and resolution as in `read_photo`."""
    everywhere = [segment.pk for segments, _resolution in photos for segment in segments]
    boxes = Detection.objects.filter(segment__in=everywhere, counted=True).order_by("segment__number", "pk")
    values = np.array(list(boxes.values_list("segment_id", *_BOX_COLUMNS)), dtype=np.float64).reshape(-1, 7)
    return [_found_photo(segments, values, resolution_wh) for segments, resolution_wh in photos]


def _found_photo(
    segments: Sequence[Segment], values: NDArray[np.float64], resolution_wh: tuple[int, int]
) -> FoundPhoto:
    """One photo of the rows (segment, then `_BOX_COLUMNS`) of several."""
    index_of = {segment.pk: index for index, segment in enumerate(segments)}
    segment_id, class_id, x, y, width, height, confidence = values[np.isin(values[:, 0], list(index_of))].T
    xyxy = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    return FoundPhoto(
        containers=tuple(read_container(segment) for segment in segments),
        detections=make_detections(xyxy, confidence, class_id),
        container_index=np.array([index_of[int(pk)] for pk in segment_id], dtype=np.intp),
        resolution_wh=resolution_wh,
    )


def find_same_detections(session: ProcessingSession) -> ProcessingSession | None:
    """An earlier complete session of the same photo with the same weights and parameters."""
    return (
        ProcessingSession.objects.filter(
            original_image=session.original_image_id,
            status=RunStatus.COMPLETED,
            partial=False,
            model_versions=session.model_versions,
            parameters_hash=session.parameters_hash,
        )
        .exclude(pk=session.pk)
        .order_by("-created_at")
        .first()
    )


def copy_detections(source: ProcessingSession, session: ProcessingSession) -> list[Segment]:
    """Copy the containers and all boxes of an earlier session, so that each session in the history has its own.

    They are numbered anew: runs until November 2026 numbered them by confidence.
    """
    with transaction.atomic():
        session.segments.all().delete()
        segments = list(source.segments.order_by("number"))
        numbers = number_segments(segments)
        segments.sort(key=lambda segment: numbers[segment.number])
        copies = [_copy_segment(segment, session, numbers[segment.number]) for segment in segments]
        session.detections_from = source
        session.save(update_fields=["detections_from", "updated_at"])
    return copies


def number_segments(segments: Sequence[Segment]) -> dict[int, int]:
    """The number from left to right of each segment of a session, by the number that its row has."""
    numbers = number_containers([read_container(segment).xyxy for segment in segments])
    return {segment.number: number for segment, number in zip(segments, numbers, strict=True)}


def _copy_segment(segment: Segment, session: ProcessingSession, number: int) -> Segment:
    copy = Segment.objects.create(
        session=session,
        number=number,
        container_class=segment.container_class,
        polygon=segment.polygon,
        confidence=segment.confidence,
        area_px=segment.area_px,
        capped=segment.capped,
        tiles_done=segment.tiles_total,
        tiles_total=segment.tiles_total,
        status=SegmentStatus.DONE,
    )
    Detection.objects.bulk_create(
        Detection(segment=copy, **box) for box in segment.detections.order_by("pk").values(*_BOX_COLUMNS)
    )
    return copy
