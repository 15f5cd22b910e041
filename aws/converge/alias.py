"""What callers of a function get, and who may call it: the version behind the alias, and its permissions."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws.access.callers import CALLERS, GATEWAY, Callers, invocation, strangers
from aws.access.surplus_permissions import BEYOND
from aws.bounds import unset, within
from aws.change.gate import Change, ChangeContext, Changes, difference, unless_absent
from aws.converge.function import Fields, described, planned, table_fields, variables_in
from aws.converge.version import DOWN, LATEST, configuration, configure, move, publish
from aws.converge.version import listed as listed_versions
from aws.desired import Function
from aws.difference import differences
from aws.iam.statement import listed, policy_of
from aws.kind.description import STATE
from aws.kinds.function import CODE, FUNCTION, VERSION
from aws.kinds.function_invocation import (
    ALIAS,
    ALIASES,
    WEIGHTS,
    FunctionPolicy,
    published,
    sent_to,
)
from aws.raw import Raw
from aws.release import code_sha256
from aws.words import Words

PUBLISHED = Words(en="published", ja="公開")
VARIABLES = FUNCTION.facts["environment"].words


def converge(
    context: ChangeContext, function: Function, package: bytes, keeps: Collection[str] = ()
) -> Changes:
    """Publish what is built and point the alias to it, unless it already does.

    All traffic goes there: do not go live with a weighted alias. If callers would from then on
    read another table, as after a restore, the change counts as destructive.
    """
    current = _current(context, function)
    variables = (current or {}).get(VARIABLES, ())
    desired = {
        **planned(context, function, current),
        CODE: code_sha256(package),
        VARIABLES: sorted({*function.environment, *({*variables} & {*keeps})}),
        WEIGHTS: allowed_weights(context, function, (current or {}).get(WEIGHTS, {})),
        PUBLISHED: True,
    }
    name, tables = _name(function), table_fields(function)
    changes = difference(name, current, desired, destroying=tables)
    down = (current or {}).get(STATE)
    if down:
        changes += (Change(name, STATE, down, "Active"),)
    return context.settle(
        changes, lambda: _release(context, function, absent=current is None, down=down)
    )


def released(context: ChangeContext, function: Function) -> dict[str, str]:
    """Return version and CodeSha256 behind the alias, for the release record; empty where none."""
    answer = configuration(context, function.name, function.alias)
    if answer is None:
        return {}
    return {"version": answer["Version"], "code_sha256": answer["CodeSha256"]}


def allowed_weights(
    context: ChangeContext, function: Function, weights: Mapping[str, float]
) -> Mapping[str, float]:
    """Return the shares of traffic that may go to other versions: none, unless that was decided."""
    shares = [sent_to(version, share) for version, share in weights.items()]
    differing = differences(FUNCTION.words, function.name, {WEIGHTS: (shares or None, unset())})
    return {} if context.undecided(differing) else weights


def _current(context: ChangeContext, function: Function) -> Fields | None:
    """Describe what is live, with the names of its variables: one that is not planned may hold a secret."""
    if (live := configuration(context, function.name, function.alias)) is None:
        return None
    numbered, state = live["Version"] != LATEST, live.get("State")
    return {
        **described(context, live),
        VARIABLES: sorted(variables_in(live)),
        PUBLISHED: numbered,
        STATE: state if numbered and state in DOWN else None,
        WEIGHTS: dict(weights_of(context, function)),
    }


def weights_of(context: ChangeContext, function: Function) -> Mapping[str, float]:
    """Return version -> the share of the calls that the alias sends there beside its own."""
    get = context.client("lambda").get_alias
    alias = unless_absent(get, FunctionName=function.name, Name=function.alias)
    return ALIASES.of(alias).weights if alias else {}


def _release(context: ChangeContext, function: Function, *, absent: bool, down: str | None) -> None:
    if down:  # Lambda does not publish a second version of unchanged code and configuration
        again = f"published again: the version before was {down}"
        configure(context, function.name, Description=again)
    version = publish(context, function.name)
    move(context, function.name, function.alias, version, absent=absent)


def grant(
    context: ChangeContext, function: Function, sources: Mapping[str, str], stage: str
) -> Changes:
    """Grant API Gateway the alias for each of ``sources`` (statement id -> ARN), unless a statement does so already.

    A statement on the unqualified function does not grant the alias. Against one that denies, another grant is no help.
    """
    by_sid = statements(context, function, function.alias)
    granting = (each for each in by_sid.values() if each["Effect"] == "Allow")
    policy = _policy(function.alias, granting)
    made: Changes = ()
    for id_, arn in sources.items():
        source = arn.replace("/*/", f"/{stage}/", 1)
        allowed = invocation([policy], function.alias_arn, source, datetime.now(UTC)).allowed
        if id_ not in by_sid and allowed:
            continue
        if (granted := _granted(by_sid.get(id_))) != arn:
            change = Change(_name(function), BEYOND.named(id_), granted, arn)
            apply = partial(_grant, context, function, id_, arn, replace=granted is not None)
            made += context.settle((change,), apply)
    return made


def _policy(qualifier: str | None, statements: Iterable[Any]) -> FunctionPolicy:
    return FunctionPolicy(qualifier=qualifier, document=json.dumps(policy_of(statements)))


def remove_other_callers(context: ChangeContext, function: Function, callers: Callers) -> Changes:
    """Remove every statement that allows another principal, as the checks find them, unless that was decided.

    That may be API Gateway of another account, or all principals. Each alias and version has its own statements.
    Statements that deny are kept.
    """
    places = (None, function.alias, *_others(context, function))
    by_qualifier = {place: statements(context, function, place) for place in places}
    policies = tuple(_policy(key, its.values()) for key, its in by_qualifier.items() if its)
    compared = {CALLERS: (strangers(policies, callers), within(()))}
    if not context.undecided(differences(FUNCTION.words, function.name, compared)):
        return ()
    made: Changes = ()
    for qualifier in places:
        for id_, statement in by_qualifier[qualifier].items():
            if not strangers((_policy(qualifier, [statement]),), callers):
                continue
            name, field = _name(function, qualifier), BEYOND.named(id_)
            lost = Change(name, field, statement, None, destroys=True)
            apply = partial(_withdraw, context, function, statement, qualifier)
            made += context.settle((lost,), apply)
    return made


def statements(
    context: ChangeContext, function: Function, qualifier: str | None = None
) -> dict[str, Any]:
    """Return the statements on the alias, or on the unqualified function, by their Sid.

    A policy written as JSON (PutResourcePolicy) may have statements without a Sid: these go by their number.
    """
    document = policy_on(context, function.name, qualifier).document
    entries = listed(json.loads(document)["Statement"]) if document else ()
    return {each.get("Sid") or f"number {number}": each for number, each in enumerate(entries, 1)}


def policy_on(context: ChangeContext, name: str, qualifier: str | None) -> FunctionPolicy:
    """Return the policy on an alias or a version, or on the unqualified function."""
    which = {"Qualifier": qualifier} if qualifier else {}
    answer = unless_absent(context.client("lambda").get_policy, FunctionName=name, **which)
    return FunctionPolicy(qualifier=qualifier, document=answer["Policy"] if answer else None)


def invoking_apis(
    context: ChangeContext, function: Function, qualifier: str | None
) -> Iterator[str]:
    """Yield the ARNs of the routes of API Gateway that the alias, or the function, may be invoked by."""
    for statement in statements(context, function, qualifier).values():
        for operator in statement.get("Condition", {}).values():
            yield from (
                arn for arn in listed(operator.get("AWS:SourceArn", [])) if ":execute-api:" in arn
            )


def _others(context: ChangeContext, function: Function) -> tuple[str, ...]:
    """Return the other aliases and the versions, through which a caller may bypass our alias."""
    listing = context.listed("lambda", "list_aliases", "Aliases", FunctionName=function.name)
    aliases = unless_absent(lambda: [entry["Name"] for entry in listing])
    if aliases is None:
        return ()
    others = [alias for alias in aliases if alias != function.alias]
    return (*others, *published(listed_versions(context, function.name).values()))


def _granted(statement: Raw | None) -> str | None:
    """Return the source ARN if the statement is exactly ours, else a description of it."""
    if statement is None:
        return None
    conditions = statement.get("Condition", {})
    arn = conditions.get("ArnLike", {}).get("AWS:SourceArn")
    ours = (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": GATEWAY}
        and statement["Action"] == "lambda:InvokeFunction"
        and arn is not None
    )
    return str(arn) if ours else json.dumps(statement, sort_keys=True)


def _grant(
    context: ChangeContext, function: Function, id_: str, arn: str, *, replace: bool
) -> None:
    client = context.client("lambda")
    on = {"FunctionName": function.name, "Qualifier": function.alias, "StatementId": id_}
    if replace:
        client.remove_permission(**on)
    allowed = {"Action": "lambda:InvokeFunction", "Principal": GATEWAY, "SourceArn": arn}
    context.once_found(partial(client.add_permission, **on, **allowed))


def _withdraw(
    context: ChangeContext, function: Function, statement: Raw, qualifier: str | None
) -> None:
    """Remove one statement: by its Sid, or by writing the policy without it."""
    client, arn = context.client("lambda"), function.arn
    on = {"FunctionName": function.name}
    if qualifier:
        on["Qualifier"], arn = qualifier, f"{arn}:{qualifier}"
    if "Sid" in statement and statement.get("Resource") == arn:
        client.remove_permission(**on, StatementId=statement["Sid"])
        return
    policy = json.loads(client.get_policy(**on)["Policy"])
    if others := [entry for entry in listed(policy["Statement"]) if entry != statement]:
        document = json.dumps({**policy, "Statement": others})
        client.put_resource_policy(ResourceArn=arn, Policy=document)
    else:
        client.delete_resource_policy(ResourceArn=arn)


def _name(function: Function, qualifier: str | None = "") -> Words:
    if qualifier is None:
        return FUNCTION.resource(function.name)
    if qualifier.isdecimal():
        return VERSION.named(f"{function.name}:{qualifier}")
    return ALIAS.named(f"{function.name}:{qualifier or function.alias}")
