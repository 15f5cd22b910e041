"""What stops us without touching what is ours: capacity that somebody else moves, and a firewall in front of the API."""

from collections.abc import Iterator

from aws.access.targets import Target
from aws.kinds.stage import WEB_ACL
from aws.kinds.table import all_on_demand
from aws.reading import Reading
from aws.unreadable import Unreadable

SCALING = tuple(
    f"application-autoscaling:{name}"
    for name in (
        *("DeleteScalingPolicy", "DeregisterScalableTarget", "PutScalingPolicy"),
        *("PutScheduledAction", "RegisterScalableTarget", "DeleteScheduledAction"),
    )
)
"""Actions that leave a table that is not on demand without capacity."""
FILTERING = ("UpdateWebACL", "UpdateRuleGroup", "UpdateIPSet", "UpdateRegexPatternSet")
"""Actions that change whom a web ACL refuses, by itself or by what its rules refer to."""


def stopping(reading: Reading) -> Iterator[Target]:
    """Yield scaling for each table unless all are on demand, and the web ACLs of the stage, which only a decision allows."""
    scope, tables = reading.scope, reading.section("tables")
    if not all_on_demand(tables):
        moved = (
            f"arn:aws:application-autoscaling:{scope.region}:{scope.account}:scalable-target/any"
        )
        for name in scope.tables:
            yield Target(kind="table", name=name, arns=(moved,), actions=SCALING)
    for acl in _web_acls(reading):
        service = acl.split(":")[2]
        rules = (acl, *(f"{acl.partition('/webacl/')[0]}/{part}/any/any" for part in PARTS))
        actions = tuple(f"{service}:{operation}" for operation in FILTERING)
        yield Target(kind="API", name=scope.api, arns=rules, actions=actions)


PARTS = ("rulegroup", "ipset", "regexpatternset")
"""What the rules of a web ACL refer to; which ones is not read, so that any counts."""


def _web_acls(reading: Reading) -> Iterator[str]:
    stages = reading.section("stages")
    for stage in () if isinstance(stages, Unreadable) else stages.values():
        if not isinstance(stage, Unreadable):
            attached = (each.values for each in stage.unplanned if each.fact == WEB_ACL)
            yield from (arn for found in attached for arn in found)
