"""The runs that have a dangerous middle: rollbacks, drills, and the procedures that release and deploy."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from aws.converge import rest_api
from aws.converge.deployment import point
from runbook.engine import Procedure
from runbook.procedures import (
    api,
    functions,
    rehearse_rollbacks,
    restore_tables,
    rollback_api,
    rollback_functions,
)
from runbook.procedures.rehearse_rollbacks import API, FUNCTIONS
from runbook.rollback import drill
from runbook.rollback.drill import Drill
from runbook.rollback.versions import described
from tests.runbook.desk import package
from tests.runbook.exercises import restorable, tables_drill
from tests.runbook.rollback.half_way import Seen, Subject
from tests.runbook.rollback.operator import RollbackOperator


def aliases(operator: RollbackOperator) -> Seen:
    return {
        f"alias stamp-rally-prod-{key}:live": version
        for key, version in operator.versions().items()
    }


def deployment(operator: RollbackOperator) -> Seen:
    return {"stage prod": drill.state(operator.context())["deployment"]}


def tables(operator: RollbackOperator) -> Seen:
    """Return what each live version reads, which tables there are, and what watches and allows them."""
    plan, dynamodb = operator.context().plan, operator.client("dynamodb")
    policies = operator.client("iam").list_role_policies
    alarms = operator.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return {
        **{f"table {name}": "there" for name in dynamodb.list_tables()["TableNames"]},
        **{
            f"alias {function.name}:live": _reads(operator, function) for function in plan.functions
        },
        **{f"role {role.name}": policies(RoleName=role.name)["PolicyNames"] for role in plan.roles},
        **{
            f"alarm {alarm['AlarmName']}": alarm.get("Dimensions")
            for page in alarms
            for alarm in page["MetricAlarms"]
        },
    }


def _reads(operator: RollbackOperator, function: Any) -> Mapping[str, str]:
    variables = described(operator.context(), function, "live")["Environment"]["Variables"]
    return {name: variable for name, variable in variables.items() if name.startswith("TABLE_")}


def whole(operator: RollbackOperator) -> Seen:
    return drill.state(operator.context())


def rendered(before: Seen, after: Seen, said: str) -> bool:
    """Whether a drill said thing by thing what is not as it was, and which command puts it back."""
    return (
        drill.rendered(before, after).en in said and "The same command puts it back first" in said
    )


def drill_of(one: Drill) -> Subject:
    held = next(
        step
        for step in Procedure.of(rehearse_rollbacks).steps
        if step.name.endswith(f"the_{one.part}")
    )
    step = replace(held, action=partial(drill.run_drill, drill=one))
    procedure = replace(Procedure.of(rehearse_rollbacks), steps=(step,))
    return Subject(procedure, whole, told=rendered, told_again="What is there now: ")


def without_a_route(operator: RollbackOperator) -> None:
    """Serve a draft that lacks a route, so that `api` makes the method anew and deploys."""
    context, client = operator.context(go=True), operator.client("apigateway")
    api, id_ = context.plan.api, rest_api.needed(context, context.plan.api)
    resources = rest_api.read(context, id_).resources
    route = api.routes[0]
    client.delete_method(restApiId=id_, resourceId=resources[route.path], httpMethod=route.verb)
    made = client.create_deployment(restApiId=id_, description="a route is missing")
    point(context, api, id_, made["id"])


def draft(operator: RollbackOperator) -> Seen:
    """Return what is drafted and what is served, in terms that a deployment anew does not change."""
    context = operator.context()
    id_ = rest_api.needed(context, context.plan.api)
    found = rest_api.read(context, id_)
    live = drill.state(context)["deployment"]
    summary = operator.client("apigateway").get_deployment(
        restApiId=id_, deploymentId=live, embed=["apisummary"]
    )
    return {
        **{f"method {verb} {path}": "there" for path, verb in found.methods},
        "deployment": json.dumps(summary.get("apiSummary"), sort_keys=True, default=str),
    }


def says_what_stands(_: Seen, __: Seen, said: str) -> bool:
    return "changed" in said and "The same command resumes from here" in said


def code(operator: RollbackOperator) -> Seen:
    plan = operator.context().plan
    return {
        f"alias {function.name}:live": described(operator.context(), function, "live")["CodeSha256"]
        for function in plan.functions
    }


def subjects() -> Mapping[str, Subject]:
    return {
        "rollback_functions": Subject(
            Procedure.of(rollback_functions), aliases, told_again="What is there now: "
        ),
        "rollback_api": Subject(Procedure.of(rollback_api), deployment),
        "restore_tables": Subject(
            Procedure.of(restore_tables),
            tables,
            chosen={"to": restorable(), "only": "userstamps"},
        ),
        "drill of the functions": drill_of(FUNCTIONS),
        "drill of the API": drill_of(API),
        "drill of the tables": drill_of(tables_drill()),
        "api": Subject(Procedure.of(api), draft, told=says_what_stands, arrange=without_a_route),
        "functions": Subject(
            Procedure.of(functions),
            code,
            more={"build": lambda key: package(key) + b" anew"},
        ),
    }
