"""Functions with what leads to them, and their roles."""

import json

from aws.access.automation import Act, Automation
from aws.access.principals import Principal
from aws.access.reach import Reach
from aws.kinds.function import Function, HandlerFlaw
from aws.kinds.function_invocation import (
    Alias,
    FunctionPolicy,
    FunctionUrl,
    LambdaAccount,
    RoleUser,
    Version,
)
from aws.kinds.role import PolicyDocument, Role
from aws.way_back import PackageContents
from runbook.procedures import api, functions, least_privilege
from tests.defects.functions import configured, live
from tests.runbook.facts.answer import (
    BY_ROW,
    DETACHED,
    FREE,
    GIVEN_ONCE,
    NAMED,
    OF_AWS,
    Otherwise,
    Repaired,
    Stays,
)

STAMPS, ROLE = "stamp-rally-prod-stamps", "stamp-rally-prod-stamps-role"
BY_FUNCTIONS = (functions.upload_the_functions.action, functions.release_them.action)
BY_PRIVILEGE = (least_privilege.give_each_function_its_role.action,)
BY_API = (api.let_it_invoke_the_functions.action,)
ON_STAMPS = {"FunctionName": STAMPS}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def of_function(harm, **more):
    return Repaired(harm=harm, by=BY_FUNCTIONS, section="functions", item=STAMPS, **more)


def of_alias(harm):
    return Repaired(
        harm=harm,
        by=BY_FUNCTIONS,
        section="aliases",
        item=STAMPS,
        of=lambda found: found[0],
        within=lambda found: found not in ("$LATEST", {"1": 0.1}),
    )


def routed(**to):
    return lambda client: client("lambda").update_alias(**ON_STAMPS, Name="live", **to)


def under_another_role(client):
    arn = client("iam").get_role(RoleName="stamp-rally-prod-auth-role")["Role"]["Arn"]
    configured(Role=arn)(client)


def untagged(client):
    arn = client("lambda").get_function(**ON_STAMPS)["Configuration"]["FunctionArn"]
    client("lambda").untag_resource(Resource=arn, TagKeys=["Environment"])


def layered(client):
    made = client("lambda").publish_layer_version(LayerName="over", Content={"ZipFile": b"code"})
    configured(Layers=[made["LayerVersionArn"]])(client)


def refused(client):
    on = {**ON_STAMPS, "Qualifier": "live"}
    policy = json.loads(client("lambda").get_policy(**on)["Policy"])
    for entry in policy["Statement"]:
        client("lambda").remove_permission(**on, StatementId=entry["Sid"])


def of_role(harm):
    return Repaired(harm=harm, by=BY_PRIVILEGE, section="roles", item=ROLE)


def trusting(*statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
    return lambda client: client("iam").update_assume_role_policy(
        RoleName=ROLE, PolicyDocument=document
    )


TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
STRANGER = {**TRUST, "Principal": {"AWS": "arn:aws:iam::999988887777:root"}}


def granted(name, *statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
    return lambda client: client("iam").put_role_policy(
        RoleName=ROLE, PolicyName=name, PolicyDocument=document
    )


EVERYTHING = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}


def attached(arn):
    return lambda client: client("iam").attach_role_policy(RoleName=ROLE, PolicyArn=arn)


def bounded(*statements):
    """Return the act of setting a permissions boundary of these statements."""

    def act(client):
        document = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
        made = client("iam").create_policy(PolicyName="edge", PolicyDocument=document)["Policy"]
        client("iam").put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=made["Arn"])

    return act


def own_policy(client):
    return client("iam").get_role_policy(RoleName=ROLE, PolicyName="least-privilege")[
        "PolicyDocument"
    ]


def written_otherwise(client):
    """Grant the same by a policy of another name, a statement an action."""
    statements = [
        {**entry, "Action": action}
        for entry in own_policy(client)["Statement"]
        for action in entry["Action"]
    ]
    granted("of-the-team", *statements)(client)
    client("iam").delete_role_policy(RoleName=ROLE, PolicyName="least-privilege")


