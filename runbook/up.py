"""``python -m runbook.up`` keeps a local stack running, for other commands to use, until Ctrl-C."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from local.stack import Stack
from runbook.local_stack import KEPT_AT, local_stack
from signoff.environment import EnvironmentFileError, load
from signoff.frame import framed
from signoff.guard import GuardError

ALREADY = 4
LATE = """
It is late on purpose, as AWS is: local/late/documented.py says how late, and by which document."""
TOKEN_AT = KEPT_AT.with_name("line-token")


def main() -> int:
    """Return 0 after Ctrl-C or SIGTERM, 4 where a stack is kept up already, alive or not."""
    parser = argparse.ArgumentParser(prog="python -m runbook.up", description=__doc__)
    parser.add_argument("--empty", action="store_true", help="an account with nothing in it")
    parser.add_argument(
        "--late",
        nargs="?",
        const=1.0,
        type=float,
        metavar="SPEED",
        help="as late as AWS: writes show late, nothing is ready at once, too many calls are refused"
        " (10: ten times as fast)",
    )
    asked = parser.parse_args()
    return framed("runbook.up", lambda: _keep(asked, parser))


def _keep(asked: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    console, local = Console(highlight=False), local_stack(late=asked.late)
    try:
        kept = local.kept()
    except GuardError as error:
        print(error, file=sys.stderr)
        return ALREADY
    if kept:
        print(f"a stack is up already (process {kept.pid}); stop that one first", file=sys.stderr)
        return ALREADY
    try:
        environment = load("local").environment
    except EnvironmentFileError as error:
        parser.error(str(error))
    with (
        local.localized(environment) as localized,
        console.status("starting") as status,
        local.start(localized, status.update, empty=asked.empty) as stack,
        local.keep(stack),
        _token_lies_ready(stack),
    ):
        status.stop()
        console.print(_address(stack), soft_wrap=True)
        if asked.late:
            console.print(LATE, soft_wrap=True)
        if asked.empty:
            console.print(_first_steps(), soft_wrap=True)
        _until_stopped()
    return 0


def _address(stack: Stack) -> str:
    return f"""\
AWS   {stack.aws}
API   {stack.api}
LINE  {stack.line}

In another terminal: pytest, python -m runbook …, python -m load … use this stack by themselves.
For the AWS CLI:     export AWS_ENDPOINT_URL={stack.aws} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
Ctrl-C ends it, and forgets everything."""


def _first_steps() -> str:
    return f"""
It is empty. Follow runbook/pages/index.en.md (日本語: runbook/pages/index.ja.md) step by step, with --env local; or all at once:
python -m runbook provision --env local --go --line-token-file {_named(TOKEN_AT)}"""


@contextmanager
def _token_lies_ready(stack: Stack) -> Iterator[None]:
    """Leave the token that the fake of LINE accepts in a file, as LINE's console would show it."""
    TOKEN_AT.touch(mode=0o600)
    TOKEN_AT.write_text(stack.line_token, encoding="utf-8")
    try:
        yield
    finally:
        TOKEN_AT.unlink(missing_ok=True)


def _named(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _until_stopped() -> None:
    over = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: over.set())
    over.wait()


if __name__ == "__main__":
    sys.exit(main())
