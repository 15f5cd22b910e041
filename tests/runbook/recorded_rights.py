"""Somebody of an account who has exactly the policy that a procedure declares, and what IAM was asked for."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from local.aws.request import Request, Response
from tests.in_process import without_socket
from tests.operator_targets import targets
from tests.recording_aws import RecordingAws
from tests.runbook.desk import ONCE, Desk

REGION = "ap-northeast-1"
OPERATOR, POLICY = "operator-of-a-test", "of-the-procedure"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
NOTHING = {"Sid": "None", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
"""What a policy says that allows nothing: IAM takes none without a statement."""


@contextmanager
def restoring(account: str) -> Iterator[RecordingAws]:
    """Serve an account whose tables can be restored."""
    with RecordingAws(account, REGION, targets=targets) as aws:
        yield aws


@contextmanager
def asked_of_iam(aws: RecordingAws) -> Iterator[set[tuple[str, str]]]:
    """Yield the actions, each with its resource, that IAM was asked for and allowed, until the end."""
    asked: set[tuple[str, str]] = set()

    def note(request: Request) -> Response | None:
        if request.access_key.startswith("ASIA"):
            asked.update(targets(request, aws.moto))
        return None

    aws.extensions.insert(0, note)
    try:
        yield asked
    finally:
        aws.extensions.remove(note)


class RoleClients(dict[str, Any]):
    """Clients of one session, each made when it is first asked for."""

    def __init__(self, aws: RecordingAws, session: boto3.Session) -> None:
        super().__init__()
        self._aws, self._session = aws, session

    def __missing__(self, service: str) -> Any:
        self[service] = self.there(service, self._aws.region)
        return self[service]

    def there(self, service: str, region: str) -> Any:
        """Return a client of another Region."""
        made = self._session.client(
            service, region_name=region, endpoint_url=self._aws.endpoint, config=ONCE
        )
        return without_socket(made, self._aws)

    def become(self, issued: Mapping[str, Any]) -> None:
        """Call with these credentials from now on."""
        mine = self._session.get_credentials()
        mine.access_key = issued["AccessKeyId"]
        mine.secret_key = issued["SecretAccessKey"]
        mine.token = issued["SessionToken"]


def of_nobody(aws: RecordingAws) -> RoleClients:
    return RoleClients(aws, boto3.Session("-", "-", "-", region_name=aws.region))


def of_admin(aws: RecordingAws) -> RoleClients:
    return RoleClients(aws, boto3.Session("AKIALOCAL", "secret", region_name=aws.region))


class RestrictedRole:
    """A role of the account, whose policy may be changed at any time."""

    def __init__(
        self, aws: RecordingAws, admin: RoleClients, clients: RoleClients | None = None
    ) -> None:
        """``clients`` are those of an earlier one, who has left."""
        self._iam = admin["iam"]
        self._iam.create_role(RoleName=OPERATOR, AssumeRolePolicyDocument=TRUST)
        arn = f"arn:aws:iam::{aws.account}:role/{OPERATOR}"
        issued = admin["sts"].assume_role(RoleArn=arn, RoleSessionName="operator")["Credentials"]
        self.clients = clients or of_nobody(aws)
        self.clients.become(issued)

    def may(self, policy: Mapping[str, Any]) -> None:
        """Give the role this policy and no other."""
        document = {**policy, "Statement": policy["Statement"] or [NOTHING]}
        self._iam.put_role_policy(
            RoleName=OPERATOR, PolicyName=POLICY, PolicyDocument=json.dumps(document)
        )

    def leave(self) -> None:
        """End the role: another one of its name may come."""
        self._iam.delete_role_policy(RoleName=OPERATOR, PolicyName=POLICY)
        self._iam.delete_role(RoleName=OPERATOR)

    @staticmethod
    def each_without(
        policy: Mapping[str, Any],
    ) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Yield the policy without one of its statements, and that statement, for each of them."""
        for statement in policy["Statement"]:
            left = [one for one in policy["Statement"] if one != statement]
            yield {**policy, "Statement": left}, statement

    def desk(self, desk: Desk) -> Desk:
        """Return a desk of the same account and evidence at which this operator sits."""
        its = Desk(desk.aws, self.clients)
        its.environment, its.evidence = desk.environment, desk.evidence
        return its
