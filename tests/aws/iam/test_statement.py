"""Policy documents are read whole, or refused."""

import json

import pytest

from aws.iam.statement import PolicySyntaxError, parse


def test_single_values_and_lists_are_read_alike():
    one = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    listed = {"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}]}

    assert parse(one) == parse(listed) == parse(json.dumps(one))


def test_a_condition_keeps_its_quantifier_and_its_suffix_apart():
    document = {
        "Statement": {
            "Effect": "Deny",
            "NotAction": "iam:*",
            "NotResource": "arn:aws:s3:::x",
            "Condition": {"ForAnyValue:StringNotLikeIfExists": {"aws:TagKeys": ["a", True]}},
        }
    }

    statement = parse(document, "guard")[0]

    assert str(statement.conditions[0]) == "ForAnyValue:StringNotLikeIfExists aws:TagKeys = a, true"
    assert statement.not_actions == ("iam:*",)
    assert str(statement) == "policy `guard`, statement 1"


def test_principals_are_read_in_every_spelling():
    def principals(written):
        statement = {"Effect": "Allow", "Action": "*", "Principal": written}
        return parse({"Statement": statement})[0].principals

    assert principals("*") == (("*", "*"),)
    assert principals({"AWS": "*"}) == (("AWS", "*"),)
    assert principals({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}) == (
        ("Service", "lambda.amazonaws.com"),
        ("Service", "edgelambda.amazonaws.com"),
    )


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ({}, "has no Statement"),
        ({"Statement": ["x"]}, "is not an object"),
        ({"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}, "the Effect 'allow'"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "one of Action and NotAction"),
        (
            {"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}},
            "one of Action and NotAction",
        ),
        ({"Statement": {"Effect": "Allow", "Action": "*"}}, "without Resource"),
        (
            {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*"}},
            "one of Resource and NotResource",
        ),
        (
            {
                "Statement": {
                    "Effect": "Allow",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {"x": 1},
                }
            },
            "without a key",
        ),
        ({"Statement": {"Effect": "Allow", "Action": [7], "Resource": "*"}}, "the Action is of"),
        ({"Statement": {"Effect": "Allow", "Action": "*", "Resource": {}}}, "the Resource is of"),
        (
            {"Statement": {"Effect": "Allow", "Action": "*", "Principal": ["*"]}},
            "the Principal is of",
        ),
        (
            {"Statement": {"Effect": "Allow", "Action": "*", "NotPrincipal": ["*"]}},
            "the NotPrincipal is of",
        ),
    ],
)
def test_a_broken_document_is_refused_by_name(document, why):
    with pytest.raises(PolicySyntaxError, match=r"policy broken") as refusal:
        parse(document, "broken")

    assert why in str(refusal.value)
