"""A certain outage is told as one: with the statement that makes it, and without a decision that would allow it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aws.kinds.role import PolicyDocument
from aws.kinds.table_backups import ResourcePolicy
from checks.resource_policies import open_to_all
from signoff.environment.accountability import Acceptance, Waiver
from signoff.judge.checklist import Checklist
from signoff.judge.outcome import row_verdict
from signoff.judge.verdict import VerdictWord, decide
from tests.defects import DEFECTS
from tests.defects.changes import added, attached, both, edited, item, role_of, under, without
from tests.defects.encryption import AWARD, KEY, granted
from tests.defects.permissions import NARROW
from tests.healthy import NOW, healthy
from tests.healthy.edge import API, API_ID
from tests.healthy.identity import allow, document
from tests.judging import green, judge
from tests.second_opinion import USER_STAMPS, USERS

TODAY = date(2026, 11, 29)
AUTH = "stamp-rally-prod-auth"
TOKEN_KEY = "stamp-rally-prod/token-secret-key"
AN_HOUR_AGO = f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
PAST, FUTURE = "2020-01-01T00:00:00Z", "2027-03-31T00:00:00Z"
APIS = "arn:aws:execute-api:ap-northeast-1:444455556666"
CALLS = allow("execute-api:Invoke", "execute-api:/*", Principal="*")
OVER = under("auth", USERS, "aws:TokenIssueTime", "2020-01-01T00:00:00Z", "DateLessThan")
LATER = under("auth", USERS, "aws:CurrentTime", "2027-03-31T00:00:00Z", "DateLessThan")


def of_another_account(policies):
    statements = {
        "Sid": "ByTheApi",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}},
    }
    return tuple(replace(policy, document=document(statements)) for policy in policies)


def allowed_until(date):
    def ending(policies):
        text = of_another_account(policies)[0].document
        text = text.replace("StringEquals", "DateLessThan")
        text = text.replace("aws:SourceAccount", "aws:CurrentTime").replace("111122223333", date)
        return tuple(replace(policy, document=text) for policy in policies)

    return ending


def keys_denied(via_service):
    return denied_if("kms:*", "Bool", "aws:ViaAWSService", via_service)


def denied_if(action, operator, key, value):
    if_so = {"Condition": {operator: {key: value}}}
    return {**allow(action, "*"), "Effect": "Deny", "Sid": "Keys", **if_so}


def table_denied(operator, key, value, *more):
    denials = (
        {**allow("dynamodb:*", "*", Principal="*", Condition=conditions), "Effect": "Deny"}
        for conditions in ({operator: {key: value}}, *more)
    )
    return added("table_policies", "Users-prod", ResourcePolicy(document=document(*denials)))


def spared(*roles, account=False):
    """Deny the table to all but these roles, and their account where AWS looks at that first."""
    at = "arn:aws:iam::444455556666"
    listed = [*(f"{at}:role/{role}" for role in roles), *[f"{at}:root"] * account]
    deny = {**allow("dynamodb:*", "*", NotPrincipal={"AWS": listed}), "Effect": "Deny"}
    return added("table_policies", "Users-prod", ResourcePolicy(document=document(deny)))


def trusted(operator, key, value):
    by_lambda = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    return role_of("award", trust=document({**by_lambda, "Condition": {operator: {key: value}}}))


def of_api(*statements):
    return lambda found: (replace(found[0], policy=document(*statements)),)


def refusal(**condition):
    return {**CALLS, "Effect": "Deny", "Condition": condition}


def without_variable(name):
    def left(function):
        kept = {key: value for key, value in function.environment.items() if key != name}
        return replace(function, environment=kept)

    return left


OUTAGES = {
    "a date that has passed": (OVER, "SEC-13", "DateLessThan aws:TokenIssueTime = 2020-01-01T00:00:00Z, which is not met"),
    "a boundary that says nothing": (
        role_of("award", boundary=PolicyDocument(name="nothing", document=document())),
        "SEC-13",
        "the permissions boundary or session policy `nothing` does not allow it",
    ),
    "a boundary whose date has passed": (
        role_of("award", boundary=PolicyDocument(name="until", document=document({**allow("*", "*"), "Condition": {"DateLessThan": {"aws:CurrentTime": PAST}}}))),
        "SEC-13",
        "the permissions boundary or session policy `until` does not allow it",
    ),
    "a table's Deny since a date that has passed": (
        table_denied("DateGreaterThan", "aws:CurrentTime", PAST),
        "DEP-08",
        "dynamodb:UpdateItem to stamp-rally-prod-auth-role",
    ),
    "a table's Deny at a time beside its Deny for ever": (
        table_denied("DateGreaterThan", "aws:CurrentTime", FUTURE, {}),
        "DEP-08",
        "dynamodb:UpdateItem to stamp-rally-prod-auth-role",
    ),
    "a table's Deny to all but roles, one of which has a boundary": (
        both(
            spared("stamp-rally-prod-auth-role", "stamp-rally-prod-ranking-role", account=True),
            role_of("auth", boundary=PolicyDocument(name="all", document=document(allow("*", "*")))),
        ),
        "DEP-08",
        "dynamodb:UpdateItem to stamp-rally-prod-auth-role",
    ),
    "a secret's Deny since a date that has passed": (
        item("secrets", TOKEN_KEY, policy=document({**denied_if("secretsmanager:*", "NumericGreaterThan", "aws:EpochTime", "1577836800"), "Principal": "*"})),
        "SEC-09",
        "secretsmanager:GetSecretValue to stamp-rally-prod-auth-role",
    ),
    **{
        f"an API's policy {what}": (
            edited("rest_apis", API, of_api(*statements)),
            "DEP-20",
            "REST API stamp-rally-prod-api: resource policy: found",
        )
        for what, statements in {
            "that denies all calls": [refusal()],
            "that denies all calls since a date": [CALLS, refusal(DateGreaterThan={"aws:CurrentTime": PAST})],
            "that denies all but calls from a network": [CALLS, refusal(StringNotEquals={"aws:SourceVpce": "vpce-0a1b"})],
            "that denies all but a private address": [CALLS, refusal(NotIpAddress={"aws:SourceIp": "10.0.0.0/8"})],
            "that denies what an organization does not sign": [CALLS, refusal(StringNotEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})],
            "that allows another stage alone": [{**CALLS, "Resource": "execute-api:/dev/*"}],
            "that allows the API of dev alone": [{**CALLS, "Resource": f"{APIS}:zz81xkq0pd/*"}],
            "that allows the API and none of its methods": [{**CALLS, "Resource": f"{APIS}:{API_ID}"}],
        }.items()
    },
    "a Deny where there is a time": (
        attached("auth", None, denied_if("*", "Null", "aws:CurrentTime", "false")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a Deny unless another role's session": (
        attached("auth", None, denied_if("*", "StringNotLike", "aws:userid", "AROAJ7QZ3F5H2KXWYEXAM:*")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a tag of the role that is not there": (
        under("auth", USERS, "aws:PrincipalTag/team", "rally"),
        "SEC-13",
        "allows it only if StringEquals aws:PrincipalTag/team = rally, which is not met",
    ),
    "a tag of the role with another value": (
        under("auth", USERS, "aws:principaltag/environment", "dev"),
        "SEC-13",
        "allows it only if StringEquals aws:principaltag/environment = dev, which is not met",
    ),
    "a table's Deny to roles without a tag": (
        table_denied("Null", "aws:PrincipalTag/team", "true"),
        "DEP-08",
        "dynamodb:UpdateItem to stamp-rally-prod-auth-role",
    ),
    "a tag that no call sends": (
        under("auth", USERS, "aws:RequestTag/team", "rally"),
        "SEC-13",
        "allows it only if StringEquals aws:RequestTag/team = rally, which is not met",
    ),
    "a page that no call comes from": (
        under("auth", USERS, "aws:Referer", "https://rally.example.jp/*", "StringLike"),
        "SEC-13",
        "allows it only if StringLike aws:Referer = https://rally.example.jp/*, which is not met",
    ),
    "a chat that no function has": (
        attached("auth", None, denied_if("dynamodb:*", "ArnNotLike", "aws:ChatbotSourceArn", "arn:aws:chatbot::*")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a prefix of another service": (
        under("auth", USERS, "s3:prefix", "home/*", "StringLike"),
        "SEC-13",
        "allows it only if StringLike s3:prefix = home/*, which is not met",
    ),
    "a transaction around what is never in one": (
        under("stamps", USER_STAMPS, "dynamodb:EnclosingOperation", "TransactWriteItems"),
        "SEC-13",
        "allows it only if StringEquals dynamodb:EnclosingOperation = TransactWriteItems",
    ),
    "a key that is never there": (
        under("auth", USERS, "aws:SourceAccount", "444455556666"),
        "SEC-13",
        "allows it only if StringEquals aws:SourceAccount = 444455556666, which is not met",
    ),
    "a login by a provider": (
        under("auth", USERS, "aws:FederatedProvider", "cognito-identity.amazonaws.com"),
        "SEC-13",
        "allows it only if StringEquals aws:FederatedProvider = cognito-identity.amazonaws.com",
    ),
    "a network of EC2": (
        under("auth", USERS, "aws:Ec2InstanceSourceVpc", "vpc-0a1b2c3d"),
        "SEC-13",
        "allows it only if StringEquals aws:Ec2InstanceSourceVpc = vpc-0a1b2c3d, which is not met",
    ),
    "an endpoint's account": (
        under("auth", USERS, "aws:VpceAccount", "444455556666"),
        "SEC-13",
        "allows it only if StringEquals aws:VpceAccount = 444455556666, which is not met",
    ),
    "a private address": (
        under("auth", USERS, "aws:SourceIp", ["10.0.0.0/8", "172.16.0.0/12"], "IpAddress"),
        "SEC-13",
        "allows it only if IpAddress aws:SourceIp = 10.0.0.0/8, 172.16.0.0/12, which is not met",
    ),
    "an address of no machine on the internet": (
        under("auth", USERS, "aws:SourceIp", ["100.64.0.0/10", "169.254.0.0/16"], "IpAddress"),
        "SEC-13",
        "allows it only if IpAddress aws:SourceIp = 100.64.0.0/10, 169.254.0.0/16, which is not met",
    ),
    "a Deny of all but a private address": (
        attached("auth", None, denied_if("dynamodb:*", "NotIpAddress", "aws:SourceIp", "192.168.0.0/16")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a Deny where there is an address": (
        attached("auth", None, denied_if("dynamodb:*", "Null", "aws:SourceIp", "false")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a Deny of every address, in two halves": (
        attached("auth", None, denied_if("dynamodb:*", "IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1", "::/0"])),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a Deny where there is a key of the item": (
        attached("auth", None, denied_if("dynamodb:*", "Null", "dynamodb:LeadingKeys", "false")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a table's Deny of all but a private address": (
        table_denied("NotIpAddress", "aws:SourceIp", "10.20.0.0/16"),
        "DEP-08",
        "dynamodb:UpdateItem to stamp-rally-prod-auth-role",
    ),
    "an address in a network": (
        under("auth", USERS, "aws:VpcSourceIp", "10.0.0.0/8", "IpAddress"),
        "SEC-13",
        "allows it only if IpAddress aws:VpcSourceIp = 10.0.0.0/8, which is not met",
    ),
    "a Deny of all but an endpoint": (
        attached("auth", None, denied_if("*", "StringNotEquals", "aws:SourceVpce", "vpce-0a1b")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a call by CloudFormation": (
        under("auth", USERS, "aws:CalledViaFirst", "cloudformation.amazonaws.com"),
        "SEC-13",
        "allows it only if StringEquals aws:CalledViaFirst = cloudformation.amazonaws.com",
    ),
    "a Deny of what services do with keys": (
        attached("auth", None, keys_denied("true")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a Deny of what KMS is not called for": (
        attached("auth", None, denied_if("*", "Null", "kms:ViaService", "true")),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a Deny of all but one use of keys": (
        attached(
            "auth",
            None,
            denied_if("*", "StringNotEquals", "kms:ViaService", "secretsmanager.ap-northeast-1.amazonaws.com"),
        ),
        "SEC-13",
        "an explicit deny: policy `extra`, statement Keys",
    ),
    "a table by a key of KMS": (
        under("auth", USERS, "kms:ViaService", "secretsmanager.ap-northeast-1.amazonaws.com"),
        "SEC-13",
        "allows it only if StringEquals kms:ViaService",
    ),
    "a Deny": (
        attached("auth", None, {**allow("dynamodb:*", "*"), "Effect": "Deny", "Sid": "Freeze"}),
        "SEC-13",
        "an explicit deny: policy",
    ),
    "a boundary": (
        role_of("award", boundary=NARROW),
        "SEC-13",
        "the permissions boundary or session policy `limit` does not allow it",
    ),
    "a permission that has ended": (
        edited("function_policies", AUTH, allowed_until(PAST)),
        "DEP-16",
        "allows it only if DateLessThan aws:CurrentTime = 2020-01-01T00:00:00Z, which is not met",
    ),
    "a table that no variable names": (
        edited("functions", "stamp-rally-prod-award", without_variable("TABLE_STAMPMASTERS")),
        "DEP-13",
        "function stamp-rally-prod-award: variable TABLE_STAMPMASTERS: found nothing",
    ),
    "a secret that no variable names": (
        edited("functions", AUTH, without_variable("SECRET_NAME_TOKEN_KEY")),
        "DEP-13",
        "variable SECRET_NAME_TOKEN_KEY: found nothing",
    ),
    **{
        f"a role that is {what}": (item("functions", AUTH, role_arn=arn), "SEC-10", f"role: found {arn}")
        for what, arn in {
            "gone": "arn:aws:iam::444455556666:role/stamp-rally-prod-login-role",
            "another account's": "arn:aws:iam::111122223333:role/stamp-rally-prod-auth-role",
            "its own by another path": "arn:aws:iam::444455556666:role/service-role/stamp-rally-prod-auth-role",
        }.items()
    },
    "a function that is switched off": (
        item("functions", AUTH, reserved_concurrency=0),
        "DEP-18",
        "function stamp-rally-prod-auth: reserved concurrency: found 0",
    ),
    "another account's source": (
        edited("function_policies", AUTH, of_another_account),
        "DEP-16",
        "statement ByTheApi allows it only if StringEquals aws:SourceAccount = 111122223333",
    ),
}  # fmt: skip


def of_row(breaks, row):
    return [finding for finding in judge(breaks(healthy()), [row]) if finding.outcome.red]


@pytest.mark.parametrize("what", OUTAGES)
def test_outage_is_told_with_what_makes_it_and_no_decision(what):
    breaks, row, expected = OUTAGES[what]
    found = of_row(breaks, row)

    assert any(expected in finding.words.en for finding in found), [
        finding.words.en for finding in found
    ]
    assert not [finding.tables for finding in found if finding.tables]


@pytest.mark.parametrize("what", OUTAGES)
def test_outage_can_be_waived_or_accepted_by_nobody(what):
    breaks, row, _ = OUTAGES[what]
    red = row_verdict(Checklist.load()[row], of_row(breaks, row))
    waiver = Waiver(row=row, until=TODAY, reason="until Monday", by="Hanako Sato")
    owned = Acceptance(what=row, by="Hanako Sato", until=TODAY)

    waived = decide([red], [waiver], today=TODAY, problems=())
    accepted = decide([red], [], today=TODAY, problems=(), accepted=[owned])

    assert [finding.decision for finding in (waived, accepted)] == [
        VerdictWord.NO_GO,
        VerdictWord.NO_GO,
    ]
    assert "which no person can waive" in waived.problems[0].en
    assert "which no person can waive" in accepted.problems[0].en


@pytest.mark.parametrize(("path", "opened"), [("*", True), ("{id}", False)])
def test_policy_of_an_api_is_about_the_values_that_callers_give(path, opened):
    plan = healthy().plan
    api = replace(plan.api, routes=(replace(plan.api.routes[0], verb="GET", path="/items/{id}"),))
    calls = ["execute-api:/prod/OPTIONS/*", f"execute-api:/prod/GET/items/{path}"]
    policy = document({**CALLS, "Resource": calls})

    judged = replace(healthy(), plan=replace(plan, api=api))
    assert open_to_all(policy, API_ID, judged) is opened


def test_trust_that_has_ended_is_told_with_its_date():
    (found,) = of_row(trusted("DateLessThan", "aws:CurrentTime", PAST), "SEC-11")

    assert "allows it only if DateLessThan aws:CurrentTime = 2020-01-01" in found.words.en


def test_trust_that_lacks_lambda_is_an_outage_beside_whom_it_names():
    regional = {"Service": "lambda.ap-northeast-1.amazonaws.com"}
    trust = document(allow("sts:AssumeRole", "*", Principal=regional))
    (found,) = of_row(role_of("award", trust=trust), "SEC-11")

    assert "lambda.ap-northeast-1.amazonaws.com" in found.words.en
    assert "trust in Lambda: found no statement allows the action" in found.words.en
    assert not found.tables


def test_permission_that_is_only_absent_can_be_waived():
    red = row_verdict(
        Checklist.load()["SEC-13"], of_row(without("award", "dynamodb:PutItem"), "SEC-13")
    )
    waiver = Waiver(row="SEC-13", until=TODAY, reason="no award before May", by="Hanako Sato")

    assert decide([red], [waiver], today=TODAY, problems=()).decision is VerdictWord.CONDITIONAL


def test_permission_that_ends_later_is_red_until_somebody_decides():
    (found,) = of_row(LATER, "SEC-13")

    assert "DateLessThan aws:CurrentTime = 2027-03-31" in found.words.en
    assert "[[prod.decisions]]" in found.tables[0]


HARMLESS = {
    "granted since a date": under("auth", USERS, "aws:CurrentTime", PAST, "DateGreaterThan"),
    "denied until a date": attached(
        "auth", None, denied_if("*", "DateLessThan", "aws:CurrentTime", PAST)
    ),
    "older sessions revoked": attached(
        "auth", None, denied_if("*", "DateLessThan", "aws:TokenIssueTime", PAST)
    ),
    "surplus that has ended": attached(
        "auth",
        None,
        allow("dynamodb:Scan", USERS, Condition={"DateLessThan": {"aws:CurrentTime": PAST}}),
    ),
    "surplus that is denied since a date": attached(
        "auth",
        None,
        allow("dynamodb:Scan", USERS),
        denied_if("dynamodb:Scan", "DateGreaterThan", "aws:CurrentTime", PAST),
    ),
    "denied where there is no time": attached(
        "auth", None, denied_if("*", "Null", "aws:CurrentTime", "true")
    ),
    "denied to other sessions": attached(
        "auth",
        None,
        denied_if("*", "StringNotLike", "aws:userid", "AROAAUTHZZZZZZZZZZZZZ:stamp-rally-prod-*"),
    ),
    "denied to chats": attached(
        "auth", None, denied_if("*", "ArnLike", "aws:ChatbotSourceArn", "arn:aws:chatbot::*")
    ),
    "granted to what bears a tag of ours": under(
        "auth", USERS, "aws:PrincipalTag/Environment", "prod"
    ),
    "granted where no tag is sent but planned ones": under(
        "auth", USERS, "aws:TagKeys", "Project", "ForAllValues:StringEquals"
    ),
    "denied by a tag that the role does not have": attached(
        "auth", None, denied_if("*", "StringEquals", "aws:PrincipalTag/state", "closed")
    ),
    "denied outside a folder": table_denied("StringEquals", "s3:prefix", "home/"),
    "denied in a transaction to what reads alone": attached(
        "stamps",
        None,
        denied_if("dynamodb:*", "StringLike", "dynamodb:EnclosingOperation", "Transact*"),
    ),
    "denied in what is no transaction": attached(
        "auth",
        None,
        denied_if("dynamodb:*", "StringEquals", "dynamodb:EnclosingOperation", "BatchWriteItem"),
    ),
    "denied outside the internet": attached(
        "auth", None, denied_if("dynamodb:*", "NotIpAddress", "aws:SourceIp", "0.0.0.0/0")
    ),
    "granted if it has no referer": under("auth", USERS, "aws:Referer", "true", "Null"),
    "table denied to all but its readers and their account": spared(
        "stamp-rally-prod-auth-role", "stamp-rally-prod-ranking-role", account=True
    ),
    "denied to private addresses": attached(
        "auth",
        None,
        denied_if("dynamodb:*", "IpAddress", "aws:SourceIp", ["10.0.0.0/8", "fc00::/7"]),
    ),
    "denied where there is no address": attached(
        "auth", None, denied_if("dynamodb:*", "Null", "aws:SourceIp", "true")
    ),
    "table denied to addresses in networks": table_denied(
        "IpAddress", "aws:VpcSourceIp", "172.16.0.0/12"
    ),
    "granted to all but private addresses": under(
        "auth", USERS, "aws:SourceIp", "192.168.1.7", "NotIpAddress"
    ),
    "trusted since a date": trusted("DateGreaterThan", "aws:CurrentTime", PAST),
    "table denied until a date": table_denied("DateLessThan", "aws:CurrentTime", PAST),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_condition_that_takes_nothing_away_leaves_all_green(what):
    assert [found for found in judge(HARMLESS[what](green())) if found.outcome.red] == []


AT_A_TIME = {
    "sessions revoked an hour ago": (
        attached(
            "auth", None, denied_if("dynamodb:*", "DateLessThan", "aws:TokenIssueTime", AN_HOUR_AGO)
        ),
        "SEC-13",
    ),
    "table denied from a later date": (
        table_denied("DateGreaterThan", "aws:CurrentTime", FUTURE),
        "DEP-08",
    ),
    "surplus from a later date": (
        attached(
            "auth",
            None,
            allow(
                "dynamodb:Scan", USERS, Condition={"DateGreaterThan": {"aws:CurrentTime": FUTURE}}
            ),
        ),
        "SEC-12",
    ),
}


@pytest.mark.parametrize("what", AT_A_TIME)
def test_what_holds_at_some_times_is_red_until_somebody_decides(what):
    breaks, row = AT_A_TIME[what]
    (found,) = of_row(breaks, row)

    assert "holds at some times only" in found.words.en
    assert found.tables


@pytest.mark.parametrize("addresses", [["10.0.0.0/8", "203.0.113.0/24"], ["0.0.0.0/1"], ["10.*"]])
def test_address_that_may_be_a_public_one_is_unknown(addresses):
    (found,) = of_row(under("auth", USERS, "aws:SourceIp", addresses, "IpAddress"), "SEC-13")

    assert "aws:SourceIp is not known" in found.words.en
    assert found.tables


def test_account_that_a_deny_does_not_spare_is_named():
    (found,) = of_row(
        spared("stamp-rally-prod-auth-role", "stamp-rally-prod-ranking-role"), "DEP-08"
    )

    assert "its NotPrincipal lists" in found.words.en
    assert "without account 444455556666" in found.words.en
    assert found.tables


def test_key_that_may_be_denied_is_answered_by_a_decision():
    told = [
        finding
        for defect in DEFECTS
        if defect.id == "SEC-13:key-is-denied-for-one-table"
        for finding in of_row(defect.breaks, "SEC-13")
    ]

    assert all(finding.tables for finding in told)
    assert told


def test_decision_about_a_deny_leaves_that_a_key_allows_nothing():
    defect = "SEC-13:key-leaves-it-to-nobody-and-may-be-denied"
    (breaks,) = [each.breaks for each in DEFECTS if each.id == defect]
    told = of_row(breaks, "SEC-13")

    assert all("found not allowed" in finding.words.en for finding in told)
    assert not [finding for finding in told if finding.tables]
    assert told


@pytest.mark.parametrize(("may", "decided"), [("", True), ("-to-read", False)])
def test_key_is_answered_by_a_decision_where_lines_may_be_written(may, decided):
    defect = f"MON-15:key-is-for-a-network{may}"
    (breaks,) = [each.breaks for each in DEFECTS if each.id == defect]
    (told,) = of_row(breaks, "MON-15")

    assert bool(told.tables) is decided
    assert f"encryption key: found {KEY}" in told.words.en


def test_key_that_a_grant_may_open_to_the_role_is_answered_by_a_decision():
    (shut,) = [each.breaks for each in DEFECTS if each.id == "SEC-13:key-leaves-it-to-nobody"]
    opened = both(shut, granted(KEY, "9c2f7d10", AWARD))
    told = of_row(opened, "SEC-13")

    (answered,) = [finding.words.en for finding in told if finding.tables]
    assert "Decrypt for stamp-rally-prod-award-role: found allowed by a grant alone" in answered
    assert len(told) > 1


def test_keys_that_only_services_may_use_are_no_outage():
    assert not of_row(attached("auth", None, keys_denied("false")), "SEC-13")


def test_condition_that_is_met_by_every_call_takes_nothing_away():
    assert not of_row(under("auth", USERS, "aws:ResourceAccount", "444455556666"), "SEC-13")
