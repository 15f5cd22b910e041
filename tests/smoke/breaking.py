"""Ways to break a running rally, each mended at the end of its block."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aws.desired import Function
from lambdas.packing import pack
from runbook.engine import Procedure
from runbook.procedures import api as api_procedure
from smoke.suite_session import suite_session
from tests.smoke.rally import Rally

Break = Callable[[Rally], AbstractContextManager[None]]
Edits = Mapping[str, tuple[str, str]]
"""File of a package -> (text that stands in it, text in its place)."""


@contextmanager
def released(
    rally: Rally,
    key: str,
    edits: Edits | None = None,
    environment: Mapping[str, str | None] | None = None,
    **configuration: int,
) -> Iterator[None]:
    """Release a function with other code or other variables; then point the alias back, and take its lines away."""
    function, client = rally.plan.function(key), rally.client("lambda")
    before = client.get_alias(FunctionName=function.name, Name=function.alias)
    variables = {**function.environment, **(environment or {})}
    there = {name: text for name, text in variables.items() if text is not None}
    configured = {"Environment": {"Variables": there}, **configuration}
    version = _published(client, function, edited(pack(key), edits or {}), configured)
    move = {"FunctionName": function.name, "Name": function.alias}
    client.update_alias(**move, FunctionVersion=version)
    try:
        yield
    finally:
        client.update_alias(**move, FunctionVersion=before["FunctionVersion"])
        _forget(rally, function, version)


def _forget(rally: Rally, function: Function, version: str) -> None:
    """Take away what a version has logged: SEC-46 finds lines from before its own run, since clocks differ."""
    logs, group = rally.client("logs"), {"logGroupName": function.log_group}
    with suppress(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(
            **group, limit=1
        )  # lines that are on their way arrive before it answers
        for stream in logs.describe_log_streams(**group)["logStreams"]:
            if f"[{version}]" in stream["logStreamName"]:
                logs.delete_log_stream(**group, logStreamName=stream["logStreamName"])


@dataclass(frozen=True)
class Release:
    """Release a function with other code or other variables."""

    key: str
    edits: Edits = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, rally: Rally) -> AbstractContextManager[None]:
        return released(rally, self.key, self.edits, self.environment)


def code(key: str, file: str, old: str, new: str) -> Release:
    """Release a function with one text of its code replaced."""
    return Release(key, {file: (old, new)})


def variables(key: str, **changed: str) -> Release:
    """Release a function with other variables."""
    return Release(key, environment=changed)


def _published(client: Any, function: Function, package: bytes, given: Mapping[str, Any]) -> str:
    # Lambda publishes no second version of the same: the description makes each another one.
    number = len(client.list_versions_by_function(FunctionName=function.name)["Versions"])
    client.update_function_code(FunctionName=function.name, ZipFile=package)
    client.update_function_configuration(
        FunctionName=function.name,
        Description=f"{function.name}, broken for the {number}. time",
        **given,
    )
    return str(client.publish_version(FunctionName=function.name)["Version"])


def edited(package: bytes, edits: Edits) -> bytes:
    """Return the package with those texts replaced; ValueError where one does not stand there."""
    found, written = zipfile.ZipFile(io.BytesIO(package)), io.BytesIO()
    with zipfile.ZipFile(written, "w") as out:
        for name in found.namelist():
            text = found.read(name).decode()
            if name in edits:
                old, new = edits[name]
                if old not in text:
                    raise ValueError(f"{name} holds no {old!r}")
                text = text.replace(old, new)
            out.writestr(found.getinfo(name), text)
    if strange := edits.keys() - set(found.namelist()):
        raise ValueError(f"the package holds no {', '.join(sorted(strange))}")
    return written.getvalue()


@contextmanager
def redrawn(rally: Rally, draw: Callable[[Any, str], None]) -> Iterator[None]:
    """Change the API's draft and deploy it; then put its own answers back, and let the runbook do the rest."""
    client = rally.client("apigateway")
    before = client.get_gateway_responses(restApiId=rally.api_id, limit=500)["items"]
    draw(client, rally.api_id)
    try:
        _deploy(client, rally)
        yield
    finally:
        for one in before:  # a text of somebody else's is no fault to the runbook
            _answer_again(client, rally.api_id, one)
        context = rally.context()
        for step in Procedure.of(api_procedure).steps:
            if step.action:
                step.action(context)


