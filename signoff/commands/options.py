"""The command line of a judging run, and the choice that it makes."""

import argparse
import os
import re
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest

from aws.words import LANGUAGES, Words, language, nearest
from signoff import ROOT, home_of
from signoff.commands.command_line import CommandLineError, CommandOption, language_option
from signoff.commands.judging_options import BY_DAY, JUDGING, OF_PYTEST
from signoff.environment import Environment, embedded, load, today
from signoff.judge.checklist import Checklist, Phase
from signoff.judge.errors import UnusableFileError
from signoff.judge.run import Choice, Composition, Options
from signoff.judge.snapshot import PlanT
from signoff.judge.verdict import date_faults, of_waiver
from signoff.report.history import readable_baseline
from signoff.report.verify import provenance_of

WAIVED, ACCEPTED, KNOWN = (
    Words(en="waiver of {}", ja="{}の免除"),
    Words(en="accepted {}", ja="{}の受け入れ"),
    Words(en="known fault of {}", ja="{}の既知の不具合"),
)
OF_A_ROW = re.compile(r"[A-Z]+-\d+")


def add_options(parser: pytest.Parser) -> None:
    """Add the sign-off's options to pytest's."""
    lang = language(sys.argv[1:])
    group = parser.getgroup(
        "sign-off", Words(en="may this environment go live?", ja="この環境を公開してよいか")[lang]
    )
    of_language = language_option()
    group.addoption("--lang", help=of_language.words[lang], default=lang, choices=LANGUAGES)
    for option in JUDGING:
        if (flag := option.opts[0]) != OF_PYTEST:
            group.addoption(flag, help=option.words[lang], **_as_pytest_takes_it(option))


def _as_pytest_takes_it(option: CommandOption) -> dict[str, Any]:
    if option.is_flag:
        return {"action": "store_true"}
    if option.multiple:
        return {"action": "append", "default": [], "metavar": option.metavar}
    default = option.default() if callable(option.default) else option.default
    if isinstance(option.type, click.Choice):
        return {"default": default, "choices": option.type.choices}
    kind = Path if isinstance(option.type, click.Path) else str
    return {"default": default, "metavar": option.metavar, "type": kind}


def choice_of(
    config: pytest.Config, composition: Composition[PlanT], closing: ExitStack
) -> Choice[PlanT]:
    """Return what the command line asks for; an embedded stack's addresses are valid until ``closing`` closes."""
    option = config.option
    _refuse_blind_runs(config)
    _refuse_what_leads_nowhere(option)
    # The run takes the link `latest` away.
    option.replay = option.replay and option.replay.resolve()
    loaded = load(option.env, option.environments)
    environment, stack = loaded.environment, None
    if embedded(environment) and not option.replay:
        stack = composition.embedded_stack(environment.application.home)
        environment = closing.enter_context(stack.localized(environment))
    if option.replay:
        environment = _as_served(environment, option.replay)
    checklist = Checklist.load(composition.checklist)
    if option.checks:
        checklist = checklist.with_own(option.checks)
    _refuse_wrong_waivers(environment, checklist, option)
    return Choice(
        environment=environment,
        overrides=loaded.overrides,
        derived=loaded.derived,
        plan=composition.plan_for(environment),
        checklist=checklist,
        options=Options(
            phase=phase_of(option.phase, environment, today(datetime.now(UTC))),
            part=option.part,
            strict=bool(option.strict),  # pytest's own --strict, which means more here
            wait=option.wait,
            rows=tuple(checklist[id_].id for id_ in option.row),
            replay=option.replay,
            api_url=option.api_url,
            lang=option.lang,
            baseline=_baseline(option.baseline),
            checks=option.checks and option.checks.resolve(),
            json=option.json,
            root=home if (home := home_of(option.environments)) != ROOT else config.rootpath,
            environments=option.environments,
        ),
        composition=composition,
        started=datetime.now(UTC),
        stack=stack,
    )


def phase_of(option: str, environment: Environment, day: date) -> Phase:
    """Return the phase that was asked for; ``auto`` is before until the day of the go-live is over."""
    if option != BY_DAY:
        return Phase(option)
    over = environment.go_live is not None and day > environment.go_live
    return Phase.AFTER if over else Phase.BEFORE


