"""Builds a run from the command line's options: the environment, the caller, the evidence store, the judge, the prompts."""

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import parse

from aws.change.gate import nothing
from aws.release import code_sha256
from aws.words import Words, joined
from lambdas.packing import pack
from plan import plan_for
from runbook import rights
from runbook.catalogue import states_of
from runbook.engine import Journal, Procedure, Refused, Run
from runbook.engine.evidence import Evidence, Signing, asked_of, read_live
from runbook.engine.screen import ConsoleScreen
from runbook.engine.step_context import ProofRun
from runbook.judge import Checks, Findings, Runner, apart_from_aws, in_process_of_its_own, variables
from runbook.local_stack import mail_answerer, reached
from runbook.migration.source import reach
from runbook.options import LINE_TOKEN_FILE, SIGNER
from runbook.procedures.provision import context_for
from signoff import INSTALLED, ROOT, home_of
from signoff.environment import Environment, option_of
from signoff.environment.guard import GuardError, guard, open_session
from signoff.environment.value_types import is_name
from signoff.evidence import StoreSettings, open_store
from signoff.judge.checklist import Checklist
from signoff.judge.exit_codes import Exit
from signoff.judge.judged_by import CHANGED, commit_of_run
from signoff.judge.outcome import Outcome
from signoff.report.history import newest

BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What a header can carry as a token (RFC 6750): no quotation marks, no blanks, no JSON around it."""
Typed = Callable[..., str]
"""Asks a person at the terminal; ``hidden`` without an echo."""


def secret_source(token_file: str | None, typed: Typed | None) -> Callable[[str], str]:
    """Return what asks for the one secret that no machine can make; raises Refused where no person can be asked.

    A command line is readable by every user of the machine, so no option takes the value itself.
    """

    @cache
    def ask(_: str) -> str:
        if token_file is not None:
            value = _text_of(Path(token_file)).strip()
        elif typed is not None:
            question = Words(
                en="LINE channel access token (not shown): ",
                ja="LINEのチャネルアクセストークン（表示されません）: ",
            )
            value = typed(question, hidden=True)
        else:
            raise Refused(
                en="the LINE channel access token is needed, and there is no terminal to ask at: name its file with --line-token-file",
                ja="LINEのチャネルアクセストークンが必要ですが、ターミナルがありません。--line-token-fileでファイルを指定してください",
            )
        if not BEARER.fullmatch(value):
            raise Refused(
                en="the LINE channel access token is empty, or has more than letters, digits and -._~+/= in it: copy the"
                " token alone, then run it again",
                ja="LINEのチャネルアクセストークンが空か、英数字と-._~+/=以外の文字を含んでいます。トークンだけをコピーして"
                "再実行してください",
            )
        return value

    return ask


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            en=f"{file} can't be read as UTF-8 text ({error}): put the token alone into it",
            ja=f"{file}をUTF-8のテキストとして読み取れません（{error}）。トークンだけを書いてください",
        ) from None


def signer(name: str | None, typed: Typed | None) -> Callable[[], str]:
    """Return what asks for the name of the person who signs, once; Refused where no person is there."""

    @cache
    def ask() -> str:
        prompt = Words(en="Who signs (your name): ", ja="署名者（氏名）: ")
        signer_name = name or (typed(prompt) if typed is not None else "")
        if not is_name(signer_name):
            raise Refused(
                en="a signature needs the name of a person: give it with --by",
                ja="署名には人の氏名が必要です。--byで指定してください",
            )
        return signer_name

    return ask


TESTS = "tests/lambdas"
NOT_DEEP = "--ignore-glob=*/deep/*"
"""Deep tests install older packages from an index: where it is out of reach, they say nothing of the functions."""
NAMED = 5
"""How many tests that failed are named."""
LIVE_IS_BUILT = "DEP-38"
"""The row that says that the embedded stack ran what this commit builds."""
PROVING = frozenset({Outcome.PASS, Outcome.EXCLUDED, Outcome.NOT_HERE})
"""Outcomes of rows with which a run on an embedded stack is GO, and no condition is left."""


def proof_run_of(
    root: Path,
    run: Runner,
    packed: Callable[[], Mapping[str, str]],
    commit: Callable[[Path], str] = commit_of_run,
    embedded: Checks | None = None,
) -> ProofRun:
    """Try the application at ``root``; Refused where its tests are not there, or its files are not those of its commit.

    ``packed`` packs the functions: key -> digest. ``embedded`` judges them; None: this project's own do.
    """
    if not (root / TESTS).is_dir():
        raise Refused(
            en=f"{root} has no {TESTS}, the functions' own tests: prove it in a checkout that has them",
            ja=f"{root}に関数自身のテスト（{TESTS}）がありません。テストのあるチェックアウトで検証してください",
        )
    tried = commit(root)
    if tried.endswith(CHANGED):
        raise Refused(
            en="files of this checkout are not those of its commit: commit them, then prove it",
            ja="チェックアウトのファイルがコミットと異なります。コミットしてから検証してください",
        )
    judging = embedded or Checks("local", (), run)
    tests, red = _failed_tests(run), ", ".join(_not_green(judging))
    shown = shlex.join(["pytest", "--env", "local", *judging.options])
    no_go = Words(
        en=f"the run on an embedded stack is no GO ({red}), which `{shown}` shows",
        ja=f"組み込みスタックでの判定がGOではありません（{red}。`{shown}`で確認できます）",
    )
    return ProofRun(
        results={"tests": "failed" if tests else "passed", "embedded": "NO-GO" if red else "GO"},
        commit=tried,
        built=packed(),
        why=joined(words for words in (tests, no_go if red else None) if words),
    )


def _failed_tests(run: Runner) -> Words | None:
    """Run the functions' tests; say which failed, as far as pytest could list them, or return None."""
    with TemporaryDirectory() as folder:
        listed = Path(folder, "tests.xml")
        command = ["-m", "pytest", TESTS, NOT_DEEP, "-q", "-n", "auto", f"--junit-xml={listed}"]
        if run([sys.executable, *command]) == 0:
            return None
        names = ", ".join([*_failures(listed)][:NAMED]) or "-"
    return Words(
        en=f"the functions' own tests failed ({names}), which `python -m pytest {TESTS}` shows",
        ja=f"関数自身のテストが不合格です（{names}。`python -m pytest {TESTS}`で確認できます）",
    )


