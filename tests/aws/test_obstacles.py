"""What keeps AWS from answering, and the right that is lacking: the remedy of a row that is not testable is chosen by them."""

import pytest

from aws.section import Obstacle, Unread, Unreadable, obstacle_of, refused_action
from aws.words import Words

PERFORM = "User: arn:aws:sts::444455556666:assumed-role/reader/me is not authorized to perform: "


@pytest.mark.parametrize(
    ("code", "message", "obstacle"),
    [
        ("AccessDenied", "Access Denied", Obstacle.READER_RIGHTS),
        ("AccessDeniedException", "no words", Obstacle.READER_RIGHTS),
        ("AuthorizationError", "not authorized", Obstacle.READER_RIGHTS),
        ("KMSAccessDeniedException", "no words", Obstacle.READER_RIGHTS),
        (
            "ExpiredToken",
            "The security token included in the request is expired",
            Obstacle.CREDENTIALS,
        ),
        ("UnrecognizedClientException", "The security token is invalid.", Obstacle.CREDENTIALS),
        (
            "InvalidSignatureException",
            "Signature expired: 20261125T090000Z is earlier",
            Obstacle.CLOCK,
        ),
        ("RequestTimeTooSkewed", "", Obstacle.CLOCK),
        ("OptInRequired", "You are not subscribed to this service", Obstacle.ACCOUNT),
        ("ThrottlingException", "Rate exceeded", Obstacle.NO_ANSWER),
        ("InternalFailure", "", Obstacle.NO_ANSWER),
    ],
)
def test_code_of_a_refusal_says_what_is_in_the_way(code, message, obstacle):
    assert obstacle_of(code, message, Obstacle.READER_RIGHTS) is obstacle


@pytest.mark.parametrize(
    ("call", "message", "action"),
    [
        (
            "dynamodb:DescribeTable",
            f"{PERFORM}dynamodb:DescribeTable on resource: *",
            "dynamodb:DescribeTable",
        ),
        ("lambda:GetFunction", f"{PERFORM}kms:Decrypt on resource: k1 because", "kms:Decrypt"),
        ("lambda:GetFunction", "no words", "lambda:GetFunction"),
        ("apigateway:GetStages", "no words", "apigateway:GET"),
    ],
)
def test_action_that_is_lacking_is_the_one_that_aws_names_else_that_of_the_call(
    call, message, action
):
    assert refused_action(call, message) == action


def test_what_was_not_read_is_said_as_such_in_japanese():
    denied = Unread(Unreadable(Words.same("sns:GetTopicAttributes: AuthorizationError")))

    assert denied.words == Words(
        en="sns:GetTopicAttributes: AuthorizationError",
        ja="読み取れませんでした（sns:GetTopicAttributes: AuthorizationError）",
    )
