"""Drawings of a nursery as other programs write them."""

import json
import re

from bench.cases.demeter import Demeter
from bench.cases.table import Seen, check

BROKEN = ("bow-tie", "endless-number", "same-code-twice", "two-parts", "utf-16", "windows-1252")
TAKEN = ("bom-and-crs", "courtyard", "heights", "no-geometry")


@check("c15")
def codes_of_a_table_are_those_of_the_labels(demeter: Demeter) -> Seen:
    """101.0 is 101, and an empty cell is nothing."""
    _status, words = demeter.import_locations(demeter.files / "c15" / "pandas.geojson")
    meant = json.loads((demeter.files / "c15" / "meant.json").read_text())
    code, qr_code = meant["codes"][0], meant["qr_codes"][0]
    page = demeter.location_page(code)
    wrong = demeter.get(f"/locations/{code}.0/").status == 200
    found = demeter.get(f"/uploads/locations/?storage_location={qr_code}").text()
    is_right = meant["names"][0] in page and code in found and not wrong and ">nan<" not in page
    return Seen(is_right, f"page of {code}: {meant['names'][0] in page}, of {code}.0: {wrong}; {_short(words)}")


@check("c16")
def plans_and_swapped_coordinates_are_named(demeter: Demeter) -> Seen:
    """Refused, or at least told."""
    said = {
        name: demeter.import_locations(demeter.files / "c16" / f"{name}.geojson")
        for name in ("swapped-spain", "plan-in-metres", "control-web-mercator")
    }
    is_told = {name: status != 0 or bool(re.search("look at|refused", words)) for name, (status, words) in said.items()}
    is_told |= {"swapped-chile": _refuses_swapped_chile(demeter)}
    return Seen(all(is_told.values()), f"told: {is_told}; {_short(said['swapped-spain'][1])}")


def _refuses_swapped_chile(demeter: Demeter) -> bool:
    ring = [[-33.45, -70.7], [-33.45, -70.6996], [-33.4496, -70.6996], [-33.4496, -70.7], [-33.45, -70.7]]
    house = {"type": "Feature", "properties": {"layer": "warehouses", "code": "SWCL", "name": "Swapped"}}
    collection = {"type": "FeatureCollection", "features": [{**house, "geometry": _polygon(ring)}]}
    status, words = demeter.import_locations(json.dumps(collection).encode())
    return status != 0 or "look at" in words


def _polygon(ring: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring]}


@check("c17")
def one_bad_letter_stops_one_feature(demeter: Demeter) -> Seen:
    """NUL (as given), half an emoji and an endless number (made from it)."""
    given = (demeter.files / "c17" / "nul-in-name.geojson").read_text()
    texts = {
        "NUL": given,
        "half emoji": given.replace("\\u0000", "\\ud83c").replace("NU-", "NV-").replace('"NU"', '"NV"'),
    }
    bad = []
    for name, text in texts.items():
        _status, words = demeter.import_locations(text.encode())
        other = "NU-02" if name == "NUL" else "NV-02"
        if "Traceback" in words or demeter.get(f"/locations/{other}/").status != 200:
            bad.append(name)
    return Seen(not bad, f"broken by: {', '.join(bad) or 'none'}; {_short(words)}")


@check("c34", "j16")
def every_day_files_are_taken_or_refused_one_by_one(demeter: Demeter) -> Seen:
    """Those that are right, those that are wrong with file and reason, and never a traceback."""
    folder = demeter.files / "c34"
    said = {name: demeter.import_locations(folder / f"{name}.geojson") for name in (*TAKEN, *BROKEN)}
    said["slash"] = demeter.import_locations(demeter.files / "j16-slash.geojson")
    wrong = [name for name in TAKEN if said[name][0] != 0]
    wrong += [name for name in (*BROKEN, "slash") if not re.search(r"refused \S+\.geojson", said[name][1])]
    wrong += [name for name, (_status, words) in said.items() if "Traceback" in words]
    return Seen(not wrong, f"not as expected: {', '.join(wrong) or 'none'}; {_short(said['slash'][1])}")


def _short(words: str) -> str:
    lines = [line for line in words.splitlines() if line.startswith(("refused", "look at"))]
    return " | ".join(lines)[:300] or (words.strip().splitlines() or [""])[-1][:300]
