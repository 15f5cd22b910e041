"""Whether what is live was released, and whether there is anything different to go back to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aws import desired
from aws.difference import Difference, fault
from aws.kinds.function import Function
from aws.kinds.rest_api import DEPLOYMENT, Deployment, Stage
from aws.kinds.table import TABLE
from aws.kinds.table_backups import Backups
from aws.reading import Scope
from aws.release import CLOSED, OPEN, Builds, closed_for, is_closed, is_closed_version
from aws.section import Follows, NotTestable, known
from aws.words import Words
from checks.deployed import Deployed, look_up
from signoff.environment import in_japan
from signoff.evidence import Record
from signoff.judge.snapshot import contents_of

POINTED = "pointed"
"""Remedy of a recorded release that is still there."""
LATEST = Words(en="latest restorable time", ja="復元可能な最新時刻")
EARLIEST = Words(en="earliest restorable time", ja="復元可能な最古時刻")
BACKUPS = "dynamodb:DescribeContinuousBackups"
FIVE_MINUTES = timedelta(minutes=5)
LAG = timedelta(minutes=1)
"""DynamoDB names a latest restorable time of five minutes ago, give or take this."""


def newest_of_the_stage(deployed: Deployed) -> tuple[Deployment, ...]:
    """Return the newest deployments that no other stage has taken, or that the planned one serves as well."""
    ours = deployed.stage()
    others = {known(stage).deployment_id for stage in deployed.stages().values()} - {
        ours.deployment_id
    }
    return newest(
        [deployment for deployment in deployed.deployments() if deployment.id not in others]
    )


def newest(newest_first: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """Return the deployments of the last second in which one was made; any of them may be the newest.

    If their contents differ, so do the draft and what the stage serves, which DEP-22 reports.
    """
    last = newest_first[0].created.replace(microsecond=0)
    return tuple(
        deployment
        for deployment in newest_first
        if deployment.created.replace(microsecond=0) == last
    )


def deployed_again(deployed: Deployed, released: Mapping[str, Any]) -> bool:
    """Whether the stage serves what was released, in a later deployment with the same contents."""
    contents = released.get("contents")
    return contents is not None and contents == contents_of(deployed.served())


def repair(
    deployed: Deployed, function: desired.Function, live: str, released: Mapping[str, Any]
) -> str:
    """Return the remedy of other code than the recorded one: if that still exists, the alias only has to be pointed at it."""
    recorded = released.get("version"), released.get("code_sha256")
    if live == recorded[1]:
        return ""
    there = {(version.number, version.code_sha256) for version in deployed.versions(function)}
    return POINTED if recorded in there else ""


def released_as_recorded(
    deployed: Deployed, function: desired.Function, live: Function, builds: Builds
) -> Record:
    """Return the newest release record; Follows where the live code is closed, or is not what that record says."""
    _require_open_code(live, builds)
    record = deployed.newest("release")
    recorded = record.body["functions"].get(function.name, {}) if record else {}
    if record is None or recorded.get("code_sha256") != live.code_sha256:
        raise Follows(
            "DEP-17",
            en=f"no record names the code of {live.name}",
            ja=f"{live.name}のコードの記録がありません",
        )
    return record


def recorded_by(record: Record) -> Words:
    """Say who recorded what is live, when, and from which commit."""
    at, commit = in_japan(record.created), record.body.get("commit")
    by = record.body.get("by") or record.caller
    of, of_ja = (f", commit {commit}", f"、コミット{commit}") if commit else ("", "")
    return Words(
        en=f"as this commit builds it; what is live was recorded by {by} on {at}{of}",
        ja=f"このコミットのビルド。稼働中のものは{by}が{at}に記録{of_ja}",
    )


def packed(scope: Scope) -> Builds:
    """Return what the judged commit builds; NotTestable where it was not packed."""
    if scope.builds is None:
        raise NotTestable(
            en="the packages that this commit builds are not known in this run",
            ja="この実行では、このコミットがビルドするパッケージが分かりません",
        )
    return scope.builds


def served_by(*, closed: bool, share: float) -> Words:
    """Say which of the two releases callers get: the closed one all of them, or the ``share`` that is sent elsewhere."""
    if closed:
        return CLOSED
    return closed_for(share) if share else OPEN


def share_of_closed_versions(
    deployed: Deployed, function: desired.Function, builds: Builds
) -> float:
    """Return the share of the calls that the alias sends to versions beside its own that are closed releases."""
    weights = [pair for alias in deployed.aliases(function) for pair in alias.weights.items()]
    return sum(
        share
        for number, share in weights
        if share and _is_closed_number(deployed, function, number, builds)
    )


def _is_closed_number(
    deployed: Deployed, function: desired.Function, number: str, builds: Builds
) -> bool:
    there = {version.number: version for version in deployed.versions(function)}
    kind = Words(f"version of {function.name}", f"{function.name}のバージョン")
    listed = look_up(deployed, "DEP-39", kind, number, there)
    return listed.is_closed(builds.closed.code_sha256)


def share_of_a_closed_canary(deployed: Deployed, stage: Stage) -> float:
    """Return the share of the calls that the stage sends to a canary of a closed deployment."""
    if not stage.canary_percent or stage.canary_deployment is None:
        return 0.0
    there = {deployment.id: deployment for deployment in deployed.deployments()}
    canary = look_up(deployed, "DEP-39", DEPLOYMENT, stage.canary_deployment, there)
    return stage.canary_percent / 100 if is_closed(canary.description) else 0.0


def released_entry(
    deployed: Deployed, function: desired.Function, live: Function, builds: Builds
) -> Mapping[str, Any]:
    """Return what the newest release record says of a function; Follows where the closed release is live unrecorded."""
    released: Mapping[str, Any] = (
        deployed.record("release").body["functions"].get(function.name, {})
    )
    if live.code_sha256 != released.get("code_sha256"):
        _require_open_code(live, builds)
    return released


def _require_open_code(live: Function, builds: Builds) -> None:
    """Raise Follows where what is live is the closed release: it has to be left, not recorded or released."""
    if is_closed_version(live.code_sha256, live.description, builds.closed.code_sha256):
        raise Follows("DEP-39", en=f"{live.name} is closed", ja=f"{live.name}はメンテナンス版です")


def require_open(name: str, share: float) -> None:
    """Raise Follows where a share of the calls gets the closed release: that is no split that a team could want."""
    if share:
        of = closed_for(share)
        raise Follows("DEP-39", en=f"{name}: {of.en}", ja=f"{name}: {of.ja}")


def restorable_flaws(
    table: desired.Table, backups: Backups, now: datetime
) -> tuple[Difference, ...]:
    """Return why a table can't be restored to five minutes ago."""
    latest, earliest = backups.latest, backups.earliest
    needed = now - FIVE_MINUTES - LAG
    expected = Words(en=f"{in_japan(needed)} or later", ja=f"{in_japan(needed)}以降")
    if latest is None or earliest is None:
        return (fault(TABLE.words, table.name, LATEST, None, expected, call=BACKUPS),)
    if latest < needed:
        return (fault(TABLE.words, table.name, LATEST, in_japan(latest), expected, call=BACKUPS),)
    if earliest > latest:
        before = Words(en=f"{in_japan(latest)} or earlier", ja=f"{in_japan(latest)}以前")
        return (fault(TABLE.words, table.name, EARLIEST, in_japan(earliest), before, call=BACKUPS),)
    return ()
