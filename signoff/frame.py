"""The frame of every command line: an exception that a command does not handle becomes one sentence and an exit code."""

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from aws.visible import visible, visible_line
from aws.words import Words, joined
from signoff.command_line import CommandLineError
from signoff.entry import INTERRUPTED, handle_interrupts
from signoff.environment import EnvironmentFileError
from signoff.errors import EXPECTED, sentence
from signoff.guard import GuardError

FAULTS = Path(__file__).parent.parent / "report"
"""Where a fault of ours leaves its traceback."""


class Exit(IntEnum):
    """Exit codes of judging and of all other commands; `EXIT_CODES` says what each means."""

    DONE = 0
    NO = 1
    USAGE = 2
    INVALID = 3
    REFUSED = 4
    PART = 5
    FAULT = 70
    """As sysexits.h has it: EX_SOFTWARE."""
    INTERRUPTED = INTERRUPTED


EXIT_CODES: Mapping[Exit, Words] = {
    Exit.DONE: Words(
        en="GO or CONDITIONAL; of another command: done",
        ja="GOまたは条件付きGO。判定以外のコマンドでは完了",
    ),
    Exit.NO: Words(
        en="NO-GO, or NO VERDICT because the run was cut short; of another command: the answer is no, or a load test failed",
        ja="NO-GO、または実行の中断による判定なし。判定以外のコマンドでは否定の結果、または負荷試験の不合格",
    ),
    Exit.USAGE: Words(
        en="wrong command line or file of environments (of pytest: 4)",
        ja="コマンドラインまたは環境ファイルの誤り（pytestでは4）",
    ),
    Exit.INVALID: Words(
        en="load test only: invalid, the run says nothing about the target",
        ja="負荷試験のみ: 無効（対象の性能を判断する根拠にならない）",
    ),
    Exit.REFUSED: Words(
        en="NO VERDICT because nothing could be judged, or nothing was sent: wrong account, no credentials, an option or a check that can't be used",
        ja="何も判定・送信できない（判定なし）: アカウントの誤り、認証情報なし、使用できないオプションやチェック",
    ),
    Exit.PART: Words(
        en="a part was judged, and none of its rows is red; of a load test: inconclusive",
        ja="一部だけの判定で、不合格なし。負荷試験では判断不能",
    ),
    Exit.FAULT: Words(en="a fault of this software", ja="本ソフトウェアの不具合"),
    Exit.INTERRUPTED: Words(en="interrupted (of pytest: 1)", ja="利用者による中断（pytestでは1）"),
}


def framed(prog: str, command: Callable[[], int], lang: str = "en") -> int:
    """Run a command and return its exit code; whatever it raises is reported in one sentence."""
    handle_interrupts()
    try:
        return int(command())
    except KeyboardInterrupt:
        return _ended(prog, Exit.INTERRUPTED, Words(en="interrupted", ja="中断しました")[lang])
    except EnvironmentFileError as error:
        return _ended(prog, Exit.USAGE, joined(error.problems)[lang])
    except CommandLineError as error:
        return _ended(prog, Exit.USAGE, error.words[lang])
    except (GuardError, *EXPECTED) as error:
        return _ended(prog, Exit.REFUSED, sentence(error)[lang])
    except Exception as error:  # noqa: BLE001 - the edge: nobody is left to handle it
        return _ended(prog, Exit.FAULT, fault(error)[lang])


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does: a drill puts back what it broke, a load run cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def fault(error: BaseException, folder: Path = FAULTS) -> Words:
    """Keep the traceback in a file, and return the sentence that names it."""
    first = (str(error).splitlines() or [""])[0]
    kind = f"{type(error).__name__}: {first}"
    en, ja = f"a fault of this software ({kind})", f"本ソフトウェアの不具合です（{kind}）"
    path = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told = visible("".join(traceback.format_exception(error)))
        path.write_text(told, encoding="utf-8")
    except OSError as full:
        return Words(
            en=f"{en}; its traceback could not be written ({full}): please report it",
            ja=f"{ja}。トレースバックを書き込めませんでした（{full}）。ご報告ください",
        )
    return Words(en=f"{en}; please report it with {path}", ja=f"{ja}。{path}を添えてご報告ください")


def _ended(prog: str, code: Exit, said: str) -> int:
    print(visible_line(f"{prog}: {said}"), file=sys.stderr)
    return code
