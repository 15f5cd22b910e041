"""The release that is live now, read by the checks' own readers: what signatures and rehearsals bind to."""

import boto3

from aws.inventory import on_demand
from aws.section import NotTestable
from plan import plan_for, scope_of
from runbook.engine import Refused
from signoff.environment import Environment
from signoff.guard import Caller
from signoff.release import release_of


def live_release(session: boto3.Session, environment: Environment, caller: Caller) -> str:
    """Return the release; Refused where nobody can know what is live."""
    scope = scope_of(plan_for(environment), environment)
    inventory = on_demand(session, scope, caller=caller.arn)
    try:
        return release_of(inventory.sections, functions=scope.functions, stage=scope.stage)
    except NotTestable as error:
        raise Refused(f"{error}: without a live release there is nothing to sign for") from None
