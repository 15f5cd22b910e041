"""Moves aliases to versions that start: one that would not is refused before anything changes."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from aws import desired
from aws.change.gate import Changes, unless_absent
from aws.converge.version import move
from aws.door.clients import downloaded
from aws.door.failures import ReadFailure
from aws.handler.flaw import flaw_in
from aws.kinds.function import FUNCTION, Function
from aws.release import CLOSED_PACKAGE, code_sha256, unpacked
from aws.words import Words, joined
from plan.compute import SECRET_PREFIX, TABLE_PREFIX
from runbook.engine import Refused, StepContext
from runbook.releases import on_record
from runbook.rollback.execution import PlannedMove, execute
from runbook.rollback.versions import AliasMove, aliases
from signoff.judge.errors import EXPECTED

ACTION = "lambda:GetFunction"


def move_aliases(
    context: StepContext,
    moves: Sequence[AliasMove],
    functions: Collection[desired.Function],
    scope: Sequence[str] = (),
) -> Changes:
    """Point the aliases of some functions at other versions, together or not at all, and time it."""
    require_starting(context, moves)
    planned: list[PlannedMove] = []
    for alias_move in moves:
        function, version = alias_move.function, alias_move.target["Version"]
        moving = partial(move, context, function.name, function.alias, version)
        planned.append((alias_move.changes(), moving))
    after = {alias_move.function.name: alias_move.target["Version"] for alias_move in moves}
    looked_at = sorted(function.name for function in functions)
    return execute(context, aliases(context, functions), after, planned, (*scope, *looked_at))


def require_starting(context: StepContext, moves: Iterable[AliasMove]) -> None:
    """Raise Refused with every reason why a version that callers would get cannot start.

    What cannot be read is told and stops no rollback: a rollback is urgent.
    """
    moving = [move for move in moves if move.live["Version"] != move.target["Version"]]
    if why := [reason for move in moving for reason in _reasons(context, move)]:
        raise Refused(joined(why))


def _reasons(context: StepContext, move: AliasMove) -> Iterator[Words]:
    version = FUNCTION.of({"Configuration": move.target})
    name, role = f"{version.name}:{version.version}", version.role_arn.rpartition("/")[2]
    there = unless_absent(context.client("iam").get_role, RoleName=role)
    if there is None or there["Role"]["Arn"] != version.role_arn:  # its path, too
        yield Words(
            en=f"{name} cannot start: its role {version.role_arn} does not exist; name another version with --to",
            ja=f"{name}は起動できません: ロール{version.role_arn}が存在しません。--toで別のバージョンを指定してください",
        )
    if missing := _missing(context, move):
        yield Words(
            en=f"{name} cannot answer: it has no variable {missing}; name another version with --to",
            ja=f"{name}は応答できません: 環境変数{missing}がありません。--toで別のバージョンを指定してください",
        )
    try:
        content = _package(context, move, version)
    except (ReadFailure, *EXPECTED) as error:
        why = error.words if isinstance(error, ReadFailure) else context.explain(error)
        context.say(
            en=f"{name}: not verified that its handler is in its package ({why.en})",
            ja=f"{name}: ハンドラーがパッケージにあるかを確認できませんでした（{why.ja}）",
        )
        return
    flaw = flaw_in(content, version) if unpacked(content) else None
    if flaw and flaw.certain:
        en, ja = flaw.words.en, flaw.words.ja
        yield Words(
            en=f"{name} cannot start: handler {version.handler} ({en}); name another version with --to",
            ja=f"{name}は起動できません: ハンドラー{version.handler}（{ja}）。--toで別のバージョンを指定してください",
        )


def _missing(context: StepContext, move: AliasMove) -> str:
    """Return the variables for a table or a secret that the version lacks, where its code is a recorded release, or ours."""
    environment, code = move.target.get("Environment", {}), move.target["CodeSha256"]
    if move.closes or "Error" in environment or code not in _known_codes(context, move.function):
        return ""
    needed = (
        name for name in move.function.environment if name.startswith((TABLE_PREFIX, SECRET_PREFIX))
    )
    return ", ".join(name for name in needed if not environment.get("Variables", {}).get(name))


def _known_codes(context: StepContext, function: desired.Function) -> set[str]:
    """Return the digests of code that reads the planned variables: of a team's own, it is unknown what it reads."""
    if context.environment.own_code:
        return set()
    recorded = (release.functions.get(function.name) for release in on_record(context))
    return {code_sha256(context.build(function.key)), *(entry[1] for entry in recorded if entry)}


def _package(context: StepContext, move: AliasMove, version: Function) -> bytes:
    """Return what this checkout builds, if that is the version's code; else download it."""
    for key in (move.function.key, CLOSED_PACKAGE):
        if code_sha256(built := context.build(key)) == version.code_sha256:
            return built
    request = {"FunctionName": version.name, "Qualifier": version.version}
    link = context.client("lambda").get_function(**request).get("Code", {}).get("Location", "")
    return downloaded(context.clients("lambda"), ACTION, str(link))
