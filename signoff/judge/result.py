"""The result of a run as one frozen value: report, JSON and JUnit are views of it; and where it comes from."""

import importlib.metadata
import platform
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aws.saved import digest
from aws.section import NotTestable, if_known
from aws.words import SILENCE, Words, joined
from signoff import ROOT
from signoff.environment.accountability import Decider
from signoff.evidence.facts import Facts, digest_of
from signoff.evidence.parts import Part
from signoff.judge.judged_by import commits_of_run
from signoff.judge.outcome import Outcome, RowVerdict
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT, Snapshot
from signoff.judge.verdict import Verdict, VerdictWord

JUDGED = Words(en="{} judged", ja="{}件を判定")
NOT_HERE = Words(en="{} not verifiable here", ja="{}件はこの環境では検証不可")
EXCLUDED = Words(en="{} not configured", ja="{}件は対象外（未設定）")
PACKAGES = ("boto3", "botocore", "moto", "pytest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the result comes from, so that a signer can tell one result from another."""

    environment: str
    production: bool
    account: str
    region: str
    caller: str
    endpoint: str | None
    """AWS_ENDPOINT_URL in force; None is AWS itself."""
    api_url: str | None
    release: str | None
    phase: str
    commit: str
    """That of this software, and that of an application elsewhere."""
    versions: Mapping[str, str]
    started: datetime
    seconds: float
    read_at: datetime
    calls: int
    digest: str
    """SHA-256 of the saved inventory."""
    replay: str | None = None
    elsewhere: tuple[str, ...] = ()
    """Options that made the run look at something else than the checkout's own environment."""
    own_file: bool = False
    """The file of environments is that of the application beside it: the run looked at the environment itself."""
    checks: str = ""
    """The folder of a team's own rows, which were judged as well."""
    local: bool = False
    """An embedded stack that this software started itself."""
    kept_stack: str | None = None
    """Its address, where it was not started for this run but is kept up (``make up``)."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    derived: Words = SILENCE
    """The keys of the environment that follow from others."""
    calls_again: int = 0
    """Calls beyond those of the one pass: the release was read once more at the end."""
    own_code: bool = False
    """The functions are code of your own."""
    birth: str | None = None
    """Identity of the embedded stack, whose evidence alone is about it."""
    line: str | None = None
    """Address of the embedded stack's LINE, which its functions are configured for."""
    load_plan: str = ""
    """Name of the load plan that the environment requires."""
    before: str = ""
    """Name of the environment before this one."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Part of the release -> digest of its facts; without those that could not be read."""
    signers: tuple[Decider, ...] = ()
    """Who decides, by the file of environments."""
    newest_record: str | None = None
    """Digest and name of the evidence store's newest record, for a later reader to look for."""

    @property
    def environments_file(self) -> str:
        """The option of the file of environments that the run read: another one holds other decisions. Empty for the project's own."""
        return next((name for name in self.elsewhere if name.startswith("--environments ")), "")

    @property
    def chosen(self) -> str:
        """How a command chooses this environment."""
        return f"--env {self.environment} {self.environments_file}".rstrip()

    @property
    def own_rows(self) -> str:
        """The option without which pytest leaves out the rows of a team's own that the run judged; empty where there are none."""
        return f" --checks {shlex.quote(self.checks)}" if self.checks else ""

    @property
    def rehearsal(self) -> Words | None:
        """Why what was judged is not the environment itself as it is now; None if it is."""
        if self.replay:
            return Words(en=f"replay of {self.replay}", ja=f"{self.replay}の再判定")
        if self.local:
            return None
        if self.endpoint:
            return Words.same(f"AWS_ENDPOINT_URL={self.endpoint}")
        own = {self.environments_file} if self.own_file else set()
        others = [option for option in self.elsewhere if option not in own]
        return Words.same(", ".join(others)) if others else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``schema`` counts incompatible changes of the JSON form."""

    provenance: Provenance
    verdict: Verdict
    notices: tuple[Words, ...] = ()
    demand: Words = SILENCE
    """Which demand the verdict is about, in a sentence."""
    schema: int = 1

    @property
    def headline(self) -> Words:
        """The verdict in one line, for example ``GO (local: 88 judged, 17 not verifiable here)``."""
        run = self.provenance
        facts = [*filter(None, [run.rehearsal]), self._of(run.environment)]
        if run.local and (address := run.kept_stack):
            kept = Words(en=f"the stack kept at {address}", ja=f"判定対象: {address}の常駐スタック")
            facts.append(kept)
        if run.rehearsal and not run.local:
            facts.append(Words(en="not a production GO", ja="本番のGOではありません"))
        listed, word = joined(facts), self.verdict.decision.words
        return Words(en=f"{word.en} ({listed.en})", ja=f"{word.ja}（{listed.ja}）")

    @property
    def exit_code(self) -> int:
        """0 for GO and CONDITIONAL; a production environment seen by replay or endpoint is never 0."""
        passed = self.verdict.decision in {VerdictWord.GO, VerdictWord.CONDITIONAL}
        return 0 if passed and not (self.provenance.production and self.provenance.rehearsal) else 1

    @property
    def accepting(self) -> str:
        """The command that names who answers for each condition that has no owner or no day."""
        conditions = shlex.join(self.verdict.unowned)
        chosen = self.provenance.chosen
        return f"signoff accept {chosen} {conditions} --by NAME --until YYYY-MM-DD"

    def _of(self, name: str) -> Words:
        """Count the rows of an environment by what became of them."""
        verdict = self.verdict
        numbers = {
            NOT_HERE: len(verdict.having(Outcome.NOT_HERE)),
            EXCLUDED: len(verdict.having(Outcome.EXCLUDED)),
        }
        there = {JUDGED: verdict.judged, **{words: n for words, n in numbers.items() if n}}
        counted = joined((words.format(n) for words, n in there.items()), ", ")
        return Words(en=f"{name}: {counted.en}", ja=f"{name}: {counted.ja}")

    def blocking(self) -> tuple[RowVerdict, ...]:
        """Red rows that stand for themselves, the unknown last; those that only follow are folded under them."""
        return (*self.verdict.having(Outcome.FAIL), *self.verdict.having(Outcome.NOT_TESTABLE))

    def followers(self, root: str) -> tuple[RowVerdict, ...]:
        following = self.verdict.having(Outcome.FOLLOWS, Outcome.WAIVED)
        return tuple(row for row in following if row.root == root)


def versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in PACKAGES
    }


def provenance_of_run(
    choice: Choice[PlanT], snapshot: Snapshot[PlanT], *, filed: bool = True
) -> Provenance:
    """Return the provenance of a run as far as it is known; without what no line in the terminal tells, unless it is ``filed``."""
    inventory, options = snapshot.inventory, choice.options
    return Provenance(
        environment=choice.environment.name,
        production=choice.environment.production,
        account=inventory.account,
        region=inventory.region,
        caller=inventory.caller,
        endpoint=inventory.endpoint,
        api_url=snapshot.api_url,
        release=if_known(lambda: snapshot.release),
        phase=options.phase,
        commit=", ".join(commits_of_run(ROOT, options.root)) if filed else "",
        versions=versions() if filed else {},
        started=choice.started,
        seconds=(datetime.now(UTC) - choice.started).total_seconds(),
        read_at=inventory.read_at,
        calls=inventory.calls,
        digest=digest(inventory) if filed else "",
        replay=options.replay.name if options.replay else None,
        elsewhere=options.elsewhere,
        own_file=options.own_file,
        checks=str(options.checks or ""),
        local=choice.embedded,
        kept_stack=snapshot.kept_stack,
        overrides=choice.overrides,
        derived=choice.derived,
        load_plan=choice.environment.load_plan,
        before=choice.environment.before,
        signers=choice.environment.signers,
        newest_record=snapshot.records.newest_file,
        birth=choice.environment.birth,
        own_code=choice.environment.own_code,
        line=choice.environment.line.endpoint if choice.embedded else None,
        parts={part: digest_of(facts) for part, facts in readable_parts(snapshot)} if filed else {},
    )


def readable_parts(snapshot: Snapshot[PlanT]) -> Iterator[tuple[Part, Facts]]:
    """Yield the parts of what was judged; a run is recorded even if parts could not be read."""
    for part in Part:
        with suppress(NotTestable):
            yield part, snapshot.facts(part)
