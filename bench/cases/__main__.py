"""Tries the cases of a folder on a running Demeter: `python -m bench.cases DIR [ADDRESS USER PASSWORD]`.

Prints a row for each case (id, title, expected, seen, verdict), with tabs between them, and ends with 1 when any is not
as expected. It is made for a demo nursery that nobody else uses: it uploads photos, and imports with `manage.py` of
this checkout into the data folder of DEMETER_DATA_DIR (`var/`). Without an address it goes to that of `bin/up`, with
the login that its first start printed. Its time zone should be that of the cases: TIME_ZONE=America/Mexico_City.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

import bench.cases.checks  # noqa: F401 - registers them
from bench.cases.demeter import Demeter
from bench.cases.table import CHECKS, Case, Seen, read_cases
from demeter.env import DATA_DIR
from demeter.local.state import LocalState
from tests.chromium import FLAGS, find_chromium

AS_EXPECTED, NOT_SO, BY_HAND = "as expected", "not", "by hand"


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What to try and where."""
    parser = argparse.ArgumentParser(
        prog="bench.cases", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="with cases.tsv and files/")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("user", nargs="?", default="admin")
    parser.add_argument("password", nargs="?", default="")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these cases alone")
    return parser.parse_args(words)


def try_case(case: Case, demeter: Demeter) -> Seen:
    """What a case shows; whatever stops it is what it shows."""
    try:
        return CHECKS[case.id](demeter)
    except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
        traceback.print_exc()
        return Seen(as_expected=False, words=f"{type(error).__name__}: {error}")


def row(case: Case, seen: Seen | None) -> str:
    """The line of a case."""
    verdict = BY_HAND if seen is None else AS_EXPECTED if seen.as_expected else NOT_SO
    words = (case.id, case.title, case.expected, seen.words if seen else "", verdict)
    return "\t".join(" ".join(text.split()) for text in words)


def main() -> int:
    """Try them all, or those named."""
    args = read_arguments()
    cases = [case for case in read_cases(args.folder) if not args.only or case.id in args.only]
    password = args.password or str(LocalState.load(DATA_DIR).facts.get("login", "")).rpartition(" ")[2]
    verdicts: list[bool] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        demeter = Demeter(browser, address=args.address, user=args.user, password=password, files=args.folder / "files")
        for case in cases:
            seen = try_case(case, demeter) if case.id in CHECKS else None
            verdicts += [seen.as_expected] if seen else []
            print(row(case, seen), flush=True)
        browser.close()
    sys.stderr.write(
        f"{len(cases)} cases: {sum(verdicts)} as expected, {len(verdicts) - sum(verdicts)} not, "
        f"{len(cases) - len(verdicts)} by hand\n"
    )
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
