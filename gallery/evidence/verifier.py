"""Verifies an evidence pack of Demeter with nothing but Python (3.9 or later): no database, no network.

    python -I verify.py PACK.zip [--fingerprint SHA256]

(-I: Python loads nothing out of the folder that this program is in.)

It names each file that is changed, missing or added, and each number that does not add up. It cannot say who made the
pack: whoever changes a file can write a new manifest. So compare the fingerprint (the SHA-256 of manifest.json) with
the one that the nursery has on record, and run a copy of this program that does not come out of the pack itself.

Exit status: 0 if all is right, 1 if something is wrong, 2 if it is no evidence pack.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TextIO

FORMAT, VERSION = "demeter-evidence", 1
MANIFEST = "manifest.json"
PART_BYTES = 1 << 20
LARGEST_JSON = 256 << 20
NUMBERS = ("detected", "estimated", "empty", "dead")
SUMS = ("bays", "counted", "expected", "quantity")
UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, EOFError, RuntimeError, zlib.error)
DAMAGED = (*UNREADABLE, zipfile.BadZipFile, csv.Error)
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class NoPackError(Exception):
    """The file is no evidence pack, or of a version that this program does not know."""


class Pack:
    """An open pack, and what was found: `findings` are faults, `notes` are not."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.findings: list[str] = []
        self.notes: list[str] = []
        self.names = Counter(info.filename for info in archive.infolist())
        if any(info.compress_type not in COMPRESSIONS for info in archive.infolist()):
            raise NoPackError("a file in it is compressed in a way that Demeter never uses")
        content = self.read(MANIFEST) if MANIFEST in self.names else b""
        self.fingerprint = hashlib.sha256(content).hexdigest()
        try:
            self.manifest = json.loads(content)
            self.files = {entry["name"]: entry for entry in self.manifest["files"]}
            known = self.manifest["format"] == FORMAT and self.manifest["version"] == VERSION
        except UNREADABLE:
            raise NoPackError("it has no readable manifest.json") from None
        if not known:
            raise NoPackError("this is another format or version: look for a newer copy of this program")

    def read(self, name: str) -> bytes:
        """The bytes of a small file."""
        if self.archive.getinfo(name).file_size > LARGEST_JSON:
            raise NoPackError(f"{name} is too large")
        return self.archive.read(name)

    def json(self, name: str) -> Any:
        return json.loads(self.read(name).decode("utf-8"))

    def rows(self, name: str) -> Iterator[Mapping[str, str]]:
        """The rows of a table, one at a time."""
        with self.archive.open(name) as file:
            yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""))

    def fault(self, name: str, words: str) -> None:
        self.findings.append(f"{name}: {words}")

    def expect(self, name: str, what: str, stated: object, computed: object) -> None:
        if stated != computed:
            given, found = (", ".join(map(str, v)) if isinstance(v, list) else v for v in (stated, computed))
            self.fault(name, f"{what} is given as {given}, but adds up to {found}")

    def attempt(self, name: str, check: Callable[..., None], *arguments: Any) -> None:
        """A check of a file that may say anything."""
        try:
            check(self, *arguments)
        except DAMAGED as error:
            self.fault(name, f"cannot be checked ({type(error).__name__}: {error})")


def verify(path: str) -> Pack:
    """The pack, checked and closed. Raises NoPackError."""
    try:
        with zipfile.ZipFile(path) as archive:
            pack = Pack(archive)
            check_files(pack)
            check_numbers(pack)
            return pack
    except (OSError, *DAMAGED) as error:
        raise NoPackError(f"it cannot be read: {error}") from error


def check_files(pack: Pack) -> None:
    """Each file against the manifest."""
    for name, times in pack.names.items():
        if times > 1:
            pack.fault(name, f"is in the pack {times} times")
        if name != MANIFEST and name not in pack.files:
            pack.fault(name, "was added: the manifest does not name it")
    if len(pack.files) != len(pack.manifest["files"]):
        pack.fault(MANIFEST, "names a file twice")
    for name, entry in pack.files.items():
        if name not in pack.names:
            pack.fault(name, "is missing")
        elif hash_file(pack, name) != (entry.get("bytes"), entry.get("sha256")):
            pack.fault(name, "was changed: its SHA-256 is not that of the manifest")


