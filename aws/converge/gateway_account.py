"""The account's role by which API Gateway writes logs: one per account and Region, for all its APIs."""

import json
from functools import partial

from aws.change.gate import Change, ChangeContext, Changes, difference, tag_list, unless_absent
from aws.converge.policy_document import trusting
from aws.converge.rest_api import replaced
from aws.converge.role import MANAGED_POLICY, TRUSTS
from aws.desired import Api
from aws.kinds.role import ROLE
from aws.kinds.usage_plan import GATEWAY_ACCOUNT
from aws.words import Words

WRITES_LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
TRUST = trusting("apigateway.amazonaws.com")
ACCOUNT = Words(en="API Gateway account", ja="API Gatewayのアカウント設定")
LOG_ROLE = GATEWAY_ACCOUNT.facts["log_role_arn"].words


def converge(context: ChangeContext, api: Api) -> Changes:
    """Set a log role if the account has none of its own; an existing one serves other APIs and stays."""
    client = context.client("apigateway")
    log_role, arn = GATEWAY_ACCOUNT.of(client.get_account()).log_role_arn, api.log_role_arn
    if log_role and log_role != arn and log_role.startswith(f"{arn.partition('/')[0]}/"):
        context.say(
            en=f"{ACCOUNT.en}: logs are written by {log_role}, which is left as it is",
            ja=f"{ACCOUNT.ja}: ログの書き込みには設定済みの{log_role}を使い、変更しません",
        )
        return ()
    made = _role(context, api)
    changes = difference(ACCOUNT, {LOG_ROLE: log_role}, {LOG_ROLE: arn})
    patch = [replaced("/cloudwatchRoleArn", arn)]
    return made + context.settle(changes, lambda: client.update_account(patchOperations=patch))


def _role(context: ChangeContext, api: Api) -> Changes:
    iam, name = context.client("iam"), ROLE.resource(api.log_role)
    current = unless_absent(iam.get_role, RoleName=api.log_role)
    trust = current["Role"]["AssumeRolePolicyDocument"] if current else None
    changes = difference(name, {TRUSTS: trust}, {TRUSTS: TRUST}, destroying=(TRUSTS,))
    made = context.settle(changes, lambda: _write(context, api, absent=current is None))
    return made + _policy(context, api, absent=current is None)


def _write(context: ChangeContext, api: Api, *, absent: bool) -> None:
    iam, trust = context.client("iam"), json.dumps(TRUST)
    if absent:
        tags = tag_list(api.tags)
        iam.create_role(RoleName=api.log_role, AssumeRolePolicyDocument=trust, Tags=tags)
    else:
        iam.update_assume_role_policy(RoleName=api.log_role, PolicyDocument=trust)


def _policy(context: ChangeContext, api: Api, *, absent: bool) -> Changes:
    iam = context.client("iam")
    operation, key = "list_attached_role_policies", "AttachedPolicies"
    listed = () if absent else context.listed("iam", operation, key, RoleName=api.log_role)
    if WRITES_LOGS in {entry["PolicyArn"] for entry in listed}:
        return ()
    change = Change(ROLE.resource(api.log_role), MANAGED_POLICY, None, WRITES_LOGS)
    attach = partial(iam.attach_role_policy, RoleName=api.log_role, PolicyArn=WRITES_LOGS)
    return context.settle((change,), lambda: context.once_found(attach))
