"""An old account: years of releases, and other teams' resources. By itself this module does nothing.

The local stack answers listings in pages of AWS's sizes, so that they take as many calls as on AWS.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import boto3

from bench.reach import Say
from bench.stand import Stand
from local.aws.request import Request, Response

VERSIONS = 300
"""Published versions of each of our functions."""
ALARMS, LOG_GROUPS, FUNCTIONS, ROLES, API_KEYS, SECRETS = 1_200, 400, 120, 300, 200, 150
"""Numbers of other teams' resources."""
VERSIONS_OF_OTHERS = 3
AT_ONCE = 8
TRUSTED = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
TABLES = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:*:table/a-*"}
TRUST, RIGHTS = (
    json.dumps({"Version": "2012-10-17", "Statement": [one]})
    for one in ({**TRUSTED, "Action": "sts:AssumeRole"}, TABLES)
)


class Remembered:
    """Caches pages of ListFunctions: moto builds the whole listing for each page, which takes a second."""

    def __init__(self) -> None:
        self._answers: dict[str, Response] = {}

    def observe(self, request: Request, response: Response) -> None:
        """Remember an answer: an observer of the stack."""
        if request.operation == "ListFunctions":
            self._answers[request.query] = response

    def answer(self, request: Request) -> Response | None:
        """Return a cached answer: a fault of the stack, which is consulted before anything else."""
        return self._answers.get(request.query) if request.operation == "ListFunctions" else None


def grow_old(where: Stand, say: Say) -> None:
    """Create years of history: versions of our functions, and other teams' resources."""
    session = boto3.Session(region_name=where.environment.region)
    client = cache(session.client)
    for service in ("lambda", "iam", "cloudwatch", "logs", "apigateway", "secretsmanager"):
        client(service)  # made in one thread: a session is not thread-safe
    for what, things, make in _of_others(client, where.environment.account):
        say(f"{what} of others")
        _all(things, make)
    say("versions of ours")
    functions = client("lambda")
    _all(
        (one.name for one in where.plan.functions), lambda name: _publish(functions, name, VERSIONS)
    )
    say("the listing of all versions")
    remembered = Remembered()
    where.aws.observers.append(remembered.observe)
    list(functions.get_paginator("list_functions").paginate(FunctionVersion="ALL"))
    where.aws.faults.append(remembered.answer)


Kind = tuple[str, Iterable[str], Callable[[str], object]]


def _of_others(client: Callable[[str], Any], account: str) -> Iterable[Kind]:
    """Yield each kind of resource: its names, and the function that creates one."""
    iam, functions, logs = client("iam"), client("lambda"), client("logs")
    role = f"arn:aws:iam::{account}:role/other-0"
    gateway, secrets = client("apigateway"), client("secretsmanager")
    yield "roles", _names(ROLES), lambda name: _role(iam, name)
    yield "functions", _names(FUNCTIONS), lambda name: _function(functions, name, role)
    yield "alarms", _names(ALARMS), lambda name: _alarm(client("cloudwatch"), name)
    yield (
        "log groups",
        _names(LOG_GROUPS),
        lambda name: logs.create_log_group(logGroupName=f"/aws/lambda/{name}"),
    )
    yield "API keys", _names(API_KEYS), lambda name: gateway.create_api_key(name=name)
    yield (
        "secrets",
        _names(SECRETS),
        lambda name: secrets.create_secret(Name=name, SecretString="none of ours"),
    )


def _names(many: int) -> Iterable[str]:
    return (f"other-{number}" for number in range(many))


def _all(things: Iterable[str], make: Callable[[str], object]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(make, things))


def _role(iam: Any, name: str) -> None:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=RIGHTS)


def _function(functions: Any, name: str, role: str) -> None:
    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="app.main",
        Code={"ZipFile": _package()},
    )
    _publish(functions, name, VERSIONS_OF_OTHERS)


def _publish(functions: Any, name: str, versions: int) -> None:
    for number in range(versions):
        functions.update_function_configuration(FunctionName=name, Description=f"release {number}")
        functions.publish_version(FunctionName=name)


def _alarm(cloudwatch: Any, name: str) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )


@cache
def _package() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("app.py", "def main(event, context): return {}\n")
    return written.getvalue()