def hash_file(pack: Pack, name: str) -> tuple[int, str] | None:
    """Its size and SHA-256; None for a damaged one."""
    digest, size = hashlib.sha256(), 0
    try:
        with pack.archive.open(name) as file:
            for part in iter(lambda: file.read(PART_BYTES), b""):
                digest.update(part)
                size += len(part)
    except DAMAGED:
        return None
    return size, digest.hexdigest()


def check_numbers(pack: Pack) -> None:
    """What must add up in each part of the pack."""
    folders = sorted(name.rpartition("/")[0] for name in pack.names if name.endswith("/photo.json"))
    for folder in folders:
        pack.attempt(f"{folder}/photo.json", check_photo, folder)
    if pack.manifest.get("kind") == "count":
        pack.attempt("ledger.csv", check_ledger_of_count, folders)
    elif pack.manifest.get("kind") == "stocktake":
        pack.attempt("stocktake.json", check_stocktake)
    else:
        pack.fault(MANIFEST, "names no kind of evidence that is known")


# --- A photo --------------------------------------------------------------------------------------------------------
def check_photo(pack: Pack, folder: str) -> None:
    """The count of a photo: what the models counted, what people changed, and the sum."""
    name = f"{folder}/photo.json"
    photo = pack.json(name)
    count, original = photo["count"], pack.files.get(photo["file"]["original"])
    if original and photo["file"]["sha256"] not in ("", original["sha256"]):
        pack.fault(original["name"], f"is not the photo that was counted: {name} has another SHA-256")
    if count is None:
        return
    interval = count["interval"]
    if interval and not interval["low"] <= count["total"]["estimated"] <= interval["high"]:
        pack.fault(name, "the count is outside its interval")
    if count["containers"] is None:
        pack.notes.append(f"{name}: the photo was deleted for good; its marks are not kept")
    elif count["is_kept"]:
        pack.notes.append(f"{name}: this is the count of an earlier run, which a person signed off")
    else:
        check_containers(pack, folder, count)
    if photo["stock"]:
        check_stock_of_photo(pack, name, count, photo["stock"])


def check_containers(pack: Pack, folder: str, count: Mapping[str, Any]) -> None:
    """Containers against their marks, totals against the containers, and the corrections that are in force."""
    marks = read_marks(pack, f"{folder}/detections.csv")
    model: Counter[str] = Counter()
    total = Counter(count["model"])
    for row in count["containers"]:
        place = "" if row["number"] is None else str(row["number"])
        label, found, own = f"{folder}/photo.json: container {place or '-'}", row["model"], marks.pop(place, Counter())
        if row["is_counted"]:
            pack.expect(label, "plants found", found["detected"], own["plant before"])
            pack.expect(label, "dead plants found", found["dead"], own["dead before"])
        corrected = correct(found, own)
        for number in NUMBERS:
            pack.expect(label, f"{number} after corrections", row["corrected"][number], corrected[number])
            model[number] += found[number]
            total[number] += corrected[number] - found[number]
    if marks:
        pack.fault(f"{folder}/detections.csv", "has marks in containers that are not there")
    sums = {number: max(0, total[number]) for number in NUMBERS}
    sums["estimated"] = max(sums["detected"], sums["estimated"])
    factor = count["calibration"]
    if factor:
        pack.expect(f"{folder}/photo.json", "the count before calibration", factor["before"], sums["estimated"])
        sums["estimated"] = int(factor["before"] * factor["factor"] + 0.5)
    for number in NUMBERS:
        pack.expect(f"{folder}/photo.json", f"{number} by the models", count["model"][number], model[number])
        pack.expect(f"{folder}/photo.json", f"{number} in all", count["total"][number], sums[number])
    actions = Counter(row["action"] for row in pack.rows(f"{folder}/corrections.csv") if not row["undone_at"])
    for action, times in count["corrections"].items():
        pack.expect(f"{folder}/corrections.csv", f"corrections in force ({action})", times, actions[action])