POLICIES = of_role(granted("more", EVERYTHING))
ANSWERS = {
    Function: {
        "version": Otherwise("which one decides nothing, as long as it is published: see Alias"),
        "runtime": of_function(configured(Runtime="python3.12")),
        "state": OF_AWS,
        "last_update_status": OF_AWS,
        "handler": of_function(configured(Handler="app.main")),
        "role_arn": of_function(under_another_role),
        "timeout_s": of_function(configured(Timeout=60)),
        "memory_mb": of_function(configured(MemorySize=128)),
        "description": Otherwise(
            "only its publication sets it: DEP-39 knows a closed release by it, and `roll_forward` leads on"
        ),
        "code_sha256": of_function(
            live(lambda aws: aws.update_function_code(**ON_STAMPS, ZipFile=b"other"))
        ),
        "environment": of_function(configured(Environment={"Variables": {}})),
        "log_group": of_function(configured(LoggingConfig={"LogGroup": "/elsewhere"})),
        "tracing": FREE,
        "kms_key_arn": FREE,
        "reserved_concurrency": BY_ROW,
        "layers": of_function(layered),
        "file_systems": of_function(
            configured(
                FileSystemConfigs=[
                    {
                        "Arn": "arn:aws:elasticfilesystem:ap-northeast-1:1:access-point/a",
                        "LocalMountPath": "/mnt/code",
                    }
                ]
            )
        ),
        "architectures": FREE,
        "runtime_version": OF_AWS,
        "tags": of_function(untagged),
        "unplanned": BY_ROW,
    },
    Alias: {
        "revision": OF_AWS,
        "version": of_alias(routed(FunctionVersion="$LATEST")),
        "weights": of_alias(routed(RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}})),
    },
    Version: dict.fromkeys(("number", "code_sha256", "description"), OF_AWS),
    FunctionPolicy: {
        "qualifier": NAMED,
        "document": Repaired(
            harm=refused,
            by=BY_API,
            section="function_policies",
            item=STAMPS,
            of=lambda found: next(one for one in found if one.qualifier == "live"),
        ),
    },
    FunctionUrl: dict.fromkeys(("arn", "url", "auth_type"), DETACHED),
    RoleUser: dict.fromkeys(("function", "urls"), BY_ROW),
    LambdaAccount: dict.fromkeys(("concurrent_executions", "unreserved"), BY_ROW),
    Role: {
        "unique_id": OF_AWS,
        "trust": of_role(trusting(TRUST, STRANGER)),
        "policies": POLICIES,
        "boundary": of_role(bounded(EVERYTHING)),
        "last_used_in": BY_ROW,
        "tags": GIVEN_ONCE,
    },
    PolicyDocument: {
        "name": POLICIES,
        "document": of_role(granted("least-privilege", EVERYTHING)),
        "arn": of_role(attached(ADMIN)),
    },
    Principal: dict.fromkeys(("arn", "kind", "reach", "assumed_by", "services"), BY_ROW),
    Reach: dict.fromkeys(
        ("kind", "name", "action", "by", "provided", "reads", "trusted_by"), BY_ROW
    ),
    Automation: dict.fromkeys(("kind", "name", "when", "acts", "ends"), BY_ROW),
    Act: dict.fromkeys(("target", "on", "role", "digest"), BY_ROW),
    PackageContents: {
        "calls_nothing": BY_ROW,
        "handlers": BY_ROW,
    },
    HandlerFlaw: dict.fromkeys(("words", "certain"), BY_ROW),
}
STRICTER = {
    "more memory and a shorter time-out stay": Stays(
        change=configured(MemorySize=512, Timeout=20), by=BY_FUNCTIONS
    ),
    "a trust under a condition is not opened": Stays(
        change=trusting(
            {**TRUST, "Condition": {"StringEquals": {"aws:SourceAccount": "777788889999"}}}
        ),
        by=BY_PRIVILEGE,
    ),
    "the same permissions stay however they are written": Stays(
        change=written_otherwise, by=BY_PRIVILEGE
    ),
    "a boundary that takes nothing away stays": Stays(
        change=bounded({"Effect": "Allow", "Action": "*", "Resource": "*"}), by=BY_PRIVILEGE
    ),
    "the policy of AWS for logs stays": Stays(change=attached(BASIC), by=BY_PRIVILEGE),
}
