"""What platform teams write stricter than planned or in other words, and beside each its twin that does harm."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes import alarms, surplus
from tests.foreign.changes.alarms import FAILS, P5XX
from tests.foreign.changes.change import Client, Kept, harmful_ones, harmless_ones
from tests.foreign.changes.gateway import API, OTHER_RELEASE, api_of, at
from tests.foreign.changes.makers import (
    ACCOUNT,
    FUNCTIONS,
    HEARD,
    HERE,
    ROLES,
    TABLES,
    between,
    policy_of_aws,
    table_policy,
    with_variable,
)
from tests.foreign.changes.teams import denied
from tests.foreign.hand import compute, gateway, vault

EDGE = [*API, "rest_apis"]
BACK = ["versions_back", "packages"]
STAMPS = "stamp-rally-prod-stamps"
ROLE = {"RoleName": f"{STAMPS}-role"}
HERS = f"arn:aws:iam::{ACCOUNT}:role/service-role/{STAMPS}-role"


def composite(rule: str, **more: Any) -> Kept:
    return lambda client: alarms.composite(client, rule, **more)


def api_policy(**statement: Any) -> Kept:
    """Give the API a policy of one statement beside the one that allows everybody, live."""
    allowing = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    allowing["Resource"] = "execute-api:/*"
    more = [{**allowing, "Effect": "Deny", **statement}] if "Effect" not in statement else []
    first = allowing if more else {**allowing, **statement}
    document = json.dumps({"Version": "2012-10-17", "Statement": [first, *more]})

    def put(client: Client, text: str) -> None:
        patch = [{"op": "replace", "path": "/policy", "value": text}]
        client("apigateway").update_rest_api(**api_of(client), patchOperations=patch)

    return surplus.live(between(lambda c: put(c, document), lambda c: put(c, "")))


def preflight_by_function(*, guarded: bool = False) -> Kept:
    """Let a function answer the preflights of one path."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        api, where = client("apigateway"), at(client, "OPTIONS", "/stamps")
        asked = api.get_authorizers(**api_of(client))["items"][0]["id"]
        guard = {"authorizationType": "CUSTOM", "authorizerId": asked} if guarded else {}
        api.delete_method(**where)
        api.put_method(**where, **{"authorizationType": "NONE", **guard})
        uri = gateway.URI.format("stamps")
        api.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        yield
        api.delete_method(**where)
        gateway._preflight(api, where)  # noqa: SLF001 - as the hand made it

    return surplus.live(kept)


def refusal(**headers: str) -> Kept:
    ((name, value),) = headers.items()
    return surplus.live(surplus.refusal(name.replace("_", "-"), value))


def endpoint(old: str, new: str) -> Callable[[Client], Any]:
    """Make the API's endpoint one of another type."""
    move = {"op": "replace", "path": f"/endpointConfiguration/types/{old}", "value": new}
    return lambda c: c("apigateway").update_rest_api(**api_of(c), patchOperations=[move])


@contextmanager
def under_a_path(client: Client) -> Iterator[None]:
    """Make the role of stamps as the console makes it: under /service-role/."""
    iam = client("iam")
    trust = json.dumps(iam.get_role(**ROLE)["Role"]["AssumeRolePolicyDocument"])
    names = iam.list_role_policies(**ROLE)["PolicyNames"]
    inline = {
        name: iam.get_role_policy(**ROLE, PolicyName=name)["PolicyDocument"] for name in names
    }
    managed = [
        policy["PolicyArn"]
        for policy in iam.list_attached_role_policies(**ROLE)["AttachedPolicies"]
    ]

    def made_anew(path: str) -> None:
        for one in managed:
            iam.detach_role_policy(**ROLE, PolicyArn=one)
        for name in names:
            iam.delete_role_policy(**ROLE, PolicyName=name)
        iam.delete_role(**ROLE)
        iam.create_role(**ROLE, Path=path, AssumeRolePolicyDocument=trust)
        for one in managed:
            iam.attach_role_policy(**ROLE, PolicyArn=one)
        for one in names:
            iam.put_role_policy(**ROLE, PolicyName=one, PolicyDocument=json.dumps(inline[one]))

    made_anew("/service-role/")
    with released_under(HERS)(client):
        yield
    made_anew("/")


def released_under(role: str) -> Kept:
    functions, alias = {"FunctionName": STAMPS}, {"FunctionName": STAMPS, "Name": "live"}

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        made, before = client("lambda"), role.replace("service-role/", "")
        made.update_function_configuration(**functions, Role=role)
        versions = []
        for code in ("first", "second"):  # the way back has the role's new ARN as well
            made.update_function_code(**functions, ZipFile=compute.package(code))
            versions.append(made.publish_version(**functions)["Version"])
        made.update_alias(**alias, FunctionVersion=versions[-1])
        yield
        made.update_alias(**alias, FunctionVersion="2")
        for version in versions:
            made.delete_function(**functions, Qualifier=version)
        made.update_function_configuration(**functions, Role=before)

    return kept


def but_for(*arns: str) -> Kept:
    """Deny the table of stamps to everybody but these roles, while one of them has a path in its ARN."""
    exempt = {"Condition": {"ArnNotEquals": {"aws:PrincipalArn": list(arns)}}}

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        with under_a_path(client), table_policy("Deny", "*", "dynamodb:*", **exempt)(client):
            yield

    return kept