def read_marks(pack: Pack, name: str) -> dict[str, Counter[str]]:
    """How many marks of each class there are before and after the corrections, by container."""
    marks: dict[str, Counter[str]] = {}
    for row in pack.rows(name):
        if row["state"] != "left_out":
            own = marks.setdefault(row["container"], Counter())
            own[f"{row['class_found']} before"] += 1
            own[f"{row['class']} after"] += row["state"] != "removed"
            own["plants added"] += row["state"] == "added" and row["class"] == "plant"
    return marks


def correct(found: Mapping[str, int], own: Mapping[str, int]) -> dict[str, int]:
    """A container's numbers after corrections. An added plant was one of the hidden ones, while there are any."""
    plants, empty, dead = (own[f"{name} after"] - own[f"{name} before"] for name in ("plant", "empty", "dead"))
    detected = max(0, found["detected"] + plants)
    estimated = max(detected, found["estimated"] + plants - own["plants added"])
    numbers = detected, estimated, max(0, found["empty"] + empty), max(0, found["dead"] + dead)
    return dict(zip(NUMBERS, numbers))  # noqa: B905 - Python 3.9


def check_stock_of_photo(pack: Pack, name: str, count: Mapping[str, Any], stock: Mapping[str, Any]) -> None:
    """What the stock took over from the count, and from the other photos of its visit."""
    for computed in (count["total"]["estimated"], sum(row["plants"] for row in stock["batches"])):
        pack.expect(name, "the count in the stock", stock["plants"], computed)
    if stock["visit"]:
        counted = sum(plants_once(row) for row in stock["visit"]["photos"] if row["is_counted"])
        pack.expect(name, "the count of the visit", stock["visit"]["plants"], counted)


def plants_once(photo: Mapping[str, Any]) -> int:
    """The plants of a photo that no earlier one of its visit shows; packs of earlier versions knew of none."""
    return int(photo["plants"]) - int(photo.get("seen_before", 0))


# --- The ledger -----------------------------------------------------------------------------------------------------
def check_ledger_of_count(pack: Pack, folders: Sequence[str]) -> None:
    """The stock of each batch of a count, until its visit was over."""
    sums = {batch: balance for batch, (balance, _signed, _counted) in add_up(pack).items()}
    for folder in folders:
        for row in (pack.json(f"{folder}/photo.json")["stock"] or {}).get("batches", ()):
            pack.expect(f"ledger.csv: {row['batch']}", "the stock", row["balance"], sums.pop(row["batch"], 0))
    if sums:
        pack.fault("ledger.csv", "has lines of batches that the count does not name")


def add_up(pack: Pack, stocktake: Mapping[str, Any] | None = None) -> dict[str, tuple[int, int, int]]:
    """By batch: its balance, what of it was recorded until the signature, and what of that the counts changed."""
    sums: dict[str, tuple[int, int, int]] = {}
    for line, row in enumerate(pack.rows("ledger.csv"), start=2):
        quantity, (balance, signed, counted) = int(row["quantity"]), sums.get(row["batch"], (0, 0, 0))
        pack.expect(f"ledger.csv: line {line}", "the balance", int(row["balance"]), balance + quantity)
        if stocktake and row["recorded_at"] <= stocktake["signed_at"]:
            signed += quantity
            if row["kind"] in stocktake["counted_kinds"] and row["happened_at"] >= stocktake["counted_from"]:
                counted += quantity
        sums[row["batch"]] = balance + quantity, signed, counted
    return sums