def _answer_again(client: Any, api_id: str, response: Mapping[str, Any]) -> None:
    made = ("responseType", "statusCode", "responseParameters", "responseTemplates")
    if not response.get("defaultResponse"):
        client.put_gateway_response(
            restApiId=api_id, **{one: response[one] for one in made if one in response}
        )


@contextmanager
def stale(rally: Rally, draw: Callable[[Any, str], None]) -> Iterator[None]:
    """Let the stage serve an older deployment, of a draft that the runbook has mended since."""
    client = rally.client("apigateway")
    where = {"restApiId": rally.api_id, "stageName": rally.environment.stage}
    with redrawn(rally, draw):
        older = client.get_stage(**where)["deploymentId"]
    newest = client.get_stage(**where)["deploymentId"]
    _serve(client, rally, older)
    try:
        yield
    finally:
        _serve(client, rally, newest)


def _deploy(client: Any, rally: Rally) -> None:
    made = client.create_deployment(restApiId=rally.api_id, description="broken")
    _serve(client, rally, made["id"])


def _serve(client: Any, rally: Rally, deployment: str) -> None:
    client.update_stage(
        restApiId=rally.api_id,
        stageName=rally.environment.stage,
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}],
    )


def resource_of(client: Any, api_id: str, path: str) -> str:
    """Return the id of a path's resource in the draft."""
    pages = client.get_paginator("get_resources").paginate(restApiId=api_id)
    return str(next(item["id"] for page in pages for item in page["items"] if item["path"] == path))


@contextmanager
def without_statement(rally: Rally, key: str, number: int) -> Iterator[None]:
    """Take one statement out of a role's policy, and start the function anew, without kept secrets."""
    role, iam = rally.plan.function(key).role.name, rally.client("iam")
    policy, document = _policy(rally, key)
    left = [one for at, one in enumerate(document["Statement"]) if at != number]
    which = {"RoleName": role, "PolicyName": policy}
    iam.put_role_policy(**which, PolicyDocument=json.dumps({**document, "Statement": left}))
    try:
        with released(rally, key):
            yield
    finally:
        iam.put_role_policy(**which, PolicyDocument=json.dumps(document))