def _failures(listed: Path) -> Iterator[str]:
    if listed.exists():
        for case in parse(listed).iter("testcase"):  # noqa: S314 - pytest wrote it
            if case.find("failure") is not None or case.find("error") is not None:
                yield f"{case.get('classname')}.{case.get('name')}"


def _not_green(judging: Checks) -> tuple[str, ...]:
    """Judge an embedded stack; return the rows that keep it from a GO, the one on its code where nothing else is red."""
    code, rows, _ = judging.judged(())
    ends = {row.row.id: row.outcome for row in rows}
    red = [id_ for id_, end in ends.items() if end not in PROVING]
    proven = code == Exit.DONE and ends.get(LIVE_IS_BUILT) is Outcome.PASS
    return tuple(red) if proven or red else (LIVE_IS_BUILT,)


RESTING = {"rehearsal": "ROLL-05", "recount": "DATA-05"}
"""Kind of record that a procedure leaves -> the row that says on which parts of the release it rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureOptions:
    """The options that every procedure takes, and in ``chosen``, by name, those of its own that were given."""

    env: str
    environments: Path
    journal: Path | None
    lang: str
    go: bool
    full: bool
    yes: bool
    no_judge: bool
    wait: bool
    policy: bool
    chosen: Mapping[str, str]


@contextmanager
def reachable(environment: Environment, file: Path) -> Iterator[Environment]:
    """Yield the environment, with calls going to the kept stack where it is the local one; GuardError where none is."""
    with reached(environment) as there:
        if there is None:
            own = option_of(file)
            up = f"signoff up {own}" if own or INSTALLED else "make up"
            raise GuardError(
                en=f"no local stack is up: run `{up}` in another terminal, then this again",
                ja=f"ローカルスタックが起動していません。別のターミナルで`{up}`を実行してから、もう一度実行してください",
            )
        yield there


def _packed(environment: Environment) -> Mapping[str, str]:
    """Pack every function anew; return key -> digest."""
    folder = environment.application.folder
    return {
        function.key: code_sha256(pack(function.key, folder))
        for function in plan_for(environment).functions
    }


def run_of(
    procedure: Procedure,
    environment: Environment,
    options: ProcedureOptions,
    screen: ConsoleScreen,
    findings: Findings | None = None,
) -> Run:
    """Make the run, or raise GuardError where these credentials are not of this environment.

    ``findings`` judges rows; without, the checks do in a process of their own.
    """
    kept = environment.birth is not None
    typed = screen.typed if sys.stdin.isatty() else None
    application, home = environment.application.folder, home_of(options.environments)
    journal = options.journal or home / "report" / environment.name / "journal.jsonl"
    session = open_session(environment.region)
    caller, checklist = guard(session, environment), Checklist.load()
    evidence = Evidence(
        store=open_store(StoreSettings.of(environment), client=session.client, root=home),
        caller=caller.arn,
        live=partial(read_live, session=session, environment=environment),
        rests_on={kind: checklist[row].rests_on for kind, row in RESTING.items()},
        days=environment.fresh.rehearsal,
    )
    wait = ["--wait"] if options.wait else []
    file = [f"--environments={options.environments}"] if application != ROOT else []
    pytest_options = [f"--environments={options.environments}", "--phase=after", *wait]
    judging = in_process_of_its_own(ROOT, variables(kept=kept))
    checks = Checks(environment.name, pytest_options, judging)
    source = partial(
        reach,
        file=options.environments,
        profile=options.chosen.get("from_profile"),
        here=environment,
    )
    context = context_for(
        session,
        environment,
        secret=secret_source(options.chosen.get(LINE_TOKEN_FILE.name), typed),
        build=partial(pack, application=application),
        record=evidence.record,
        recorded=evidence.recorded,
        history=evidence.history,
        live=evidence.live,
        findings=findings or checks.findings,
        chosen=options.chosen,
        elsewhere=cache(source),
        file=options.environments,
        folder=journal.parent,
        tell=screen.tell,
        watch=screen.watch,
        waiting=screen.waiting,
        proof_run=partial(
            proof_run_of,
            application,
            in_process_of_its_own(application, apart_from_aws()),
            partial(_packed, environment),
            embedded=Checks("local", file, in_process_of_its_own(ROOT, apart_from_aws())),
        ),
        mailed=mail_answerer(session) if kept else nothing,
    )
    return Run(
        procedure=asked_of(procedure, environment).proving(options.chosen.get("row")),
        context=context,
        journal=Journal(journal),
        screen=screen,
        who=caller.arn,
        judge=None if options.no_judge else checks.red,
        signatures=Signing(
            evidence=evidence,
            by=signer(options.chosen.get(SIGNER.name), typed),
            days=environment.fresh.signature,
            checklist=checklist,
            judged=states_of(newest(environment.name, home)),
        ),
        rights=rights.command(procedure.name, environment.name, options.environments),
        unattended=options.yes,
    )
