"""Where a run's result comes from: environment, account, release, commit, what was read and when."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from aws.saved import digest
from aws.section import NotTestable
from signoff.evidence.facts import Facts, digest_of
from signoff.evidence.parts import Part
from signoff.judge.judged_by import commit_of
from signoff.judge.result import Provenance, versions
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT, Snapshot


def provenance_of_run(choice: Choice[PlanT], snapshot: Snapshot[PlanT]) -> Provenance:
    """Return the provenance of a run as far as it is known; what was not read is left out."""
    inventory, options = snapshot.inventory, choice.options
    try:
        release = snapshot.release
    except NotTestable:
        release = None
    return Provenance(
        environment=choice.environment.name,
        production=choice.environment.production,
        account=inventory.account,
        region=inventory.region,
        caller=inventory.caller,
        endpoint=inventory.endpoint,
        api_url=snapshot.api_url,
        release=release,
        phase=options.phase,
        commit=commit_of(options.root),
        versions=versions(),
        started=choice.started,
        seconds=(datetime.now(UTC) - choice.started).total_seconds(),
        read_at=inventory.read_at,
        calls=inventory.calls,
        digest=digest(inventory),
        replay=options.replay.name if options.replay else None,
        elsewhere=options.elsewhere,
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
        parts={part: digest_of(facts) for part, facts in readable_parts(snapshot)},
    )


def readable_parts(snapshot: Snapshot[PlanT]) -> Iterator[tuple[Part, Facts]]:
    """Yield the parts of what was judged; a run is recorded even if parts could not be read."""
    for part in Part:
        with suppress(NotTestable):
            yield part, snapshot.facts(part)
