"""What each way of counting by example makes of a photo with five marks, and how far it is off. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.accuracy.judging import relative_error
from bench.accuracy.matching import box_ious
from bench.accuracy.truth import outside
from bench.by_example.methods import (
    SAME_PLANT,
    Boxes,
    Floats,
    Places,
    Rule,
    candidates,
    expected_sides,
    keep,
    resemblance,
    score_of_marks,
)
from bench.by_example.pictures import Marked, sides
from bench.by_example.views import View

RIDGES = (0.3, 3.0)
LEAST_VOTE = 0.03
FARTHEST = 1.2


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of a photo after the marks of one seed: boxes that may be plants, and their scores.

    `away`: logarithm of the size over what the marks let expect there. `alike`: resemblance of the boxes and of the
    marks to each other, by ridge.
    """

    marks: Boxes
    boxes: Boxes
    votes: Floats
    away: Floats
    spread: float
    alike: dict[float, tuple[Floats, Floats]]


def see(marked: Marked, views: Sequence[View], seeds: Iterable[int]) -> list[Seen]:
    """The photo with the marks of each seed."""
    height = views[0].size[1] / views[0].scale
    boxes, votes = candidates(views, LEAST_VOTE)
    places = Places(views, marked.side_px)
    seen = []
    for seed in seeds:
        marks = marked.draw(seed)
        expected = expected_sides(marks, height)
        away = np.log(np.maximum(sides(boxes), 1e-3) / expected(boxes))
        near = np.abs(away) < FARTHEST
        found, own = places.around(boxes[near]), places.around(marks)
        alike = {ridge: resemblance(places, found, own, ridge) for ridge in RIDGES}
        spread = float(np.log(sides(marks) / expected(marks)).std())
        seen.append(Seen(marks, boxes[near], votes[near], away[near], spread, alike))
    return seen


def count(seen: Seen, rule: Rule) -> Boxes:
    """The plants by a rule, the five marked ones first."""
    spread = float(np.hypot(rule.size_spread, seen.spread))
    votes = seen.votes * np.exp(-(seen.away**2) / (2 * spread**2))
    own_votes = score_of_marks(seen.boxes, votes, seen.marks)
    if rule.resemblance == 0:
        threshold = min(max(rule.share * float(np.median(own_votes)), rule.least_vote), rule.most)
        return keep(seen.boxes, votes, seen.marks, threshold, rule)
    alike, own_alike = seen.alike[rule.ridge]
    usual = max(float(np.median(own_votes)), 0.05)
    weight = rule.resemblance
    scores = (1 - weight) * np.minimum(votes / usual, 1.5) + weight * np.minimum(alike, 1.5)
    own = (1 - weight) * np.minimum(own_votes / usual, 1.5) + weight * np.minimum(own_alike, 1.5)
    scores = np.where(votes >= rule.least_vote, scores, 0.0)
    return keep(seen.boxes, scores, seen.marks, max(rule.share * float(np.median(own)), 0.1), rule)


def with_marks(boxes: Boxes, marks: Boxes) -> Boxes:
    """The plain count's boxes, and the marks that it did not find."""
    if not len(boxes):
        return marks
    missed = box_ious(marks, boxes).max(axis=1) < SAME_PLANT
    return np.concatenate([boxes, marks[missed]])


def right_counts(marked: Marked) -> list[int]:
    """The counts that are right for what was marked; not those of something else, such as pots instead of plants."""
    right = [marked.total]
    while right[-1] + 1 in marked.photo.valid_plants:
        right.append(right[-1] + 1)
    return right


def error_of(marked: Marked, number: int) -> float:
    """How far a number is off, as a share of the right one."""
    return relative_error(number, right_counts(marked))


def number_of(marked: Marked, boxes: Boxes) -> int:
    """How many plants are counted outside the ignored areas."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return int(outside(centres, marked.photo.ignored).sum())


def rules_by_scale() -> list[Rule]:
    """Rules without features: sizes and confidence from the marks."""
    return [
        Rule(size_spread=spread, share=share, most=most, least_vote=least)
        for spread, share, most, least in product((0.25, 0.4, 0.6), (0.3, 0.45, 0.6), (0.12, 0.2), (0.03, 0.08))
    ]


def rules_by_resemblance() -> list[Rule]:
    """Rules with features, alone (1.0) and with the detector's confidence."""
    return [
        Rule(size_spread=spread, share=share, least_vote=least, resemblance=weight, ridge=ridge)
        for spread, share, least, weight, ridge in product(
            (0.3, 0.6), (0.4, 0.5, 0.6), (0.03,), (0.25, 0.5, 1.0), RIDGES
        )
    ]
