"""People and pipelines with roles of their own in the two accounts; IAM is enforced for each."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from moto.iam.utils import generate_access_key_id_from_account_id

from tests.world.accounts import WorldAccount
from tests.world.machine import Machine

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LONGEST_S = 12 * 3600
LOOPBACK = Config(proxies={}, retries={"total_max_attempts": 1})


def console(account: WorldAccount, service: str) -> Any:
    """Return a client of whoever opened the account: no policy limits this one."""
    key = generate_access_key_id_from_account_id(account.home.account, "AKIA")
    session = boto3.Session(
        aws_access_key_id=key,
        aws_secret_access_key="local",
        region_name=account.home.region,
    )
    return session.client(service, endpoint_url=account.stack.aws, config=LOOPBACK)


def hire(account: WorldAccount, role: str, *policies: Mapping[str, Any]) -> None:
    """Create a role of the account with these policies; without one, an administrator's."""
    admit(account, role)
    if not policies:
        console(account, "iam").attach_role_policy(RoleName=role, PolicyArn=ADMINISTRATOR)
    grant(account, role, *policies)


def admit(account: WorldAccount, role: str) -> None:
    """Create a role of the account that may do nothing yet."""
    iam, owner = console(account, "iam"), f"arn:aws:iam::{account.home.account}:root"
    trust = {"Effect": "Allow", "Principal": {"AWS": owner}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName=role,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        MaxSessionDuration=LONGEST_S,
    )


def grant(account: WorldAccount, role: str, *policies: Mapping[str, Any]) -> None:
    """Give a role these policies in addition."""
    iam = console(account, "iam")
    had = len(iam.list_role_policies(RoleName=role)["PolicyNames"])
    for number, policy in enumerate(policies, had):
        document = json.dumps(policy)
        iam.put_role_policy(RoleName=role, PolicyName=f"rights-{number}", PolicyDocument=document)


def profile(machine: Machine, name: str, variables: Mapping[str, str]) -> None:
    """Keep somebody's variables as a profile of this machine."""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    lines = "\n".join(f"{key.lower()} = {variables[key]}" for key in keys)
    file = machine.home / ".aws" / "credentials"
    file.parent.mkdir(mode=0o700)
    file.write_text(f"[{name}]\n{lines}\n", encoding="utf-8")


def signed_in(account: WorldAccount, role: str, person: str) -> dict[str, str]:
    """Return the variables of somebody who took on a role."""
    home = account.home
    answer = console(account, "sts").assume_role(
        RoleArn=f"arn:aws:iam::{home.account}:role/{role}",
        RoleSessionName=person,
        DurationSeconds=LONGEST_S,
    )
    given = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
        "AWS_REGION": home.region,
    }
