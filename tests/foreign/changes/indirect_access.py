"""Who reaches what is ours by a way round: rights given to others, roles taken, parts named by wildcards.

And what stands in a usual account beside it: the roles of services, of single sign-on, of CDK, of an organization.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from tests.foreign.changes.access import user as one_user
from tests.foreign.changes.change import Change, Client, Kept, change, harmless, named
from tests.foreign.changes.loopholes import GITHUB, administrator
from tests.foreign.changes.makers import ACCOUNT, HERE, PRINCIPALS, ROOT, may, user
from tests.foreign.hand import edge, watch

IAM, BY_AWS = f"arn:aws:iam::{ACCOUNT}", "arn:aws:iam::aws:policy"
LOGS, API = f"arn:aws:logs:{HERE}:log-group", "arn:aws:apigateway:ap-northeast-1::"
IMAGES, TABLES = f"arn:aws:s3:::{edge.BUCKET}", f"arn:aws:dynamodb:{HERE}:table"
CFN_ROLE, DEPLOY_ROLE = "cdk-hnb659fds-cfn-exec-role", "cdk-hnb659fds-deploy-role"
SSO = "aws-reserved/sso.amazonaws.com/ap-northeast-1"
SIGNED_IN = {"Federated": f"{IAM}:saml-provider/AWSSSO_0a1b_DO_NOT_DELETE"}
STACKS = ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"]


def service(name: str) -> dict[str, str]:
    return {"Service": f"{name}.amazonaws.com"}


def role(name: str, principal: dict[str, str], *rights: dict[str, Any], policies: str = "") -> Kept:
    """Let there be a role that somebody may assume, with these rights and these policies of AWS."""
    path, _, short = f"/{name}".rpartition("/")
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    named = {"RoleName": short}
    attached = [{"PolicyArn": f"{BY_AWS}/{part}"} for part in policies.split()]

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        iam = client("iam")
        iam.create_role(
            **named, Path=f"{path}/", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )
        rights_of = {"Version": "2012-10-17", "Statement": [*rights]}
        for one in attached:
            iam.attach_role_policy(**named, **one)
        for document in [json.dumps(rights_of)] * bool(rights):
            iam.put_role_policy(**named, PolicyName="own", PolicyDocument=document)
        yield
        for one in attached:
            iam.detach_role_policy(**named, **one)
        for _ in [1] * bool(rights):
            iam.delete_role_policy(**named, PolicyName="own")
        iam.delete_role(**named)

    return kept


def together(*keeps: Kept) -> Kept:
    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        with ExitStack() as all_of_them:
            for keep in keeps:
                all_of_them.enter_context(keep(client))
            yield

    return kept


@contextmanager
def administrators(client: Client) -> Iterator[None]:
    """Let there be a group that may do everything, with nobody in it."""
    iam, group = client("iam"), {"GroupName": "administrators"}
    everything = {"Version": "2012-10-17", "Statement": [may("*", "*")]}
    iam.create_group(**group)
    iam.put_group_policy(**group, PolicyName="all", PolicyDocument=json.dumps(everything))
    yield
    iam.delete_group_policy(**group, PolicyName="all")
    iam.delete_group(**group)


def analyst(client: Client) -> AbstractContextManager[None]:
    return one_user(client, may("dynamodb:Scan", "*"), name="analyst")


CDK = (
    role(CFN_ROLE, service("cloudformation"), policies="AdministratorAccess"),
    role(DEPLOY_ROLE, ROOT, may(STACKS, "*"), may("iam:PassRole", f"{IAM}:role/{CFN_ROLE}")),
    role("cdk-hnb659fds-lookup-role", ROOT, policies="ReadOnlyAccess"),
)
BACKUP = role(
    "service-role/AWSBackupDefaultServiceRole",
    service("backup"),
    policies="service-role/AWSBackupServiceRolePolicyForBackup service-role/AWSBackupServiceRolePolicyForRestores",
)
PEOPLE = (
    role(
        f"{SSO}/AWSReservedSSO_AdministratorAccess_0a1b", SIGNED_IN, policies="AdministratorAccess"
    ),
    role(f"{SSO}/AWSReservedSSO_ReadOnlyAccess_2c3d", SIGNED_IN, policies="ReadOnlyAccess"),
    role("OrganizationAccountAccessRole", {"AWS": "999988887777"}, policies="AdministratorAccess"),
)
LOOKING = (
    role(
        f"{SSO}/AWSReservedSSO_ViewOnlyAccess_4e5f",
        SIGNED_IN,
        policies="job-function/ViewOnlyAccess",
    ),
    role("auditor", ROOT, policies="SecurityAudit job-function/ViewOnlyAccess"),
    role("config-recorder", service("config"), policies="service-role/AWS_ConfigRole"),
)
MACHINES = (
    role(
        "orders",
        service("lambda"),
        policies="service-role/AWSLambdaBasicExecutionRole service-role/AWSLambdaDynamoDBExecutionRole",
    ),
    role(
        "ecsTaskExecutionRole",
        service("ecs-tasks"),
        policies="service-role/AmazonECSTaskExecutionRolePolicy",
    ),
    role(
        "cdk-hnb659fds-file-publishing-role",
        ROOT,
        may("s3:*", "arn:aws:s3:::cdk-hnb659fds-assets*"),
    ),
)
TAKEN_BY = {"Federated": GITHUB}
BY_TOKEN = "sts:AssumeRoleWithWebIdentity"
SUBJECT = "token.actions.githubusercontent.com:sub"
UNBOUND = {"Condition": {"ForAllValues:StringLike": {SUBJECT: "repo:example/rally:*"}}}
FIRST = may("sts:AssumeRole", f"{IAM}:role/second")
SECOND = role("second", ROOT, may("sts:AssumeRole", f"{IAM}:role/administrator"))
OF_ORDERS = f"{IAM}:role/orders-*"

HARM: tuple[tuple[str, Kept], ...] = (
    ("user makes roles with any rights", user(may(["iam:CreateRole", "iam:AttachRolePolicy"], OF_ORDERS))),
    ("user makes users with any rights", user(may(["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"], f"{IAM}:user/new-*"))),
    ("user gives rights to a group", user(may("iam:PutGroupPolicy", f"{IAM}:group/*"))),
    ("user makes a password for who may", together(analyst, user(may("iam:CreateLoginProfile", f"{IAM}:user/*")))),
    ("user puts itself into a group that may", together(administrators, user(may("iam:AddUserToGroup", f"{IAM}:group/*")))),
    ("user passes a role that may to a service", administrator(may("iam:PassRole", f"{IAM}:role/*istrator"), Principal=service("cloudformation"))),
    ("user changes a stack that has such a role", administrator(may("cloudformation:UpdateStack", "*"), Principal=service("cloudformation"))),
    ("user speaks to a machine that may", administrator(may("ssm:SendCommand", "*"), Principal=service("ec2"))),
    ("user assumes a role that may assume another", together(administrator(FIRST), SECOND)),
    ("user lets others sign in", administrator(may("iam:UpdateSAMLProvider", "*"), Principal=SIGNED_IN, Action="sts:AssumeRoleWithSAML")),
    ("administrator is whoever shows no subject", administrator(Principal=TAKEN_BY, Action=BY_TOKEN, **UNBOUND)),
    ("user replaces images", user(may("s3:PutObject", f"{IMAGES}/*"))),
    ("user opens the bucket of images", user(may("s3:PutBucketPolicy", "arn:aws:s3:::stamp-rally-*"))),
    ("user deletes log groups", user(may("logs:DeleteLogGroup", f"{LOGS}:/aws/lambda/*"))),
    ("user sends lines of logs elsewhere", user(may("logs:PutSubscriptionFilter", f"{LOGS}:*:*"))),
    ("user forgets lines after a day", user(may("logs:PutRetentionPolicy", "*"))),
    ("user raises thresholds", user(may("cloudwatch:PutMetricAlarm", "*"))),
    ("user rewrites the topic that is heard", user(may("sns:SetTopicAttributes", watch.TOPIC))),
    ("user changes integrations by wildcards", user(may("apigateway:PUT", f"{API}/restapis/*/resources/*/methods/*/integration"))),
    ("user widens usage plans", user(may("apigateway:PATCH", f"{API}/usageplans/*"))),
    ("user switches API keys off", user(may("apigateway:PATCH", f"{API}/apikeys/*"))),
    ("user deletes backups", user(may("dynamodb:DeleteBackup", f"{TABLES}/*/backup/*"))),
    ("user deletes a backup by its id", user(may("dynamodb:DeleteBackup", f"{TABLES}/Users-prod/backup/01489602797149-73d8d5bc"))),
    ("user restores a backup elsewhere", user(may("dynamodb:RestoreTableFromBackup", f"{TABLES}/Users-prod/backup/*"))),
    ("user moves the domain away", user(may("route53domains:UpdateDomainNameservers", "*"))),
    ("user replaces the certificate", user(may("acm:ImportCertificate", "*"))),
)  # fmt: skip
SOUND: tuple[tuple[str, str, Kept], ...] = (
    ("people who only look are here", "", together(*LOOKING)),
    ("machines of others are here", "", together(*MACHINES)),
    ("users keep their own keys", "", user(may(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], f"{IAM}:user/${{aws:username}}"))),
    ("user passes roles to machines alone", "", user(may("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}))),
    ("user changes stacks of nobody who may", "", user(may("cloudformation:*", "*"))),
    ("account is bootstrapped by CDK", "SEC-24 >SEC-26", together(*CDK)),
    ("people sign in and an organization owns the account", "SEC-24 >SEC-26", together(*PEOPLE)),
    ("backups are made by AWS Backup", "SEC-24", BACKUP),
    ("machines set their own retention", "SEC-24", role("machine", service("ec2"), policies="CloudWatchAgentServerPolicy")),
)  # fmt: skip
CHANGES = tuple(change("SEC-24", reads=PRINCIPALS)(named(name, keep)) for name, keep in HARM)


def _sound(name: str, rows: str, keep: Kept) -> Change:
    asked, follow = (
        [part for part in rows.split() if (part[0] == ">") is w] for w in (False, True)
    )
    follows = [one[1:] for one in follow]
    return harmless(reads=PRINCIPALS, decides=asked, follows=follows)(named(name, keep))


HARMLESS = tuple(_sound(*one) for one in SOUND)
