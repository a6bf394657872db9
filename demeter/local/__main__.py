"""`python -m demeter.local up`, called by `bin/up`; `forward` is its helper for phones on the same network."""

import argparse
import os
import sys
from pathlib import Path

from demeter.local.forward import forward
from demeter.local.programs import PROJECT_DIR
from demeter.local.supervisor import NotReadyError
from demeter.local.up import CannotStartError, Options, up


def main() -> int:
    arguments = _make_parser().parse_args()
    if arguments.command == "forward":
        forward(host=arguments.host, port=arguments.port, to_port=arguments.to_port)
        return 0
    options = Options(
        host=arguments.host, port=arguments.port, data_dir=arguments.data.resolve(), with_demo=arguments.with_demo
    )
    try:
        up(options)
    except (CannotStartError, NotReadyError, RuntimeError) as failure:
        sys.stderr.write(f"bin/up: {failure}\n")
        return 1
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/up", description="Run Demeter on this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="up")
    start = commands.add_parser("up", prog="bin/up", help="run everything")
    start.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets phones in (127.0.0.1)")
    start.add_argument("--port", type=int, default=8000, help="port of the pages (8000)")
    data_dir = Path(os.environ.get("DEMETER_DATA_DIR") or PROJECT_DIR / "var")
    start.add_argument(
        "--data", type=Path, default=data_dir, metavar="DIR", help=f"where all data is kept ({data_dir})"
    )
    start.add_argument("--no-demo", dest="with_demo", action="store_false", help="start without the demo nursery")
    carry = commands.add_parser("forward")
    carry.add_argument("--host", required=True)
    carry.add_argument("--port", type=int, required=True)
    carry.add_argument("--to-port", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
