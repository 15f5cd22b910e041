"""Whatever AWS's client or the disk raises is told as what it is, with what to do, and no value in it; no log holds one either."""

import logging

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    IncompleteReadError,
    NoRegionError,
    ParamValidationError,
    ReadTimeoutError,
    UnauthorizedSSOTokenError,
    WaiterError,
)

from aws.door.sessions import NoAnswerError
from lambdas.packing import pack
from signoff.commands.plugin import WIRE_LOGGERS, keep_loggers_quiet
from signoff.evidence.keys import EvidenceError
from signoff.judge.errors import EXPECTED, fault, sentence

REPORT = """Invalid type for parameter SecretString, value: hunter2, type: <class 'int'>
Unknown parameter in Tags[0]: "Kee", must be one of: Key, Value"""

SIGNED_OUT = {"Error": {"Code": "ExpiredToken", "Message": "hunter2"}}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ReadTimeoutError(endpoint_url="https://x"),
            "AWS did not answer at https://x (ReadTimeoutError): check",
        ),
        (
            ConnectTimeoutError(endpoint_url="https://x"),
            "AWS did not answer at https://x (ConnectTimeoutError)",
        ),
        (
            WaiterError(name="TableExists", reason="Max attempts exceeded", last_response={}),
            "AWS did not finish in time (waiting for TableExists: Max attempts exceeded): check its state",
        ),
        pytest.param(
            WaiterError(name="FunctionUpdated", reason="…", last_response=SIGNED_OUT),
            "waiting for FunctionUpdated: the credentials are no longer valid (ExpiredToken)",
            id="WaiterError-signed-out",
        ),
        (
            ParamValidationError(report=REPORT),
            "AWS was not asked: it does not take this SecretString, Kee; check the value",
        ),
        pytest.param(
            ParamValidationError(report='Unknown parameter in input: "Kee", must be one of: Key'),
            "AWS was not asked: the installed boto3 asks for it otherwise (Kee); install the versions in requirements.lock",
            id="ParamValidationError-unknown",
        ),
        (
            IncompleteReadError(actual_bytes=1, expected_bytes=2),
            "AWS did not answer (IncompleteReadError): check the connection",
        ),
        (UnauthorizedSSOTokenError(), "AWS was not asked: the SSO login has expired"),
        (NoRegionError(), "the AWS client gave up (NoRegionError): check its configuration"),
        (
            PermissionError(13, "Permission denied", "/evidence"),
            "/evidence can't be used (Permission denied): check its folder and the disk",
        ),
        (EvidenceError(en="the key is gone; restore it", ja="…"), "the key is gone; restore it"),
        (NoAnswerError(5), "no answer within 5 s"),
        (OSError(28, "No space left on device"), "a file can't be used (No space left on device)"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_error_is_told_as_what_it_is(error, told):
    said = sentence(error, "me").en

    assert isinstance(error, EXPECTED)
    assert said.startswith(told)
    assert "hunter2" not in said


def test_a_denial_names_what_is_missing_and_what_prints_the_policy():
    message = (
        "User: arn:aws:sts::1:assumed-role/op/me is not authorized to perform: iam:PassRole on resource:"
        " arn:aws:iam::1:role/r because no identity-based policy allows the iam:PassRole action"
    )
    answer = {"Error": {"Code": "AccessDeniedException", "Message": message}}
    told = sentence(ClientError(answer, "CreateFunction"), "me", "--policy")

    assert told.en == (
        "CreateFunction was denied to me (missing: iam:PassRole on arn:aws:iam::1:role/r): allow it"
        " (--policy prints the whole policy), then run it again"
    )


@pytest.mark.parametrize(
    ("ending", "policy"),
    [
        ("with an explicit deny in a service control policy: arn:…", "service control policy"),
        ("with an explicit deny in an identity-based policy", "identity-based policy"),
        ("because no permissions boundary allows the s3:PutObject action", "permissions boundary"),
    ],
)
def test_denial_that_no_grant_outweighs_names_the_kind_of_policy_and_offers_no_other(
    ending, policy
):
    message = f"User: u is not authorized to perform: s3:PutObject on resource: r {ending}"
    answer = {"Error": {"Code": "AccessDenied", "Message": message}}

    assert sentence(ClientError(answer, "PutObject"), "me", "--policy").en == (
        f"PutObject was denied to me (missing: s3:PutObject on r) by the {policy}: have it changed,"
        " since no other policy can allow what it denies, then run it again"
    )


@pytest.mark.parametrize(
    ("code", "message", "status", "told"),
    [
        ("ThrottlingException", None, 400, "failed: ThrottlingException; run it again in a minute"),
        (
            "InternalFailure",
            "Sorry.",
            500,
            "failed: InternalFailure: Sorry; run it again in a minute",
        ),
        ("LimitExceededException", None, 400, "failed: LimitExceededException"),
    ],
)
def test_passing_error_of_aws_says_to_run_it_again(code, message, status, told):
    meta = {"HTTPStatusCode": status}
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": meta}

    assert sentence(ClientError(answer, "CreateTable")).en == f"CreateTable {told}"


def test_denial_without_a_body_names_the_action_as_well():
    """S3 answers HEAD with a number and nothing else."""
    answer = {"Error": {"Code": "403", "Message": "Forbidden"}}
    told = sentence(ClientError(answer, "HeadBucket"), "me", "--policy")

    assert told.en == (
        "HeadBucket was denied to me (missing: s3:ListBucket): allow it"
        " (--policy prints the whole policy), then run it again"
    )


def test_wire_is_not_logged_even_where_everything_else_is(caplog):
    keep_loggers_quiet()
    with caplog.at_level(logging.DEBUG):
        for name in WIRE_LOGGERS:
            logging.getLogger(f"{name}.parsers").debug("Response body: the secret")
        logging.getLogger("ours").debug("seen")

    assert caplog.messages == ["seen"]


def test_code_of_a_team_that_does_not_parse_is_named_and_no_fault_of_ours(tmp_path):
    handler = tmp_path / "lambdas" / "todos" / "handler.py"
    handler.parent.mkdir(parents=True)
    handler.with_name("__init__.py").touch()
    (tmp_path / "lambdas" / "__init__.py").touch()
    (tmp_path / "app.toml").write_text("[functions.todos]")
    handler.write_text("\ndef handler(:")

    with pytest.raises(SyntaxError) as broken:
        pack("todos", tmp_path)

    assert fault(broken.value, tmp_path).en == f"{handler}:2: invalid syntax; fix that line"