# --- A stocktake ----------------------------------------------------------------------------------------------------
def check_stocktake(pack: Pack) -> None:
    """Batches against the ledger, bays against their batches and photos, totals against the bays."""
    stocktake = pack.json("stocktake.json")
    ledger = add_up(pack, stocktake)
    bays: dict[Any, list[Any]] = {}
    products: dict[Any, list[Any]] = {}
    for row in pack.rows("lines.csv"):
        expected, quantity, label = int(row["expected"]), int(row["quantity"]), f"lines.csv: {row['batch']}"
        _balance, signed, counted = ledger.get(row["batch"], (0, 0, 0))
        pack.expect(label, "the stock", quantity, signed)
        pack.expect(label, "what was expected", expected, signed - counted)
        value = quantity * Decimal(row["price"] or 0)
        for sums, key in ((bays, row["bay"]), (products, row["item"])):
            before = sums.get(key, (0, 0, 0))
            sums[key] = [before[0] + expected, before[1] + quantity, before[2] + value]
    for row in stocktake["products"]:
        stated = [row["expected"], row["quantity"], Decimal(row["value"] or 0)]
        computed = products.pop(str(row["item"]), [0, 0, 0])
        pack.expect(f"stocktake.json: {row['sku']}", "expected, stock and value", stated, computed)
    total = check_bays(pack, bays)
    for number in SUMS:
        pack.expect("stocktake.json", f"the total ({number})", stocktake["total"][number], total[number])
    if products or bays:
        pack.fault("lines.csv", "has products or bays that stocktake.json and bays.csv do not name")


def check_bays(pack: Pack, bays: dict[Any, list[Any]]) -> Counter[str]:
    """The bays against the sums of their lines, which are taken out of `bays`; returns their totals."""
    total: Counter[str] = Counter()
    for row in pack.rows("bays.csv"):
        label, numbers = f"bays.csv: {row['location_code']}", [int(row["expected"]), int(row["quantity"])]
        pack.expect(label, "expected and stock", numbers, bays.pop(row["bay"], [0, 0, 0])[:2])
        for number, value in zip(SUMS, (1, row["state"] != "missing", *numbers)):  # noqa: B905 - Python 3.9
            total[number] += value
        pack.attempt(label, check_photos_of_bay, label, row)
    return total


def check_photos_of_bay(pack: Pack, label: str, row: Mapping[str, str]) -> None:
    """The signed count of a bay against those of its photos, as they are now."""
    found = [pack.json(f"photos/{photo}/photo.json")["stock"] for photo in row["photos"].split()]
    plants = sum(plants_once(stock) for stock in found if stock and stock["is_counted"])
    if row["changed_since"] == "yes":
        pack.notes.append(f"{label}: counted again or corrected after the signature; now {plants}")
    elif row["state"] == "photo":
        pack.expect(label, "the count", int(row["counted"]), plants)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the pack that the command line names."""
    parser = argparse.ArgumentParser(description="Verify an evidence pack of Demeter.")
    parser.add_argument("pack", help="the ZIP")
    parser.add_argument("--fingerprint", default="", help="the SHA-256 of manifest.json that the nursery has on record")
    given = parser.parse_args(arguments)
    try:
        pack = verify(given.pack)
    except NoPackError as error:
        say(f"{given.pack} is no evidence pack: {error}", stream=sys.stderr)
        return 2
    if given.fingerprint and given.fingerprint.strip().lower() != pack.fingerprint:
        pack.fault(MANIFEST, "is not the one on record: its fingerprint is another")
    say(f"Evidence of {pack.manifest.get('subject')}, made {pack.manifest.get('made_at')}")
    say(f"{len(pack.files)} files, fingerprint {pack.fingerprint}")
    for words in pack.findings:
        say(f"WRONG {words}")
    for words in pack.notes:
        say(f"note  {words}")
    right = "Every file is as the manifest says, and every number adds up. Compare the fingerprint with the record."
    say(f"{len(pack.findings)} faults." if pack.findings else right)
    return 1 if pack.findings else 0


def say(line: str, *, stream: TextIO | None = None) -> None:
    """Print a line of which parts come out of the pack: nothing in it may start a line or control the terminal."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    shown = "".join(letter if letter.isprintable() else "?" for letter in line)
    stream.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main())
