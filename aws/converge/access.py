"""Closing what nobody planned and lets somebody in: URLs of functions, methods, policies on tables and secrets."""

from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from aws.change import Change, ChangeContext, Changes, unless_absent
from aws.converge import api_draft, rest_api
from aws.desired import Api, Function, Secret, Table
from aws.door import GONE


def close_urls(context: ChangeContext, function: Function) -> Changes:
    """Delete the URLs of a function and of its aliases."""
    client = context.client("lambda")
    answer = unless_absent(client.list_function_url_configs, FunctionName=function.name)
    made: Changes = ()
    for one in answer["FunctionUrlConfigs"] if answer else ():
        _, _, qualifier = one["FunctionArn"].partition(f":function:{function.name}")
        which = {"Qualifier": qualifier.strip(":")} if qualifier else {}
        call = partial(client.delete_function_url_config, FunctionName=function.name, **which)
        made += _close(context, f"function {function.name}", "URL", one["FunctionUrl"], call)
    return made


def close_table(context: ChangeContext, table: Table) -> Changes:
    """Delete the policy of a table: roles of the account need none."""
    client = context.client("dynamodb")
    answer = _policy(client.get_resource_policy, "PolicyNotFoundException", ResourceArn=table.arn)
    call = partial(client.delete_resource_policy, ResourceArn=table.arn)
    policy = answer.get("Policy")
    return _close(context, f"table {table.name}", "policy", policy, call) if policy else ()


def close_secret(context: ChangeContext, secret: Secret) -> Changes:
    """Delete the policy of a secret: roles of the account need none."""
    client = context.client("secretsmanager")
    answer = unless_absent(client.get_resource_policy, SecretId=secret.name) or {}
    call = partial(client.delete_resource_policy, SecretId=secret.name)
    policy = answer.get("ResourcePolicy")
    return _close(context, f"secret {secret.name}", "policy", policy, call) if policy else ()


def close_methods(context: ChangeContext, api: Api) -> Changes:
    """Delete the methods of the draft that the plan does not have; the stage serves them until it is deployed."""
    found = rest_api.find(context, api)
    if found is None:
        return ()
    draft = rest_api.read(context, found["id"])
    ours = {(one.path, one.verb) for one in api_draft.planned(api)}
    made: Changes = ()
    for path, verb in sorted(set(draft.methods) - ours):
        call = partial(
            context.client("apigateway").delete_method,
            restApiId=found["id"],
            resourceId=draft.resources[path],
            httpMethod=verb,
        )
        made += _close(context, f"API {api.name}", f"method {verb} {path}", "in the draft", call)
    return made


def _close(
    context: ChangeContext, resource: str, field: str, found: Any, call: Callable[[], Any]
) -> Changes:
    return context.settle((Change(resource, field, found, None, destroys=True),), call)


def _policy(call: Callable[..., Any], absent: str, **which: str) -> dict[str, Any]:
    """Read a policy; AWS answers an error of its own where the resource is there and has none."""
    try:
        found: dict[str, Any] = call(**which)
    except ClientError as error:
        if error.response["Error"].get("Code") not in {absent, *GONE}:
            raise
        return {}
    return found
