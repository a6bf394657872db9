"""The program that verifies evidence packs: hostile archives, and sums of which one does not add up. No database."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gallery.evidence import verifier
from gallery.evidence.verifier import FORMAT, MANIFEST, NoPackError, main, verify
from tests.gallery.evidence.packs import write, write_rows

FOUND = {"detected": 4, "estimated": 6, "empty": 2, "dead": 1}
CORRECTED = {"detected": 5, "estimated": 6, "empty": 2, "dead": 0}
PHOTO = {
    "file": {"original": "photos/p/original.jpg", "sha256": hashlib.sha256(b"x").hexdigest()},
    "count": {
        "interval": {"low": 5, "high": 7},
        "model": FOUND,
        "total": CORRECTED,
        "calibration": None,
        "is_kept": False,
        "containers": [{"number": 1, "is_counted": True, "model": FOUND, "corrected": CORRECTED}],
        "corrections": {"add": 1, "remove": 1, "retype": 1, "note": 0},
    },
    "stock": {
        "plants": 6,
        "is_counted": True,
        "batches": [{"batch": "B", "plants": 6, "balance": 6}],
        "visit": {"plants": 6, "photos": [{"plants": 6, "is_counted": True}, {"plants": 9, "is_counted": False}]},
    },
}
MARKS = [
    ("plant", "plant", "removed"),
    *[("plant", "plant", "found")] * 3,
    *[("empty", "empty", "found")] * 2,
    ("dead", "plant", "retyped"),
    ("", "plant", "added"),
    ("plant", "plant", "left_out"),
]
ACTIONS = [("add", ""), ("remove", ""), ("retype", ""), ("add", "2026-01-01")]
LEDGER = [("plantar", "2025-01-01", "9", "9"), ("foto", "2025-02-01", "-3", "6")]
STOCKTAKE = {
    "signed_at": "2025-03-01T00:00:00.000000Z",
    "counted_from": "2025-01-15T00:00:00.000000Z",
    "counted_kinds": ["foto"],
    "total": {"bays": 2, "counted": 1, "expected": 9, "quantity": 6},
    "products": [{"item": 1, "sku": "S", "expected": 9, "quantity": 6, "value": "3.00"}],
}
BAYS = [
    {
        "bay": "1",
        "location_code": "A",
        "state": "photo",
        "counted": "6",
        "expected": "9",
        "quantity": "6",
        "photos": "p",
    },
    {
        "bay": "2",
        "location_code": "C",
        "state": "missing",
        "counted": "",
        "expected": "0",
        "quantity": "0",
        "photos": "",
    },
]
LINES = [{"bay": "1", "item": "1", "batch": "B", "expected": "9", "quantity": "6", "price": "0.50"}]


def ledger(*more: tuple[str, str, str, str]) -> bytes:
    rows = []
    for kind, day, quantity, balance in (*LEDGER, *more):
        moment = f"{day}T00:00:00.000000Z"
        row = {"batch": "B", "kind": kind, "happened_at": min(moment, "2025-02-28"), "recorded_at": moment}
        rows.append({**row, "quantity": quantity, "balance": balance})
    return write_rows(rows)


COUNT = {
    "photos/p/photo.json": json.dumps(PHOTO).encode(),
    "photos/p/detections.csv": write_rows(
        [{"container": "1", "class_found": found, "class": now, "state": state} for found, now, state in MARKS]
    ),
    "photos/p/corrections.csv": write_rows([{"action": action, "undone_at": undone} for action, undone in ACTIONS]),
    "photos/p/original.jpg": b"x",
    "ledger.csv": ledger(),
}
SIGNED = {
    **COUNT,
    "ledger.csv": ledger(("foto", "2025-04-01", "1", "7")),  # recorded after the signature
    "stocktake.json": json.dumps(STOCKTAKE).encode(),
    "bays.csv": write_rows([{**bay, "changed_since": "no"} for bay in BAYS]),
    "lines.csv": write_rows(LINES),
}
KINDS = pytest.mark.parametrize(("kind", "files"), [("count", COUNT), ("stocktake", SIGNED)])


def manifest_of(files: dict[str, bytes], kind: str, **other: object) -> bytes:
    entries = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]
    return json.dumps({"format": FORMAT, "version": 1, "kind": kind, "files": entries, **other}).encode()


def make(folder: Path, files: dict[str, bytes], kind: str, manifest: bytes = b"") -> str:
    manifest = manifest or manifest_of(files, kind)
    return str(write(folder / "pack.zip", {**files, MANIFEST: manifest}))


@KINDS
def test_pack_that_adds_up_has_no_finding(tmp_path, capsys, kind, files):
    path = make(tmp_path, files, kind)
    assert (verify(path).findings, verify(path).notes) == ([], [])
    assert main([path]) == 0
    assert "every number adds up" in capsys.readouterr().out


@KINDS
def test_each_changed_missing_and_added_file_is_named(tmp_path, kind, files):
    manifest = manifest_of(files, kind)
    for name, content in files.items():
        changed = verify(make(tmp_path, {**files, name: content + b"1"}, kind, manifest)).findings
        assert f"{name}: was changed: its SHA-256 is not that of the manifest" in changed
        without = {other: content for other, content in files.items() if other != name}
        assert f"{name}: is missing" in verify(make(tmp_path, without, kind, manifest)).findings
    added = verify(make(tmp_path, {**files, "more.txt": b""}, kind, manifest)).findings
    assert added == ["more.txt: was added: the manifest does not name it"]


def test_second_file_of_a_name_is_named(tmp_path):
    path = make(tmp_path, COUNT, "count")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("ledger.csv", b"batch\n")
    assert "ledger.csv: is in the pack 2 times" in verify(path).findings


def test_any_damaged_byte_is_a_finding_or_no_pack_and_never_an_error(tmp_path):
    whole = Path(make(tmp_path, SIGNED, "stocktake")).read_bytes()
    path = tmp_path / "damaged.zip"
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        assert main([str(path)]) in (0, 1, 2)  # 0: a byte of a date, for example, changes no file
    for content in (b"", whole[: len(whole) // 2], b"PK" * 100):
        path.write_bytes(content)
        with pytest.raises(NoPackError):
            verify(str(path))


@pytest.mark.parametrize("manifest", [b"{}", b"[]", b"\xff", b"{", b'{"files": [1]}', b'{"files": {}}'])
def test_unreadable_manifest_is_no_pack(tmp_path, manifest):
    with pytest.raises(NoPackError, match=r"manifest\.json"):
        verify(make(tmp_path, COUNT, "count", manifest))


def test_pack_without_a_manifest_of_a_later_version_or_of_another_kind(tmp_path, monkeypatch):
    with pytest.raises(NoPackError, match=r"manifest\.json"):
        verify(str(write(tmp_path / "pack.zip", COUNT)))
    with pytest.raises(NoPackError, match="newer copy"):
        verify(make(tmp_path, COUNT, "count", manifest_of(COUNT, "count", version=2)))
    strange = verify(make(tmp_path, COUNT, "opinion")).findings
    assert strange == [f"{MANIFEST}: names no kind of evidence that is known"]
    monkeypatch.setattr(verifier, "LARGEST_JSON", 10)
    with pytest.raises(NoPackError, match="too large"):
        verify(make(tmp_path, COUNT, "count"))


def test_nonsense_is_a_finding(tmp_path):
    for name in SIGNED:
        if not name.endswith(".jpg"):
            for content in (b"", b"\xff\xfe", b"[1]", b"a,b\n1\n", b"null"):
                files = {**SIGNED, name: content}
                assert verify(make(tmp_path, files, "stocktake")).findings, (name, content)


@pytest.mark.parametrize(("factor", "before", "total"), [(1.2, 6, 7), (0.8, 6, 5)])
def test_total_of_a_calibrated_count_is_that_before_times_the_factor(tmp_path, factor, before, total):
    photo = json.loads(json.dumps(PHOTO))
    photo["count"]["calibration"] = {"factor": factor, "before": before}
    photo["count"]["total"]["estimated"] = photo["stock"]["plants"] = total
    photo["stock"]["batches"][0]["plants"] = photo["stock"]["visit"]["plants"] = total
    photo["stock"]["visit"]["photos"][0]["plants"] = total

    def findings() -> list[str]:
        files = {**COUNT, "photos/p/photo.json": json.dumps(photo).encode()}
        return verify(make(tmp_path, files, "count")).findings

    assert findings() == []
    photo["count"]["calibration"]["before"] = 9
    assert "photos/p/photo.json: the count before calibration is given as 9, but adds up to 6" in findings()
    photo["count"]["calibration"] = None
    assert f"photos/p/photo.json: estimated in all is given as {total}, but adds up to 6" in findings()


def test_nothing_in_a_pack_controls_the_terminal(tmp_path, capsys):
    evil = "P\x1b[2K\rEvery number adds up\nWRONG \ud800"
    assert main([make(tmp_path, COUNT, "count", manifest_of(COUNT, "count", subject=evil))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Evidence of P?[2K?Every number adds up?WRONG ?, made None"
    assert len(lines) == 3


def test_huge_cells_and_other_compressions_are_no_error(tmp_path):
    huge = write_rows([{"action": "x" * 200_000, "undone_at": ""}])
    [finding] = verify(make(tmp_path, {**COUNT, "photos/p/corrections.csv": huge}, "count")).findings
    assert finding.startswith("photos/p/photo.json: cannot be checked (Error: field larger")
    path = make(tmp_path, COUNT, "count")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("more.txt", b"more")
    with pytest.raises(NoPackError, match="compressed in a way"):
        verify(path)


def test_fingerprint_is_compared(tmp_path, capsys):
    path = make(tmp_path, COUNT, "count")
    fingerprint = verify(path).fingerprint
    assert main([path, "--fingerprint", f" {fingerprint.upper()} "]) == 0
    assert main([path, "--fingerprint", "0" * 64]) == 1
    assert "manifest.json: is not the one on record" in capsys.readouterr().out


def test_program_runs_alone(tmp_path):
    """As it is in a pack: without Demeter, without other libraries."""
    program = tmp_path / "verify.py"
    program.write_bytes(Path(verifier.__file__).read_bytes())

    def run(path: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(program), path]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={})

    right = run(make(tmp_path, SIGNED, "stocktake"))
    assert (right.returncode, right.stderr) == (0, "")
    assert "8 files, fingerprint " in right.stdout
    assert run(str(program)).returncode == 2
    assert run("nothing.zip").returncode == 2
