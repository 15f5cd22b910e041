"""Another environment than the one that is worked on: where it is, and clients that reach it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from runbook.engine import Clients, Refused
from runbook.engine.clients import opened
from signoff.environment import Environment, names, peek
from signoff.guard import GuardError, guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """``client``: service -> boto3 client, in that account and Region."""

    name: str
    account: str
    region: str
    tables: Mapping[str, str]
    client: Callable[[str], Any]


def reached(name: str, *, file: Path, profile: str | None, here: Environment) -> Elsewhere:
    """Reach an environment of ``file`` with the same credentials, or with those of an AWS profile.

    What variables override is about ``here``, so the file alone says where ``name`` is. Where it
    names no account, a profile decides, and without one it is the account of ``here``. Raises Refused.
    """
    if name not in names(file):
        raise Refused(f"{file.name} has no environment {name}; it has {', '.join(names(file))}")
    region = str(peek(name, "region", file))
    session = _session(profile, region)
    account = peek(name, "account", file) or (here.account if profile is None else None)
    return Elsewhere(
        name=name,
        account=_checked(session, replace(here, name=name, region=region), account),
        region=region,
        tables=peek(name, "tables", file),
        client=Clients(session, region),
    )


def _session(profile: str | None, region: str) -> boto3.Session:
    try:
        return opened(region, profile)
    except GuardError as error:
        raise Refused(str(error)) from None


def _checked(session: boto3.Session, there: Environment, account: str | None) -> str:
    try:
        if account is None:
            account = str(session.client("sts").get_caller_identity()["Account"])
        return guard(session, replace(there, account=account)).account
    except GuardError as error:
        raise Refused(str(error)) from None
