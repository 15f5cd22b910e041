"""The command line of a judging run, and the choice that it makes."""

import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aws.words import LANGUAGES, language
from signoff.checklist import Checklist, Phase
from signoff.environment import Environment, embedded, load
from signoff.proofs import read_lock
from signoff.recording import Recorded, UnusableRecordingError, is_recording
from signoff.report.history import readable_baseline
from signoff.run import Choice, Composition, Options
from signoff.snapshot import PlanT
from signoff.verify import UnusableRunError, provenance_of


def add_options(parser: pytest.Parser) -> None:
    """Teach pytest the options of the sign-off."""
    root = Path(__file__).parent.parent
    group = parser.getgroup("sign-off", "may this environment go live?")
    group.addoption(
        "--env",
        default="local",
        metavar="NAME",
        help="table of environments.toml: dev, prod or local (default)",
    )
    group.addoption(
        "--phase",
        default="before",
        choices=[one.value for one in Phase],
        help="before the cut-over (default), or after it: the cut-over's own rows as well",
    )
    group.addoption(
        "--row",
        action="append",
        default=[],
        metavar="ID",
        help="judge only this row; may be given again",
    )
    group.addoption(
        "--part",
        action="store_true",
        help="a part of the rows is meant: exit 0 where none is red, instead of 5",
    )
    group.addoption(
        "--replay",
        type=Path,
        metavar="FILE",
        help="judge a saved inventory.json, or a recording.json, instead of AWS",
    )
    group.addoption(
        "--record",
        type=Path,
        metavar="DIR",
        help="leave AWS's answers there, without secrets, ids and addresses, to be judged again elsewhere",
    )
    group.addoption(
        "--environments",
        type=Path,
        default=root / "environments.toml",
        metavar="FILE",
        help="another file of environments",
    )
    group.addoption(
        "--api-url", metavar="URL", help="call the API here instead of at its own address"
    )
    group.addoption(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the rows that were judged there, also of a part (--row)",
    )
    group.addoption(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="show on the page what changed since the run that left this signoff.json",
    )
    group.addoption(
        "--wait",
        action="store_true",
        help="wait first for what only time repairs: alarms that our own runs made fire, a replaced key",
    )
    group.addoption(
        "--lang",
        default=language(),
        choices=LANGUAGES,
        help="language of the terminal and of the page (default: the locale's)",
    )


def choice_of(
    config: pytest.Config, composition: Composition[PlanT], closing: ExitStack
) -> Choice[PlanT]:
    """Return what the command line asks for; an embedded stack's own addresses last until ``closing``."""
    option = config.option
    _refuse_blind_runs(config)
    loaded = load(option.env, option.environments)
    environment, stack = loaded.environment, None
    if embedded(environment) and not option.replay:
        stack = composition.embedded_stack()
        environment = closing.enter_context(stack.localized(environment))
    if option.replay and is_recording(option.replay):
        environment = _recorded(option.replay)
    elif option.replay:
        environment = _as_served(environment, option.replay)
    checklist = Checklist.load(composition.checklist)
    return Choice(
        environment=environment,
        overrides=loaded.overrides,
        plan=composition.plan_for(environment),
        checklist=checklist,
        options=Options(
            phase=Phase(option.phase),
            part=option.part,
            wait=option.wait,
            rows=tuple(checklist[id_].id for id_ in option.row),
            replay=option.replay,
            record=option.record,
            api_url=option.api_url,
            lang=option.lang,
            baseline=_baseline(option.baseline),
            json=option.json,
            root=config.rootpath,
            environments=option.environments,
        ),
        composition=composition,
        proofs=read_lock(composition.proofs) if composition.proofs else None,
        started=datetime.now(UTC),
        stack=stack,
    )


def _baseline(path: Path | None) -> Path | None:
    """Return where the file itself lies: a run takes the link ``latest`` away when it begins."""
    if path is None:
        return None
    readable_baseline(path)
    return path.resolve()


def _recorded(replay: Path) -> Environment:
    try:
        return Recorded.load(replay).environment
    except UnusableRecordingError as error:
        raise pytest.UsageError(str(error)) from None


def _as_served(environment: Environment, replay: Path) -> Environment:
    """Return the environment as the embedded stack of a saved run served it, if there was one."""
    try:
        of = provenance_of(replay.parent)
    except UnusableRunError:
        return environment
    if of["environment"] != environment.name or not of.get("line"):
        return environment
    return replace(environment, line=replace(environment.line, endpoint=of["line"]))


def _refuse_blind_runs(config: pytest.Config) -> None:
    """Refuse what would let a broken promise pass unseen."""
    if not __debug__:
        raise pytest.UsageError("Python runs with assertions off; unset PYTHONOPTIMIZE")
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("a verdict needs one process; run without -n")


def speak_of_rows(config: pytest.Config, choice: Choice[PlanT]) -> None:
    """Let pytest-html write the raw log, and keep tracebacks of tests off the terminal.

    What a signer reads is about rows; ``--tb=short`` or ``-rf`` bring the tests back.
    """
    option = config.option
    if option.tbstyle == "auto":
        option.tbstyle = "no"
    if option.reportchars == "fE":
        option.reportchars = ""
    by_path = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if not by_path and not option.htmlpath and _writable(choice.folder):
        option.htmlpath = str(choice.folder / "tests.html")
        option.self_contained_html = True


def _writable(folder: Path) -> bool:
    """Whether files can be left there; where not, the end of the run says so, and no plugin before."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
