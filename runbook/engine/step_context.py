"""What a step may use: everything needed to change AWS, and this project's plan, evidence and options."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import boto3
from botocore.config import Config

from aws.change.gate import AT_ONCE, Change, ChangeContext, Changes, Refused, nothing
from aws.door.failures import naming_what_is_missing
from aws.words import SILENCE, Words
from plan import Plan
from runbook.engine.change_lines import EVIDENCE
from signoff.environment import ENVIRONMENTS, Environment
from signoff.evidence import kind_of
from signoff.evidence.parts import Part
from signoff.judge.errors import sentence
from signoff.judge.outcome import Finding, Outcome
from signoff.judge.snapshot import Live

T = TypeVar("T")
PREREQUISITES = {
    "REST API": Words(
        en=": run `python -m runbook api --env {env} --go` first (the guide sets some of its limits before"
        " it creates it)",
        ja="。先に`python -m runbook api --env {env} --go`を実行してください（手順書では作成前に上限の一部を"
        "設定します）",
    ),
    "stage": Words(
        en=": run `python -m runbook api --env {env} --go` first",
        ja="。先に`python -m runbook api --env {env} --go`を実行してください",
    ),
    "function": Words(
        en=": run `python -m runbook functions --env {env} --go` first",
        ja="。先に`python -m runbook functions --env {env} --go`を実行してください",
    ),
    "table": Words(
        en=": run `python -m runbook tables --env {env} --go` first, which creates it encrypted (the guide"
        " speaks of its encryption before it exists)",
        ja="。先に`python -m runbook tables --env {env} --go`を実行してください。暗号化した状態で作成します"
        "（手順書では作成前に暗号化の説明があります）",
    ),
    "e-mail address": Words(
        en=", and the environment names no alert_email: set it (SIGNOFF_ALERT_EMAIL), then run it again",
        ja="。環境にalert_emailがありません。設定してから（SIGNOFF_ALERT_EMAIL）再実行してください",
    ),
}
"""Kind of prerequisite -> what to do, to follow the name of what is missing."""


def _unjudged(*_: object) -> NoReturn:
    raise Refused(en="nothing is judged here", ja="ここでは何も判定しません")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRun:
    """How the functions' tests and a run on an embedded stack ended."""

    results: Mapping[str, str]
    """``tests`` and ``embedded``, as the record of the proof says it."""
    commit: str
    """Commit of the checkout that was tried."""
    built: Mapping[str, str]
    """Key of a function -> digest of its package when both had ended."""
    why: Words = SILENCE
    """What failed, and what shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext(ChangeContext):
    """Everything that a step may use."""

    environment: Environment
    plan: Plan
    build: Callable[[str], bytes]
    """Key of a function -> its package."""
    secret: Callable[[str], str]
    """Key of a secret that no machine can make up -> its value; asked for only when it is needed."""
    record: Callable[[str, Mapping[str, Any]], None] = nothing
    """Leave a record (kind, body) in the evidence store."""
    recorded: Callable[..., Mapping[str, Any] | None] = nothing
    """Kind, and values that its body must have -> body of the newest such record, or None."""
    history: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _: ()
    """Kind -> bodies of all its records, newest first."""
    live: Callable[[Iterable[Part]], Live] = lambda _: Live(release="")
    """Read what is live of these parts of the release; Refused where that is unknown."""
    findings: Callable[[tuple[str, ...]], tuple[Finding, ...]] = _unjudged
    """Have the checks judge these rows, and return what is red of them."""
    proof_run: Callable[[], ProofRun] = _unjudged
    """Run the functions' tests, and judge an embedded stack, of this checkout."""
    explain: Callable[[BaseException], Words] = sentence
    """Puts an error into one sentence: who asked, and the command that prints the policy that was missing."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What the command line chose, by the name of its option: ``to``, ``only``, ``site``."""
    elsewhere: Callable[[str], tuple[Environment, Callable[[str], Any]] | None] = nothing
    """Name of another environment -> where it is, and its clients."""
    file: Path = ENVIRONMENTS
    """The file that describes the environments."""
    folder: Path = Path("report")
    """Where a procedure leaves files for people, and for itself when it goes on."""
    late: bool = True
    """Whether a read may show the state before a change, as AWS's do; the emulator's never do."""
    mailed: Callable[[str, str], None] = nothing
    """Told of a topic and the address that AWS sent a mail to; where no mail arrives, it answers it."""

    def first(self, kind: str) -> Words:
        """Name the procedure that creates what is missing."""
        return PREREQUISITES[kind].format(env=self.environment.name) if kind else SILENCE

    def leave_record(
        self, kind: str, shown: Any, leave: Callable[[], object], *, before: Any = None
    ) -> Changes:
        """Leave a record of evidence: ``leave`` writes it, ``shown`` is what people see of it."""
        return self.settle((Change(EVIDENCE, kind_of(kind), before, shown),), leave)

    def red(self, rows: tuple[str, ...]) -> tuple[Finding, ...]:
        """Return what is red of these rows; Refused where anything about them is unknown."""
        self.watch(", ".join(rows))
        findings = self.findings(rows)
        unknown = [finding for finding in findings if finding.outcome is Outcome.NOT_TESTABLE]
        if unknown:
            raise Refused(
                en=f"{unknown[0].words.en}: what is there is unknown; fix that, then run it again",
                ja=f"{unknown[0].words.ja}。現状が分かりません。確認してから再実行してください",
            )
        return findings

    def all_green(self, *rows: str) -> bool:
        """Whether the checks find nothing red of these rows; False if that is unknown."""
        try:
            return not self.findings(rows)
        except Refused:
            return False

    def stays(self, *whats: str, rows: tuple[str, ...]) -> bool:
        """Whether a decision is about a resource (``secret X``), and with it these rows find nothing wrong.

        Then it is as people want it, and no procedure changes it. ``whats``: the names that the rows give it.
        """
        decided = {decision.what.rpartition(": ")[0] for decision in self.environment.decisions}
        if decided.isdisjoint(whats):
            return False
        try:
            findings = self.findings(rows)
        except Refused:
            return False
        wrong = {
            f"{each.kind.en} {each.name}" for finding in findings for each in finding.differences
        }
        return all(finding.differences for finding in findings) and wrong.isdisjoint(whats)

    def concerned(self, resources: Iterable[T], name: Callable[[T], str]) -> tuple[T, ...]:
        """Return the resources that the chosen row finds wrong, so that no other one is touched.

        All of them where no row was chosen, or where it does not say which it means.
        """
        if not (row := self.chosen.get("row")):
            return tuple(resources)
        red = self.red((row,))
        if not all(finding.differences for finding in red):
            return tuple(resources)
        wrong = {each.name.partition("/")[0] for finding in red for each in finding.differences}
        return tuple(resource for resource in resources if name(resource) in wrong)


RETRYING = Config(
    # Adaptive: API Gateway allows ten calls a second, and fewer of some changes (one deployment in five
    # seconds), and answers 429 to the rest; the client learns the rate instead of hammering. Writes are
    # conditional or idempotent, so that a retry after a lost answer is safe.
    retries={"mode": "adaptive", "total_max_attempts": 10},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=AT_ONCE,
)


class Clients:
    """Clients of one session, each made once. An answer without a member that a step needs names it."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session, self._region = session, region
        self._made: dict[str, Any] = {}
        self._making = threading.Lock()

    def __call__(self, service: str) -> Any:
        with self._making:  # a session is not made for threads, its clients are
            if service not in self._made:
                made = self._session.client(service, region_name=self._region, config=RETRYING)
                self._made[service] = naming_what_is_missing(made)
            return self._made[service]
