"""What is live of an environment, read as the judge reads it: a record is stale as soon as the two differ."""

from collections.abc import Iterable
from dataclasses import replace

import boto3

from aws.inventory import on_demand
from plan import plan_for, scope_of
from signoff.environment import Environment
from signoff.evidence.facts import SALT, salt_of
from signoff.evidence.parts import Part
from signoff.judge.snapshot import Live, live_of


def live_now(session: boto3.Session, environment: Environment, rests_on: Iterable[Part]) -> Live:
    """Read what is live of these parts of the release; NotTestable where it is absent or can't be read."""
    salt = salt_of(environment.name, environment.account)
    scope = replace(scope_of(plan_for(environment), environment), salts=(salt,))
    inventory = on_demand(session, scope, caller="", salts={SALT: salt})
    return live_of(inventory, scope, rests_on, embedded=environment.birth is not None)