OURS = f"arn:aws:iam::{ACCOUNT}:role/stamp-rally-prod"
READERS = (f"{OURS}-auth-role", f"{OURS}-ranking-role")
TABLE = "dynamodb:ap-northeast-1:{}:table/UserStamps-prod"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:"
RELEASE = " ".join(OTHER_RELEASE)
PLAIN, TLS = ({"Bool": {"aws:SecureTransport": one}} for one in ("false", "true"))
OFFICE = {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}
ANOTHER, OWN = (
    {"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
    {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
)
OF_ORG = {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
TRACED = "authorization,baggage,content-type,traceparent,tracestate,x-api-key"
APPLICATION_SIGNALS = "CloudWatchLambdaApplicationSignalsExecutionRolePolicy"
WITH_ANOTHER = f'(ALARM("{FAILS}") AND NOT FALSE) OR (ALARM("{P5XX}") AND ALARM("billing"))'

# Name, rows that print a decision, what is read again, the change.
SOUND: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("alarm is heard through a nested rule", "", HEARD, composite(WITH_ANOTHER)),
    ("alarm is heard through one of several", "", HEARD, composite(f'AT_LEAST(1, ALARM, ("{FAILS}", "{P5XX}"))')),
    ("alarm is heard unless all is well", "MON-06", HEARD, composite(f'NOT OK("{FAILS}")')),
    ("page sends the context of a trace", "", API, surplus.live(surplus.preflight(surplus.HEADERS, TRACED))),
    ("refusals allow no features", "", API, refusal(Permissions_Policy="geolocation=()")),
    ("refusals show when to come back", "", API, refusal(Access_Control_Expose_Headers="Retry-After")),
    ("function answers preflights", "DEP-25", API, preflight_by_function()),
    ("API refuses plain HTTP", "", EDGE, api_policy(Condition=PLAIN)),
    ("API allows TLS alone", "", EDGE, api_policy(Effect="Allow", Condition=TLS)),
    ("API is for an office", "DEP-20 DEP-34", EDGE, api_policy(Condition=OFFICE)),
    ("parameter is declared", "", API, surplus.live(surplus.asked("/requestParameters/method.request.querystring.userId", "false", route=surplus.STAMPS))),
    ("API answers over IPv6 as well", "", EDGE, surplus.of_api("/endpointConfiguration/ipAddressType", "dualstack", "ipv4")),
    ("API is optimized for the edge", "", EDGE, between(endpoint("REGIONAL", "EDGE"), endpoint("EDGE", "REGIONAL"))),
    ("role is made by the console", "", [*ROLES, *FUNCTIONS, *BACK, "principals"], under_a_path),
    ("nobody else may use users", "", [*ROLES, *FUNCTIONS, *BACK, *TABLES, "principals"], but_for(*READERS)),
    ("users are for the organization", "DEP-08", TABLES, table_policy("Deny", "*", "dynamodb:*", Condition=OF_ORG)),
    ("award stays in its account", "", ROLES, denied(Condition=ANOTHER)),
    ("award is watched by Application Signals", "", ROLES, policy_of_aws(APPLICATION_SIGNALS)),
)  # fmt: skip
HARM: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("composite wants two of several", "MON-06", HEARD, composite(f'AT_LEAST(2, ALARM, ("{FAILS}", "{P5XX}"))')),
    ("composite fires all the time", "MON-06", HEARD, composite(f'ALARM("{FAILS}") OR OK("{P5XX}")')),
    ("composite is quiet while another fires", "MON-06", HEARD, composite(f'ALARM("{FAILS}") AND NOT ALARM("{P5XX}")')),
    ("table of another account is named", "DEP-13", FUNCTIONS, with_variable(TABLE_USERSTAMPS=f"arn:aws:{TABLE.format('111122223333')}")),
    ("other secret is named in part", "DEP-13", FUNCTIONS, with_variable(TABLE_USERSTAMPS=f"{SECRET}{vault.TOKEN_KEY}")),
    ("session key is a variable", "SEC-06 SEC-27", FUNCTIONS, with_variable(GREETING=vault.SESSION_KEY)),
    ("refusal allows credentials", f"DEP-34 {RELEASE}", API, refusal(Access_Control_Allow_Credentials="true")),
    ("preflight by a function wants a session", f"DEP-25 {RELEASE}", API, preflight_by_function(guarded=True)),
    ("API refuses TLS", f"DEP-20 DEP-34 {RELEASE}", EDGE, api_policy(Condition=TLS)),
    ("API allows plain HTTP alone", f"DEP-20 DEP-34 {RELEASE}", EDGE, api_policy(Effect="Allow", Condition=PLAIN)),
    ("auth may not use users", "DEP-08", [*ROLES, *FUNCTIONS, *BACK, *TABLES, "principals"], but_for(READERS[1], HERS)),
    ("award is shut out of its account", "SEC-13", ROLES, denied(Condition=OWN)),
)  # fmt: skip


CHANGES = harmful_ones(HARM)
HARMLESS = harmless_ones(SOUND)
