"""How a run of pytest ends: with its verdict, or with the reason why it has none."""

import pytest

from aws.words import Words
from signoff.judge.collection import FINDINGS, forget_latest
from signoff.judge.errors import fault, sentence
from signoff.judge.exit_codes import Exit
from signoff.judge.run import CHOICE, REPORTS
from signoff.judge.snapshot import SNAPSHOT
from signoff.report.files import EndedRun, interrupted
from signoff.report.terminal import Terminal

OF_PYTEST = Words(
    en="a fault of this software or of pytest, which is printed above; please report it",
    ja="本ソフトウェアまたはpytestの不具合です（内容は上記）。ご報告ください",
)
NOTHING_JUDGED = Words(en="nothing was judged", ja="何も判定していません")


def nothing_read(session: pytest.Session, exitstatus: int, terminal: Terminal) -> int:
    """Say why nothing was read where pytest itself does not; return the exit code."""
    stash, config = session.config.stash, session.config
    choice, findings = stash[CHOICE], stash[FINDINGS]
    if findings.faults:
        code, why = Exit.FAULT, findings.faults
    elif exitstatus == pytest.ExitCode.INTERNAL_ERROR:
        code, why = Exit.FAULT, OF_PYTEST
    elif exitstatus == pytest.ExitCode.INTERRUPTED and not config.option.collectonly:
        code, why = Exit.NO, interrupted(findings)
    elif exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        code, why = Exit.PART, NOTHING_JUDGED  # of --collect-only, too: 0 would be a GO's
    else:
        return exitstatus
    terminal.no_verdict(choice.environment.name, why)
    return code


def ended(session: pytest.Session, exitstatus: int, terminal: Terminal) -> int:
    """Publish, and return the exit code."""
    stash = session.config.stash
    choice, findings = stash[CHOICE], stash[FINDINGS]
    run = EndedRun(choice, findings, stash[SNAPSHOT], terminal)
    try:
        if exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            by_a_fault = exitstatus == pytest.ExitCode.INTERNAL_ERROR
            why = OF_PYTEST if by_a_fault else interrupted(findings)
            run.without_verdict(why)
            return Exit.FAULT if by_a_fault else Exit.NO
        if findings.full and choice.environment.production:
            findings.conditions = tuple(choice.composition.judge(session.config))
        return run.publish()
    except KeyboardInterrupt:
        code, why = Exit.NO, interrupted(findings)
    except OSError as error:
        code, why = Exit.NO, sentence(error)
    except Exception as error:  # noqa: BLE001 - pytest would print a traceback, and no verdict
        code, why = Exit.FAULT, fault(error, choice.options.root / REPORTS)
    forget_latest(choice, findings)
    terminal.no_verdict(choice.environment.name, why)
    return code
