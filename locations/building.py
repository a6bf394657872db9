"""A whole nursery from three counts and patterns for names and codes: "2 greenhouses x 4 benches x 10 bays"; pure.

`read_benches` and `read_bays` turn what a person typed into numbers, `plan_places` these and the patterns into a
`Plan`, which `locations.place_changes` writes. A plan with a `Base` makes benches in a greenhouse, or bays on a bench,
that exists already. Every error is an InvalidInputError that says what to change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from demeter.common.exceptions import InvalidInputError
from locations.models.codes import validate_code

MOST_BAYS = 10_000
LONGEST_CODE, LONGEST_NAME = 32, 120
MOST_NAMED = 5
FIELD = re.compile(r"\{([a-z]*)(?::0(\d))?\}")
NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>\d{1,4})", re.DOTALL)
LAYERS = ("house", "bench", "bay")


@dataclass(frozen=True)
class Pattern:
    """The code and the name of each place of a layer: text with {house}, {bench} and {bay}, and {bay:02} for 01."""

    code: str
    name: str


@dataclass(frozen=True)
class PlannedPlace:
    """A place to be made, under the code of its parent ("" for a greenhouse)."""

    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True)
class Base:
    """The existing greenhouse, or the bench in it, in which places are made."""

    house: PlannedPlace
    bench: PlannedPlace | None = None

    @property
    def made_layers(self) -> tuple[str, ...]:
        """Benches and bays in a greenhouse, bays on a bench."""
        return LAYERS[1:] if self.bench is None else LAYERS[2:]


@dataclass(frozen=True)
class Plan:
    """The places to be made, in order; without a base in new greenhouses."""

    houses: tuple[PlannedPlace, ...]
    benches: tuple[PlannedPlace, ...]
    bays: tuple[PlannedPlace, ...]
    base: Base | None = None


@dataclass(frozen=True)
class FirstNumbers:
    """Where the numbers of each layer begin; those of benches and bays begin anew in each parent."""

    house: int = 1
    bench: int = 1
    bay: int = 1


def made_layers(base: Base | None) -> tuple[str, ...]:
    """The layers of which places are made, outermost first; they are also the fields of their patterns."""
    return base.made_layers if base else LAYERS


def read_benches(text: str, *, houses: int) -> list[int]:
    """Benches of each greenhouse: "4" for all of them, or "4, 3" one by one."""
    numbers = _read_numbers(text, _("Benches"))
    if len(numbers) not in (1, houses):
        words = _("Benches: give one number for all greenhouses, or %(houses)d numbers with commas between them.")
        raise InvalidInputError(words % {"houses": houses})
    benches = numbers * houses if len(numbers) == 1 else numbers
    if sum(benches) > MOST_BAYS:
        words = _("%(total)d benches are more than the %(most)d that can be made at once. Make them in several steps.")
        raise InvalidInputError(words % {"total": sum(benches), "most": MOST_BAYS})
    return benches


def read_bays(text: str, *, benches: Sequence[int]) -> list[list[int]]:
    """Bays of each bench of each greenhouse: "10" for all, or a line for each greenhouse, with one number for all
    its benches or one for each."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) not in (1, len(benches)):
        words = _("Bays: write one line for all greenhouses, or %(houses)d lines, one for each.")
        raise InvalidInputError(words % {"houses": len(benches)})
    lines = lines * len(benches) if len(lines) == 1 else lines
    return [_read_line(line, number, count) for number, (line, count) in enumerate(zip(lines, benches, strict=True), 1)]


def _read_line(line: str, number: int, benches: int) -> list[int]:
    numbers = _read_numbers(line, _("Bays"))
    if len(numbers) not in (1, benches):
        words = _("Bays: greenhouse %(number)d has %(benches)d benches, but its line has %(numbers)d numbers.")
        raise InvalidInputError(words % {"number": number, "benches": benches, "numbers": len(numbers)})
    return numbers * benches if len(numbers) == 1 else numbers


def _read_numbers(text: str, what: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,5}", part) and int(part) > 0 for part in parts):
        words = _("%(what)s: “%(text)s” must be whole numbers above zero, with commas between them.")
        raise InvalidInputError(words % {"what": what, "text": text.strip()})
    return [int(part) for part in parts]


