"""Wildcards match, and contain each other, as IAM has it."""

import random

import pytest

from aws.iam.pattern import (
    BACKUP_ID,
    STREAM_LABEL,
    TooIntricateError,
    action_pattern,
    covers,
    escape_from,
    named_pattern,
    overlap,
    resource_pattern,
)

SECRET = (
    "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:stamp-rally-prod/token-secret-key"
)
TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/Users-prod"
GROUP = "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/stamp-rally-prod-auth"


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        (f"{SECRET}-??????", f"{SECRET}-aB3xYz", True),
        (f"{SECRET}-??????", SECRET, False),
        (f"{SECRET}-??????", f"{SECRET}-aB3xYz1", False),
        (f"{SECRET}-??????", f"{SECRET}-old-aB3xYz", False),
        (f"{SECRET}-*", f"{SECRET}-aB3xYz", True),
        (f"{SECRET}-*", f"{SECRET}-old-aB3xYz", True),
        (SECRET, f"{SECRET}-aB3xYz", False),
        (TABLE, TABLE, True),
        (TABLE, TABLE.replace("Users", "users"), False),
        (TABLE, f"{TABLE}/index/ByName", False),
        (f"{TABLE}/index/*", f"{TABLE}/index/ByName", True),
        (f"{TABLE}*", f"{TABLE}/index/ByName", True),
        ("arn:aws:dynamodb:*:*:table/Users-prod", TABLE, True),
        ("arn:aws:dynamodb:ap-*-1:123456789012:table/*", TABLE, True),
        ("arn:aws:dynamodb:us-*:123456789012:table/*", TABLE, False),
        ("arn:aws:dynamodb:ap-northeast-?:123456789012:table/*", TABLE, True),
        ("arn:aws:dynamodb:ap-northeast-1?123456789012:table/*", TABLE, False),
        ("arn:aws:dynamodb:*table/Users-prod", TABLE, False),
        ("arn:aws:dynamodb:*", TABLE, True),
        ("arn:aws:dynamodb", TABLE, True),
        ("arn:aws:dynamodb:ap-northeast-1", TABLE, True),
        ("arn:aws:s3", TABLE, False),
        (f"{GROUP}:*", f"{GROUP}:log-stream:2026/11/25/[1]ab", True),
        (f"{GROUP}:*", GROUP, False),
        ("arn:aws:logs:*:*:*", f"{GROUP}:log-stream:x", True),
        ("*", TABLE, True),
        ("*", "*", True),
        (TABLE, "*", False),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b.png", True),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::bucket.old", "arn:aws:s3:::bucketXold", False),
    ],
)
def test_resource_matches_as_iam_would(pattern, resource, matches):
    assert resource_pattern(pattern).matches(resource) is matches


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("dynamodb:GetItem", "dynamodb:GetItem", True),
        ("DynamoDB:getitem", "dynamodb:GetItem", True),
        ("dynamodb:Get*", "dynamodb:GetItem", True),
        ("dynamodb:Get*", "dynamodb:BatchGetItem", False),
        ("dynamodb:*Item", "dynamodb:BatchGetItem", True),
        ("dynamodb:???Item", "dynamodb:PutItem", True),
        ("dynamodb:???Item", "dynamodb:UpdateItem", False),
        ("*", "iam:PassRole", True),
        ("s3:*", "s3-object-lambda:GetObject", False),
    ],
)
def test_action_matches_without_regard_to_case(pattern, action, matches):
    assert action_pattern(pattern).matches(action.lower()) is matches


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        (TABLE, TABLE, True),
        ("*", TABLE, True),
        (TABLE, "*", False),
        ("arn:aws:dynamodb:*:*:table/*", TABLE, True),
        (TABLE, "arn:aws:dynamodb:*:123456789012:table/Users-prod", False),
        (TABLE, "arn:aws:dynamodb:ap-northeast-1:*:table/Users-prod", False),
        (f"{SECRET}-*", f"{SECRET}-??????", True),
        (f"{SECRET}-??????", f"{SECRET}-*", False),
        (f"{SECRET}-??????", f"{SECRET}-aB3xYz", True),
        (f"{SECRET}-??????", f"{SECRET}-aB3???", True),
        (f"{GROUP}:*", f"{GROUP}:log-stream:*", True),
        (f"{GROUP}:log-stream:*", f"{GROUP}:*", False),
        ("arn:aws:s3:::a*c", "arn:aws:s3:::a*b*c", True),
        ("arn:aws:s3:::a*b*c", "arn:aws:s3:::a*c", False),
        ("arn:aws:s3:::**", "arn:aws:s3:::*", True),
        ("arn:aws:s3:::?*", "arn:aws:s3:::*?", True),
        ("arn:aws:s3:::?*", "arn:aws:s3:::*", False),
    ],
)
def test_containment_is_over_every_possible_resource(outer, inner, inside):
    assert covers(outer, inner) is inside


