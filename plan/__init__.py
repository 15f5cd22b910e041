"""The resource plan of one environment: what should exist, from the environment alone (guide step 1-3)."""

from plan import compute, data, edge, monitoring
from plan.naming import Naming
from plan.permissions import roles
from plan.plan import Plan, public_in, scope_of
from signoff.environment import Environment

__all__ = ["Naming", "Plan", "plan_for", "public_in", "scope_of"]


def plan_for(environment: Environment) -> Plan:
    """Derive the plan; no AWS call, no clock."""
    naming = Naming(environment)
    tables, its_roles = data.tables(naming), roles(naming)
    functions = compute.functions(naming, its_roles)
    api = edge.api(naming, functions)
    return Plan(
        tables=tables,
        secrets=data.secrets(naming),
        roles=its_roles,
        functions=functions,
        api=api,
        alarms=monitoring.alarms(naming, functions, tables, api),
        dashboard=monitoring.dashboard(naming, functions, tables, api),
        topic=monitoring.topic(naming),
        log_groups=monitoring.log_groups(naming, functions, api),
        domain=edge.domain(environment),
        bucket=edge.bucket(environment),
        tags=environment.tags,
    )
