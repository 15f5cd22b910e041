"""Each reader declares the IAM actions of its own calls, and no other: rows name them as the calls by which they know."""

import pytest

from aws.iam.actions import actions_for
from aws.inventory import READERS
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import OPTIONS, FakeAws, FakeSession
from tests.resting import resting_on

OF_THE_SEARCH = "secretsmanager:GetSecretValue"
"""Every reading begins with it, whichever section is read: all answers are searched for secrets."""
DECRYPTING = "AWS decrypts what is read with the rights of the reader"
RULES = "IAM asks for it beside GET"
BY_ANOTHER = "another section makes the call, and this one is made of it"
NOT_HERE = "this account has nothing of which it would be asked"
UNCALLED = {
    "api_mappings": {"apigateway:ListRoutingRules": RULES},
    "contents": {"kms:Decrypt": DECRYPTING},
    "deployments_back": {"lambda:GetPolicy": NOT_HERE, "lambda:ListFunctions": NOT_HERE},
    "domains": {"apigateway:ListRoutingRules": RULES},
    "functions": {
        "kms:Decrypt": DECRYPTING,
        "lambda:ListAliases": BY_ANOTHER,
        "lambda:ListTags": "without it GetFunction leaves the tags out",
    },
    "key_scans": {"kms:Decrypt": DECRYPTING},
    "packages": {"lambda:GetFunction": "this commit builds what is live here"},
    "resolutions": {"route53:ListResourceRecordSets": NOT_HERE},
    "role_users": {"lambda:ListFunctionUrlConfigs": NOT_HERE},
    "scalable_targets": {"dynamodb:DescribeTable": BY_ANOTHER},
    "secret_values": {"kms:Decrypt": DECRYPTING},
    "versions_back": {
        "kms:Decrypt": DECRYPTING,
        "lambda:ListAliases": BY_ANOTHER,
        "lambda:ListFunctions": BY_ANOTHER,
    },
}
"""Section -> actions of its reader that no call of this reading asks for, and why it has them."""


@pytest.fixture(scope="module")
def asked_by(models, healthy):
    """Return the actions of the calls that one section makes where all others are known."""
    session = FakeSession(models)

    def asked_by(name):
        session.fake = fake = FakeAws()
        getattr(resting_on(healthy.sections, [name], session, SCOPE, OPTIONS), name)
        calls = (call.split(":") for call in fake.asked)
        return {action for call in calls for action in actions_for(*call, "GET")}

    return asked_by


@pytest.mark.parametrize("name", READERS)
def test_reader_declares_the_actions_of_its_calls_and_no_other(asked_by, name):
    asked, declared = asked_by(name), {*READERS[name].actions}
    undeclared = asked - declared - {OF_THE_SEARCH}

    assert not undeclared, f"{name} calls what it does not declare"
    assert declared - asked == UNCALLED.get(name, {}).keys(), f"{name} declares what it calls"


def test_reading_begins_with_the_search_for_secrets(asked_by):
    assert all(OF_THE_SEARCH in asked_by(name) for name in ("alarms", "leaks"))
