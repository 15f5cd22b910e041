"""What every procedure is to be tried in: from nothing, in an account set up by hand, and in one as planned.

An exercise is performed by whoever sits at the desk that it is given; what has to be there was arranged by the
account's administrator when it was yielded, and is taken away when the next one is asked for.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aws.change.gate import Change, nothing
from aws.converge import rest_api
from aws.kind.description import TIME_TO_LIVE
from aws.kinds.log_group import LOG_GROUP, METRICS_MADE
from aws.kinds.table import STREAM, TABLE
from aws.ledger import Unplanned
from aws.release import code_sha256
from aws.words import Words
from local.stack import confirmation_token
from runbook import rights
from runbook.catalogue import procedures
from runbook.cutover import front_end
from runbook.engine import Journal, Procedure, Run
from runbook.engine.step_context import ProofRun
from runbook.procedures import recount
from runbook.procedures.prove import PASSED
from runbook.procedures.provision import ORDER
from runbook.procedures.rehearse_rollbacks import API, FUNCTIONS, TABLES
from runbook.rollback import drill
from runbook.rollback.drill import Drill, temporary_front_end
from signoff.judge.outcome import Finding, Outcome
from tests.runbook import by_hand
from tests.runbook.desk import Desk
from tests.runbook.migration.two_tables import (
    DEV_REGION,
    DEV_TABLES,
    SOURCE,
    TARGET,
    create,
    put,
    spot,
)
from tests.runbook.rollback.operator import until
from tests.runbook.rollback.test_table_settings import policy, scale
from tests.runbook.toy import WHO, Memory

DEV_KEYS = {
    DEV_TABLES["users"]: ["UserId"],
    DEV_TABLES["userstamps"]: ["UserId", "StampId"],
    DEV_TABLES["stampmasters"]: ["StampId"],
}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PERSON = "U" + "0a" * 16
FRONT_END = (
    "const CONFIG = { API_BASE_URL: 'https://old.example.jp', LIFF_ID: '1111111111-aaaaaaaa' };"
)


KEY_AS_LISTED = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "arn:aws:secretsmanager:*:*:secret:stamp-rally-prod/token-secret-key-*",
    },
}


class NotedOptions(dict[str, str]):
    """Options as they were given; notes which of them somebody asks for."""

    def __init__(self, given: Mapping[str, str], read: set[str]) -> None:
        super().__init__(given)
        self._read = read

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self._read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._read.add(str(name))
        return super().__contains__(name)


@dataclass(frozen=True)
class Exercise:
    """``steps`` are all of the procedure, or those that can be done without people and without a judge."""

    procedure: Procedure
    folder: Path
    more: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the step context."""
    at: Callable[[Desk], Mapping[str, Any]] = lambda _: {}
    """More of them, which are the operator's own."""

    @property
    def name(self) -> str:
        return self.procedure.name

    def perform(self, desk: Desk, read: set[str] | None = None) -> list[Change]:
        """Perform it to its end, and return what was shown to change; what is destructive is agreed to.

        ``read`` takes the names of the options that its steps ask for. Raise Stopped with the sentence that is told.
        """
        context = desk.context(permit=lambda _: True, history=desk.evidence.history)
        screen = Memory()
        chosen = NotedOptions(self.more.get("chosen", {}), set() if read is None else read)
        of_its_own = {"folder": self.folder, **self.more, "chosen": chosen, **self.at(desk)}
        Run(
            procedure=self.procedure,
            context=replace(context, **of_its_own),
            journal=Journal(self.folder / "journal.jsonl"),
            screen=screen,
            who=WHO,
            rights=rights.command(self.name, desk.environment.name),
            unattended=True,
        ).perform()
        return screen.shown


def exercises(admin: Desk, folder: Path) -> Iterator[Exercise]:
    """Yield them one after another; each leaves what the next one begins with."""
    of = partial(_exercise, folder=folder)
    yield from _provisioning(of)
    _alarm_of_another_name(admin)
    yield of("monitoring")
    yield of("evidence")
    _signed_by_all(admin)
    yield of("evidence")
    with _domain(admin) as more:
        yield of("domain", **more)
        _certificate_expired(admin)
        yield of("domain", **more)
    yield from _under_the_key_of_aws(admin, of)
    admin.aws.clear()
    admin.evidence.records.clear()
    by_hand.set_up(admin.client, admin.aws.account, authorization="AWS_IAM")
    table_key, secret_key = _key(admin), _key(admin)
    admin.environment = replace(admin.environment, table_key=table_key, secret_key=secret_key)
    yield from _provisioning(of, spoil=partial(_spoil, admin))
    yield from _rolling_back(admin, of)
    yield from _looking(of)
    yield from _people(admin, of)
    yield from _carrying_over(admin, of)
    yield from _taking_away(admin, of)
    yield from _cutting_over(admin, of)