def _refuse_wrong_waivers(
    environment: Environment, checklist: Checklist, option: argparse.Namespace
) -> None:
    """Refuse waivers, acceptances and known faults of rows that do not exist, and in a part, which weighs no waivers, those with wrong days."""
    accepted = (made.what for made in environment.accepted)
    entries = [(ACCEPTED, condition) for condition in accepted if OF_A_ROW.fullmatch(condition)]
    entries += [(WAIVED, waiver.row) for waiver in environment.waivers]
    entries += [(KNOWN, row) for row in environment.known_faults]
    for kind, row in entries:
        if row not in checklist.rows:
            named, near = kind.format(row), nearest(row, checklist.rows) or "…"
            raise CommandLineError(
                en=f"{named.en}: there is no such row; did you mean {near}? Correct environments.toml",
                ja=f"{named.ja}: その項目はありません。{near}の誤りではありませんか。environments.tomlを修正してください",
            )
    for waiver in environment.waivers:
        wrong = date_faults(waiver, today(datetime.now(UTC))) if option.row else ()
        for words in wrong:
            raise CommandLineError(of_waiver(waiver, words))


def _refuse_what_leads_nowhere(option: argparse.Namespace) -> None:
    """Refuse before the run what would have no effect, and what could not be done at its end."""
    if (url := option.api_url) is not None and not _is_address(url):
        raise CommandLineError(
            en=f"--api-url {url} is not the address of an API; write https://host/stage",
            ja=f"--api-url {url}はAPIのアドレスではありません。https://host/stageのように書いてください",
        )
    for flag, given in (("--api-url", url), ("--wait", option.wait)):
        if option.replay and given:
            raise CommandLineError(
                en=f"{flag} has no effect on --replay, which makes no call: leave it out",
                ja=f"--replayは呼び出しを行わないため、{flag}は効果がありません。外してください",
            )
    try:
        if option.json:
            option.json.open("w").close()  # no rows of an earlier run stay
    except OSError as error:
        why = error.strerror
        raise CommandLineError(
            en=f"--json {option.json}: nothing can be written there ({why}); name another place",
            ja=f"--json {option.json}: 書き込めません（{why}）。別の場所を指定してください",
        ) from None


def _is_address(url: str) -> bool:
    """Whether an HTTP client can call it; otherwise the run would report an API that does not answer."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # brackets without an address in them, or an invalid port
        return False
    written = url.isascii() and url.isprintable() and " " not in url
    beyond = parts.username or parts.query or parts.fragment
    return bool(parts.scheme in {"http", "https"} and host and written and not beyond)


def _baseline(path: Path | None) -> Path | None:
    """Resolve links in the path: a run removes the link ``latest`` when it begins."""
    if path is None:
        return None
    readable_baseline(path)
    return path.resolve()


def _as_served(environment: Environment, replay: Path) -> Environment:
    """Return the environment as the embedded stack of a saved run served it, if there was one."""
    try:
        of = provenance_of(replay.parent)
    except UnusableFileError:
        return environment
    if of["environment"] != environment.name or not of.get("line"):
        return environment
    return replace(environment, line=replace(environment.line, endpoint=of["line"]))


def _refuse_blind_runs(config: pytest.Config) -> None:
    """Refuse options of pytest with which a broken promise could pass unseen."""
    if not __debug__:
        raise CommandLineError(
            en="Python runs with assertions off; unset PYTHONOPTIMIZE",
            ja="Pythonのアサーションが無効です。PYTHONOPTIMIZEの設定を外してください",
        )
    apart = getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput")
    if apart or not config.pluginmanager.has_plugin("terminal"):
        raise CommandLineError(
            en="a verdict needs one process, and pytest's terminal; run without -n and -p no:terminal",
            ja="判定には一つのプロセスとpytestのterminalが必要です。-nや-p no:terminalなしで実行してください",
        )


def report_rows(config: pytest.Config, choice: Choice[PlanT]) -> None:
    """Let pytest-html write the raw log, and keep tracebacks of tests off the terminal.

    What a signer reads is about rows; ``--tb=short`` or ``-rf`` bring the tests back.
    """
    option = config.option
    if option.tbstyle == "auto":
        option.tbstyle = "no"
    if option.reportchars == "fE":
        option.reportchars = ""
    by_path = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if not by_path and getattr(option, "htmlpath", "none") is None and _writable(choice.folder):
        option.htmlpath = str(choice.folder / "tests.html")
        option.self_contained_html = True


def _writable(folder: Path) -> bool:
    """Whether files can be written there; if not, the run says so at its end, and pytest-html is not set up."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