@contextmanager
def denied(rally: Rally, key: str, action: str) -> Iterator[None]:
    """Deny a role an action that its policy grants, and start the function anew, without kept secrets."""
    role, iam = rally.plan.function(key).role.name, rally.client("iam")
    deny = {"Effect": "Deny", "Action": action, "Resource": "*"}
    which = {"RoleName": role, "PolicyName": "denied"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(**which, PolicyDocument=document)
    try:
        with released(rally, key):
            yield
    finally:
        iam.delete_role_policy(**which)


@contextmanager
def under_a_key_of_others(
    rally: Rally, *tables: str, secrets: tuple[str, ...] = ()
) -> Iterator[str]:
    """Encrypt tables and secrets under a key whose policy leaves its use to roles, none of which may; start no function anew."""
    data, vault = rally.client("dynamodb"), rally.client("secretsmanager")
    key = rally.client("kms").create_key()["KeyMetadata"]["Arn"]
    which = [{"TableName": rally.plan.table(table).name} for table in tables]
    stored = [{"SecretId": rally.plan.secret(secret).name} for secret in secrets]
    for table in which:
        data.update_table(
            **table, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        )
    for secret in stored:
        vault.update_secret(**secret, KmsKeyId=key)
    try:
        yield key
    finally:
        for table in which:
            data.update_table(**table, SSESpecification={"Enabled": False})
        for secret in stored:
            vault.update_secret(**secret, KmsKeyId="alias/aws/secretsmanager")


@contextmanager
def switched_off(rally: Rally, key: str) -> Iterator[None]:
    """Reserve no concurrency for a function: Lambda refuses every call."""
    which = {"FunctionName": rally.plan.function(key).name}
    rally.client("lambda").put_function_concurrency(**which, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        rally.client("lambda").delete_function_concurrency(**which)


@contextmanager
def refusing(rally: Rally, key: str, whom: str = "") -> Iterator[None]:
    """Let a function allow no caller to invoke its alias, or none of those whose source ARN has this."""
    function, client = rally.plan.function(key), rally.client("lambda")
    which = {"FunctionName": function.name, "Qualifier": function.alias}
    statements = [
        statement
        for statement in json.loads(client.get_policy(**which)["Policy"])["Statement"]
        if whom in json.dumps(statement["Condition"])
    ]
    for statement in statements:
        client.remove_permission(**which, StatementId=statement["Sid"])
    try:
        yield
    finally:
        for statement in statements:
            client.add_permission(
                **which,
                StatementId=statement["Sid"],
                Action=statement["Action"],
                Principal=statement["Principal"]["Service"],
                SourceArn=next(iter(statement["Condition"].values()))["AWS:SourceArn"],
            )


@contextmanager
def revoked(rally: Rally, key: str, action: str) -> Iterator[None]:
    """Take an action out of the policies of a role, and start the function anew."""
    iam, role = rally.client("iam"), {"RoleName": rally.plan.function(key).role.name}
    names = iam.list_role_policies(**role)["PolicyNames"]
    before = {
        name: json.dumps(iam.get_role_policy(**role, PolicyName=name)["PolicyDocument"])
        for name in names
    }
    for name, document in before.items():
        narrower = document.replace(f'"{action}"', '"dynamodb:DescribeTable"')
        iam.put_role_policy(**role, PolicyName=name, PolicyDocument=narrower)
    try:
        with released(rally, key):
            yield
    finally:
        for name, document in before.items():
            iam.put_role_policy(**role, PolicyName=name, PolicyDocument=document)


@contextmanager
def without_log_group(rally: Rally, name: str) -> Iterator[None]:
    logs = rally.client("logs")
    logs.delete_log_group(logGroupName=name)
    try:
        yield
    finally:
        logs.create_log_group(logGroupName=name)


@contextmanager
def other_secret(rally: Rally, key: str, **members: str) -> Iterator[None]:
    """Put other content into a secret; functions have read it before, and keep that for a while."""
    with suite_session(rally.snapshot(), rally.api, embedded=True, environ={}, aws=rally.client):
        pass  # it starts all functions
    secret, client = rally.plan.secret(key), rally.client("secretsmanager")
    before = client.get_secret_value(SecretId=secret.name)["SecretString"]
    client.put_secret_value(SecretId=secret.name, SecretString=json.dumps(members))
    try:
        yield
    finally:
        client.put_secret_value(SecretId=secret.name, SecretString=before)
        for function in rally.plan.functions:
            if secret.name in function.environment.values():
                start_anew(rally, function)


def start_anew(rally: Rally, function: Function) -> None:
    """End the copies of a function: one that a busy moment started meanwhile has read the other secret."""
    with released(rally, function.key):
        rally.client("lambda").invoke(
            FunctionName=function.name, Qualifier=function.alias, Payload=b"{}"
        )


@contextmanager
def other_masters(rally: Rally, **attributes: Mapping[str, Any]) -> Iterator[None]:
    """Give every stamp master these attributes (DynamoDB JSON); then put them back as they were."""
    table, client = rally.plan.table("stampmasters").name, rally.client("dynamodb")
    before = client.scan(TableName=table)["Items"]
    for item in before:
        client.put_item(TableName=table, Item={**item, **attributes})
    try:
        yield
    finally:
        for item in before:
            client.put_item(TableName=table, Item=item)


def statements_of(rally: Rally, key: str) -> list[Mapping[str, Any]]:
    """Return the statements of the one policy of a function's role."""
    return list(_policy(rally, key)[1]["Statement"])


def _policy(rally: Rally, key: str) -> tuple[str, dict[str, Any]]:
    role, iam = rally.plan.function(key).role.name, rally.client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