def _key(admin: Desk) -> str:
    return str(admin.client("kms").create_key()["KeyMetadata"]["Arn"])


Of = Callable[..., Exercise]


def _exercise(name: str, *, folder: Path, only: str = "", **more: Any) -> Exercise:
    """``only`` leaves out the steps of another name."""
    whole = procedures()[name]
    steps = tuple(step for step in whole.steps if not only or step.name in only.split())
    return Exercise(procedure=replace(whole, steps=steps), folder=folder, more=more)


def _provisioning(of: Of, spoil: Callable[[str], object] = nothing) -> Iterator[Exercise]:
    """``spoil`` is told which procedure comes next, and spoils what only a person could."""
    for change in map(Procedure.of, ORDER):
        spoil(change.name)
        yield of(change.name)


def _alarm_of_another_name(admin: Desk) -> None:
    """Give a planned alarm a name of somebody else's, and its topic a key that CloudWatch may not use."""
    cloudwatch, sns = admin.client("cloudwatch"), admin.client("sns")
    planned = cloudwatch.describe_alarms()["MetricAlarms"][0]
    taken = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    its = {name: value for name, value in planned.items() if name in taken}
    cloudwatch.put_metric_alarm(**its | {"AlarmName": "of-somebody-else"})
    cloudwatch.delete_alarms(AlarmNames=[planned["AlarmName"]])
    topic, encrypted = planned["AlarmActions"][0], {"AttributeName": "KmsMasterKeyId"}
    sns.set_topic_attributes(TopicArn=topic, **encrypted, AttributeValue=_key(admin))
    token = confirmation_token(topic, admin.environment.alert_email)
    sns.confirm_subscription(TopicArn=topic, Token=token)


