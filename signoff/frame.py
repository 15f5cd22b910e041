"""The frame of every command line: what a command can't handle is one sentence and an exit code."""

import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from aws.visible import visible, visible_line
from signoff.environment import EnvironmentFileError
from signoff.guard import CREDENTIALS, GuardError, no_credentials

FAULTS = Path(__file__).parent.parent / "report"
"""Where a fault of ours leaves its traceback."""


class Exit(IntEnum):
    """What a command ends with where it could not do its work; 0 and 1 are its own."""

    USAGE = 2
    REFUSED = 4
    FAULT = 70
    """A fault of ours (sysexits.h: EX_SOFTWARE)."""
    INTERRUPTED = 130


def framed(prog: str, command: Callable[[], int]) -> int:
    """Run a command and return its exit code; whatever it raises is told in one sentence."""
    try:
        return int(command())
    except KeyboardInterrupt:
        return _ended(prog, Exit.INTERRUPTED, "interrupted")
    except EnvironmentFileError as error:
        return _ended(prog, Exit.USAGE, str(error))
    except (GuardError, BotoCoreError, ClientError, OSError) as error:
        return _ended(prog, Exit.REFUSED, sentence(error))
    except Exception as error:  # noqa: BLE001 - the edge: nobody is left to handle it
        return _ended(prog, Exit.FAULT, fault(error))


def sentence(error: Exception) -> str:
    """Return one sentence for what AWS, its client, the disk or the guard refused."""
    if isinstance(error, CREDENTIALS):
        return f"AWS was not asked: {no_credentials(error)}"
    if isinstance(error, ClientError):
        said = error.response.get("Error", {})
        return f"{error.operation_name} failed: {said.get('Code')}: {said.get('Message')}"
    if isinstance(error, BotoCoreError):
        return f"AWS could not be asked ({error}); check the network, ~/.aws and AWS_ENDPOINT_URL"
    if isinstance(error, OSError):
        place, why = error.filename or "a file", error.strerror or type(error).__name__
        return f"{place} can't be used ({why}); check its folder and the disk"
    return str(error)


def fault(error: BaseException, folder: Path = FAULTS) -> str:
    """Keep the traceback in a file, and return the sentence that names it."""
    first = (str(error).splitlines() or [""])[0]
    said = f"a fault of this software ({type(error).__name__}: {first})"
    path = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told = visible("".join(traceback.format_exception(error)))
        path.write_text(told, encoding="utf-8")
    except OSError as full:
        return f"{said}; its traceback could not be written ({full}): please report it"
    return f"{said}; please report it with {path}"


def _ended(prog: str, code: Exit, said: str) -> int:
    print(visible_line(f"{prog}: {said}"), file=sys.stderr)
    return code