def test_a_witness_is_granted_and_is_not_allowed():
    allowed = [resource_pattern(TABLE), resource_pattern(f"{TABLE}/index/*")]
    granted = resource_pattern(f"{TABLE}*")

    witness = escape_from(allowed, [granted])

    assert witness is not None
    assert granted.matches(witness)
    assert not any(pattern.matches(witness) for pattern in allowed)


def test_several_patterns_together_may_cover_what_none_of_them_does():
    parts = [resource_pattern(f"arn:aws:s3:::{rest}") for rest in ("", "?*", ":*")]
    whole = resource_pattern("arn:aws:s3:::*")

    assert escape_from(parts, [whole]) is None
    assert escape_from(parts[:2], [whole]) == "arn:aws:s3::::"


def test_an_intersection_is_only_what_all_of_its_patterns_match():
    within = [resource_pattern("arn:aws:dynamodb:*:*:table/*-prod"), resource_pattern(TABLE + "*")]

    assert escape_from([resource_pattern(TABLE + "*")], within) is None
    assert escape_from([resource_pattern(TABLE)], within) == f"{TABLE}-prod"


def test_patterns_that_share_nothing_do_not_overlap():
    assert not overlap(action_pattern("iam:*"), action_pattern("sts:*"))
    assert overlap(action_pattern("iam:Pass*"), action_pattern("*Role"))


def test_matching_and_containment_agree_on_random_patterns():
    """A pattern contains a text exactly when it matches it: two routes to one truth."""
    chance = random.Random(20261125)  # noqa: S311  # reproducible, not secret

    def text(alphabet):
        return "arn:aws:s3:::" + "".join(chance.choices(alphabet, k=chance.randint(0, 6)))

    pairs = [(text("ab:*?"), text("ab:")) for _ in range(3000)]
    disagreeing = [
        pair for pair in pairs if covers(*pair) is not resource_pattern(pair[0]).matches(pair[1])
    ]

    assert not disagreeing
    assert any(covers(*pair) for pair in pairs), "no pair ever matched: the test proves nothing"


def test_a_comparison_beyond_reason_is_refused_rather_than_guessed():
    intricate = resource_pattern("*a" + "?" * 24)

    with pytest.raises(TooIntricateError, match="too intricate"):
        escape_from([intricate], [intricate])


@pytest.mark.parametrize(
    ("named", "grant", "reaches"),
    [
        (f"{TABLE}/stream/{STREAM_LABEL}", f"{TABLE}/stream/2026-11-30T00:00:00.000", True),
        (f"{TABLE}/stream/{STREAM_LABEL}", f"{TABLE}-old/stream/2026-11-30T00:00:00.000", False),
        (f"{TABLE}/stream/{STREAM_LABEL}", "arn:aws:dynamodb:*:*:table/Orders*", False),
        (f"{TABLE}/backup/{BACKUP_ID}", f"{TABLE}/backup/01489602797149-73d8d5bc", True),
        (f"{TABLE}/backup/{BACKUP_ID}", "arn:aws:dynamodb:*:*:table/*/backup/0148*", True),
        (f"{TABLE}/backup/{BACKUP_ID}", "arn:aws:dynamodb:*:*:table/*-dev", False),
        (f"{TABLE}/backup/{BACKUP_ID}", "arn:aws:dynamodb:*:*:table/*dev*", False),
        (f"{TABLE}/backup/{BACKUP_ID}", "arn:aws:dynamodb:*:*:table/*-be", False),
        (f"{TABLE}/backup/{BACKUP_ID}", "arn:aws:dynamodb:*:*:table/*-dec", False),
        (f"{TABLE}/stream/{STREAM_LABEL}", "arn:aws:dynamodb:*:*:table/*-2026", False),
        (f"{TABLE}/backup/{BACKUP_ID}", "arn:aws:dynamodb:*:*:table/*-73d8d5bc", True),
        (f"{TABLE}/*", "arn:aws:dynamodb:*:*:table/Orders*", False),
        ("arn:aws:sns:*:123456789012:orders", "arn:aws:sns:x:y:123456789012:orders", False),
    ],
)
def test_name_that_aws_gives_holds_no_colons_but_those_that_are_written(named, grant, reaches):
    assert overlap(named_pattern(named), resource_pattern(grant)) is reaches