def plan_places(
    bays: Sequence[Sequence[int]], *, first: FirstNumbers, patterns: Mapping[str, Pattern], base: Base | None = None
) -> Plan:
    """The places of the patterns, of which each layer that is made has one.

    `bays` are those of each bench of each greenhouse: of a single one with a base.
    """
    total = sum(map(sum, bays))
    if total > MOST_BAYS:
        words = _("%(total)d bays are more than the %(most)d that can be made at once. Make them in several steps.")
        raise InvalidInputError(words % {"total": total, "most": MOST_BAYS})
    layers = made_layers(base)
    for layer in layers:
        check_pattern(patterns[layer].code, layer, layers)
        check_pattern(patterns[layer].name, layer, layers)
    houses, benches, made = (
        tuple(_places(bays, layer, first, patterns, base)) if layer in layers else () for layer in LAYERS
    )
    plan = Plan(houses, benches, made, base)
    for places in (plan.houses, plan.benches, plan.bays):
        _check_places(places)
    return plan


def check_pattern(pattern: str, layer: str, layers: Sequence[str] = LAYERS) -> None:
    """Refuse a pattern with other fields than those of its layer and of the made ones around it, or with braces that
    are none."""
    allowed = layers[: layers.index(layer) + 1]
    unknown = [found[0] for found in FIELD.finditer(pattern) if found[1] not in allowed]
    if unknown or set(FIELD.sub("", pattern)) & set("{}"):
        fields = ", ".join(f"{{{field}}}" for field in allowed)
        words = _("“%(pattern)s” can contain %(fields)s, with leading zeros as in {%(last)s:02}.")
        raise InvalidInputError(words % {"pattern": pattern, "fields": fields, "last": allowed[-1]})


def continue_pattern(texts: Sequence[str], field: str) -> str | None:
    """The pattern that these codes or names of siblings follow: of G1-B09 and G1-B10 that is G1-B{bench:02}.

    None if the last one does not end with a number, or could not be part of a pattern.
    """
    found = [match for text in texts if (match := NUMBERED.fullmatch(text))]
    if not found or found[-1].string != texts[-1] or set("{}") & set(texts[-1]):
        return None
    before = found[-1]["before"]
    numbers = [match["number"] for match in found if match["before"] == before]
    digits = next((len(number) for number in numbers if number.startswith("0")), 0)
    return f"{before}{{{field}{f':0{digits}' if digits > 1 else ''}}}"


def _fill(pattern: str, numbers: Mapping[str, int]) -> str:
    return FIELD.sub(lambda found: f"{numbers[found[1]]:0{found[2] or 1}d}", pattern).strip()


def _places(
    bays: Sequence[Sequence[int]],
    layer: str,
    first: FirstNumbers,
    patterns: Mapping[str, Pattern],
    base: Base | None,
) -> Iterator[PlannedPlace]:
    layers = made_layers(base)
    around = base.bench or base.house if base else None
    parent = patterns[layers[layers.index(layer) - 1]].code if layer != layers[0] else ""
    for numbers in _numbers(bays, layer, first):
        code, name = (_fill(pattern, numbers) for pattern in (patterns[layer].code, patterns[layer].name))
        parent_code = _fill(parent, numbers).upper() if parent else around.code if around else ""
        yield PlannedPlace(code.upper(), name, parent_code)


def _numbers(bays: Sequence[Sequence[int]], layer: str, first: FirstNumbers) -> Iterator[dict[str, int]]:
    for house, benches in enumerate(bays, first.house):
        if layer == "house":
            yield {"house": house}
            continue
        for bench, count in enumerate(benches, first.bench):
            if layer == "bench":
                yield {"house": house, "bench": bench}
                continue
            for bay in range(first.bay, first.bay + count):
                yield {"house": house, "bench": bench, "bay": bay}


def _check_places(places: Sequence[PlannedPlace]) -> None:
    """Refuse codes and names that cannot be stored, and codes that occur twice."""
    for place in places:
        try:
            validate_code(place.code)
        except ValidationError as error:
            raise InvalidInputError(f"“{place.code}”: {' '.join(error.messages)}") from error
        if len(place.code) > LONGEST_CODE or not 0 < len(place.name) <= LONGEST_NAME:
            words = _("“%(code)s”, “%(name)s”: codes have at most %(most)d characters, and no name may be empty.")
            raise InvalidInputError(words % {"code": place.code, "name": place.name, "most": LONGEST_CODE})
    twice = [code for code, times in Counter(place.code for place in places).items() if times > 1]
    if twice:
        words = _("Several places would get the same code: %(codes)s. Use {house}, {bench} and {bay} in the pattern.")
        raise InvalidInputError(words % {"codes": name_codes(twice)})


def name_codes(codes: Sequence[str]) -> str:
    """The first codes of a list, and how many more there are."""
    more = len(codes) - MOST_NAMED
    named = ", ".join(codes[:MOST_NAMED])
    return _("%(codes)s and %(more)d more") % {"codes": named, "more": more} if more > 0 else named
