"""Runs the cases of a folder on a running Demeter: `python -m bench.cases DIR [ADDRESS USER PASSWORD]`.

Prints a row for each case (id, title, expected, seen, verdict), with tabs between them, and ends with 1 when any is not
as expected. Without an address it starts a Demeter of its own on an empty folder (`var/cases`), with the demo nursery
and TIME_ZONE=America/Mexico_City, waits until the demo photos are counted, and ends it afterwards: that takes Chromium
and, on two cores, about half an hour. With an address it uses that one, which should also be fresh, in that time zone,
used by nobody else, and run from this machine on the folder of DEMETER_DATA_DIR (`var/`): the cases take bays without
photos, import with `manage.py` and stop Valkey for a moment. Its login is that of `bin/up` unless given.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from playwright.sync_api import sync_playwright

import bench.cases.checks  # noqa: F401 - registers them
from bench.cases.demeter import Demeter
from bench.cases.instance import Instance, fresh_instance, known_instance
from bench.cases.table import CHECKS, Case, Seen, read_cases
from tests.chromium import FLAGS, find_chromium

AS_EXPECTED, NOT_SO, BY_HAND = "as expected", "not", "no program tries it"


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What to try and where."""
    parser = argparse.ArgumentParser(
        prog="bench.cases", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="with cases.tsv and files/")
    parser.add_argument("address", nargs="?", default="", help="of a running Demeter; else one is started")
    parser.add_argument("user", nargs="?", default="admin")
    parser.add_argument("password", nargs="?", default="")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these cases alone")
    return parser.parse_args(words)


def try_case(case: Case, demeter: Demeter) -> Seen:
    """The result of a case; an exception is a result too."""
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
    running = nullcontext(known_instance(args.address, args.user, args.password)) if args.address else fresh_instance()
    with running as instance:
        verdicts = try_all(cases, instance, args.folder / "files")
    sys.stderr.write(
        f"{len(cases)} cases: {sum(verdicts)} as expected, {len(verdicts) - sum(verdicts)} not, "
        f"{len(cases) - len(verdicts)} that no program tries\n"
    )
    return 0 if len(verdicts) == len(cases) and all(verdicts) else 1


def try_all(cases: Sequence[Case], instance: Instance, files: Path) -> list[bool]:
    """Print the row of each case; whether each that a program tries is as expected."""
    verdicts: list[bool] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        demeter = Demeter(browser, instance=instance, files=files)
        demeter.wait_until_idle()
        for case in cases:
            seen = try_case(case, demeter) if case.id in CHECKS else None
            verdicts += [seen.as_expected] if seen else []
            print(row(case, seen), flush=True)
        browser.close()
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