def _signed_by_all(admin: Desk) -> None:
    kms = admin.client("kms")
    key = kms.describe_key(KeyId="alias/stamp-rally-prod-evidence")["KeyMetadata"]["KeyId"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    policy["Statement"][-1]["Principal"] = {"AWS": "*"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


def _certificate_expired(admin: Desk) -> None:
    gateway, named = admin.client("apigateway"), {"domainName": admin.environment.domain.name}
    gateway.delete_domain_name(**named)
    gateway.create_domain_name(
        **named,
        regionalCertificateArn=f"arn:aws:acm:{by_hand.REGION}:{admin.aws.account}:certificate/old",
        endpointConfiguration={"types": ["REGIONAL"]},
    )


def _under_the_key_of_aws(admin: Desk, of: Of) -> Iterator[Exercise]:
    """Its id is looked up by its alias."""
    plain = admin.environment
    admin.environment = replace(plain, table_key="alias/aws/dynamodb")
    yield of("tables")
    yield of("encryption")
    admin.environment = plain


def _spoil(admin: Desk, name: str) -> None:
    if name == "secrets":
        secret = "stamp-rally-prod/line-channel-access-token"
        admin.client("secretsmanager").delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    if name == "least_privilege":
        iam, auth = admin.client("iam"), {"RoleName": "stamp-rally-prod-auth-role"}
        iam.put_role_permissions_boundary(**auth, PermissionsBoundary=READ_ONLY)
        # What it reads is known once the secrets are listed: as the console writes it.
        iam.put_role_policy(**auth, PolicyName="key", PolicyDocument=json.dumps(KEY_AS_LISTED))
    if name == "api":
        _granted_by_documents(admin)
    if name == "throttling":
        _untagged(admin)
    if name == "encryption":
        admin.client("dynamodb").update_table(
            TableName="Users-prod", SSESpecification={"Enabled": False}
        )


def _untagged(admin: Desk) -> None:
    """Take the tags from the stage, as a console may."""
    gateway, plan = admin.client("apigateway"), admin.context().plan.api
    id_ = next(o["id"] for o in gateway.get_rest_apis()["items"] if o["name"] == plan.name)
    arn = rest_api.arn(plan, f"/restapis/{id_}/stages/{plan.stage}")
    gateway.untag_resource(resourceArn=arn, tagKeys=[*plan.tags])


def _granted_by_documents(admin: Desk) -> None:
    """Let others in by statements without a Sid, and CloudWatch's role be taken by another service."""
    functions = admin.client("lambda")
    for name, others in (("auth", 2), ("stamps", 1)):
        arn = functions.get_function(FunctionName=f"{by_hand.PREFIX}-{name}", Qualifier="live")[
            "Configuration"
        ]["FunctionArn"]
        statements = [_statement(arn, number) for number in range(others)]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        functions.put_resource_policy(ResourceArn=arn, Policy=document)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = f"{by_hand.PREFIX}-apigateway-logs-role"
    admin.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=trust)


def _statement(arn: str, number: int) -> Mapping[str, Any]:
    root = {"AWS": f"arn:aws:iam::{number + 1:012}:root"}
    invoke = {"Action": "lambda:InvokeFunction", "Resource": arn}
    return {"Effect": "Allow", "Principal": root, **invoke}


@contextmanager
def _domain(admin: Desk) -> Iterator[Mapping[str, Any]]:
    """The zone of the domain's name is ours, and its certificate is issued as soon as it is waited for."""
    answer = admin.client("route53").create_hosted_zone(Name="example.jp", CallerReference="zone")
    zone = answer["HostedZone"]["Id"].rpartition("/")[2]
    plain = admin.environment
    admin.environment = replace(plain, domain=replace(plain.domain, hosted_zone=zone))

    def issue(_: float) -> None:
        for certificate in admin.aws.moto.backend("acm", admin.aws.region)._certificates.values():  # noqa: SLF001 - the state itself
            certificate.status = "ISSUED"

    yield {"sleep": issue}
    admin.environment = plain


def _rolling_back(admin: Desk, of: Of) -> Iterator[Exercise]:
    """There, and back again by the same command; a restore, and back by two; every drill."""
    for name in ("rollback_functions", "rollback_api"):
        yield of(name)
        yield of(name)
    for build in ({}, {"build": _of_a_later_commit}):
        _moved_in_the_console(admin)
        yield of("roll_forward", **build)
    with _scaled(admin):
        yield of("restore_tables", chosen={"to": restorable(), "only": "userstamps"})
    yield of("rollback_functions")
    yield of("monitoring")
    for one in (FUNCTIONS, API):
        yield _held(of("rehearse_rollbacks"), one)
    with _scaled(admin):
        yield _held(of("rehearse_rollbacks"), tables_drill())
    yield _held(of("rehearse_rollbacks", build=_of_a_later_commit), FUNCTIONS)
    yield of("prove", proof_run=lambda: ProofRun(results=PASSED, commit="0", built=_built(admin)))
    yield of("record_release", chosen={"by": "somebody"})


def _of_a_later_commit(function: str) -> bytes:
    """Build what is live nowhere: whether it can start is asked of the live package."""
    return f"later package of {function}".encode()


def _built(admin: Desk) -> Mapping[str, str]:
    build = admin.context().build
    return {
        function.key: code_sha256(build(function.key))
        for function in admin.context().plan.functions
    }


def _moved_in_the_console(admin: Desk) -> None:
    """Point an alias and the stage at what was there before, past the procedures."""
    plan, gateway = admin.context().plan, admin.client("apigateway")
    name = plan.functions[0].name
    admin.client("lambda").update_alias(FunctionName=name, Name="live", FunctionVersion="1")
    api = next(
        item["id"] for item in gateway.get_rest_apis()["items"] if item["name"] == plan.api.name
    )
    at = {"restApiId": api, "stageName": plan.api.stage}
    live = gateway.get_stage(**at)["deploymentId"]
    there = (item["id"] for item in gateway.get_deployments(restApiId=api)["items"])
    other = next(one for one in there if one != live)
    patch = {"op": "replace", "path": "/deploymentId", "value": other}
    gateway.update_stage(**at, patchOperations=[patch])


@contextmanager
def _scaled(admin: Desk) -> Iterator[None]:
    """The table of stamps has a policy of its own, and capacity that follows the load."""
    dynamodb, table, plain = admin.client("dynamodb"), "UserStamps-prod", admin.environment
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy(arn))
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    dynamodb.update_table(TableName=table, BillingMode="PROVISIONED", ProvisionedThroughput=units)
    scale(admin.client("application-autoscaling"))
    admin.environment = replace(plain, billing="PROVISIONED")
    yield
    admin.environment = plain
    dynamodb.update_table(TableName=table, BillingMode="PAY_PER_REQUEST")
    dynamodb.delete_resource_policy(ResourceArn=arn)


def tables_drill() -> Drill:
    """The drill of the tables, which waits for no AWS until they can be restored."""
    return replace(TABLES, chosen=lambda _: {"to": restorable()})


def _held(one: Exercise, held: Drill) -> Exercise:
    """Hold this drill alone."""
    step = next(s for s in one.procedure.steps if s.name.endswith(f"the_{held.part}"))
    action = partial(drill.run_drill, drill=held)
    procedure = replace(one.procedure, steps=(replace(step, action=action),))
    return replace(one, procedure=procedure)


def restorable() -> str:
    """Return a moment to which a table can be restored: the next whole second, once it is over."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    until(at)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _nothing_red(_: tuple[str, ...]) -> tuple[Finding, ...]:
    return ()


def _looking(of: Of) -> Iterator[Exercise]:
    yield of("troubleshoot", findings=_nothing_red)


def _people(admin: Desk, of: Of) -> Iterator[Exercise]:
    dynamodb, key = admin.client("dynamodb"), {"UserId": {"S": PERSON}, "StampId": {"S": "A"}}
    dynamodb.put_item(TableName="UserStamps-prod", Item={**key, "CollectedAt": {"N": "1763000000"}})
    wrong = recount.item(PERSON, "#1999-01", 1, 1_763_000_000)
    dynamodb.put_item(TableName="UserStamps-prod", Item=wrong)
    yield of("recount")
    dynamodb.delete_item(TableName="UserStamps-prod", Key=key)
    dynamodb.put_item(TableName="Users-prod", Item={"UserId": {"S": "Usmoke-left"}})
    yield of("remove_test_users")


def _taking_away(admin: Desk, of: Of) -> Iterator[Exercise]:
    """What can be attached on this stack; that all other calls are declared as well is read from the source."""
    found = tuple(_attached(admin))
    findings = (Finding(row="DEP-08", outcome=Outcome.FAIL, differences=found),)
    yield of("detach", findings=lambda _: findings)


def _attached(admin: Desk) -> Iterator[Unplanned]:
    dynamodb, table = admin.client("dynamodb"), "Users-prod"
    expiry = {"Enabled": True, "AttributeName": "CollectedAt"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    yield _unplanned(TABLE.words, table, TIME_TO_LIVE, "CollectedAt", "CollectedAt")
    view = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    dynamodb.update_table(TableName=table, StreamSpecification=view)
    yield _unplanned(TABLE.words, table, STREAM, "NEW_IMAGE")
    functions, stamps = admin.client("lambda"), "stamp-rally-prod-stamps"
    network = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    functions.update_function_configuration(FunctionName=stamps, VpcConfig=network)
    version = functions.publish_version(FunctionName=stamps)["Version"]
    functions.update_alias(FunctionName=stamps, Name="live", FunctionVersion=version)
    yield _unplanned("function", stamps, "network (VPC)", "subnet-1")
    functions.create_function_url_config(FunctionName=stamps, AuthType="NONE")
    yield _unplanned("function", stamps, "URLs", "open")
    group = "/aws/lambda/stamp-rally-prod-auth"
    made = {"metricName": "Faults", "metricNamespace": "StampRally", "metricValue": "0"}
    named = {"logGroupName": group, "filterName": "quiet"}
    admin.client("logs").put_metric_filter(**named, filterPattern="", metricTransformations=[made])
    yield _unplanned(LOG_GROUP.words, group, METRICS_MADE, "StampRally", "quiet")


def _unplanned(kind: str | Words, name: str, fact: str | Words, found: str, *ids: str) -> Unplanned:
    named = [one if isinstance(one, Words) else Words.same(one) for one in (kind, fact)]
    what = dict(zip(("kind", "fact"), named, strict=True))
    return Unplanned(**what, name=name, found=found, call="test", ids=ids)


def _carrying_over(admin: Desk, of: Of) -> Iterator[Exercise]:
    """From dev's tables, in another Region: the masters and the people."""
    dev, prod = admin._clients.there("dynamodb", DEV_REGION), admin.client("dynamodb")  # noqa: SLF001 - the state itself
    for name, keys in DEV_KEYS.items():
        create(dev, name, *keys)
    put(dev, SOURCE, [spot(number) for number in range(3)])
    put(dev, DEV_TABLES["users"], [{"UserId": {"S": PERSON}}])
    put(dev, DEV_TABLES["userstamps"], [{"UserId": {"S": PERSON}, "StampId": {"S": "SPOT-00001"}}])
    for item in prod.scan(TableName=TARGET)["Items"]:
        prod.delete_item(TableName=TARGET, Key={"StampId": item["StampId"]})
    account = admin.aws.account

    def at(desk: Desk) -> Mapping[str, Any]:
        there = replace(
            admin.environment, name="dev", account=account, region=DEV_REGION, tables=DEV_TABLES
        )
        clients = partial(desk._clients.there, region=DEV_REGION)  # noqa: SLF001 - the state itself
        return {"elsewhere": lambda _: (there, clients)}

    yield replace(of("migrate_masters"), at=at)
    yield replace(of("migrate_users", chosen={"by": "Yamada"}), at=at)


def _cutting_over(admin: Desk, of: Of) -> Iterator[Exercise]:
    """Without the look at a verdict, which reads as the checks do, and without what people do."""
    plain = admin.environment
    with temporary_front_end() as (there, folder):
        admin.environment = replace(plain, front_end=there, domain=None)
        front_end.write(folder / there.config_path, FRONT_END)
        steps = (
            "record_the_previous_configuration write_the_configuration see_the_configuration_served"
        )
        chosen = {"site": str(folder)}
        yield of("cutover", only=steps, chosen=chosen)
        yield of("rollback_frontend", chosen=chosen)
    admin.environment = plain
