"""Lambda as it would answer for a healthy production: literals, no plan."""

import json
from dataclasses import replace
from hashlib import sha256

from aws.kinds.function import Function, HandlerFlaw
from aws.kinds.function_invocation import Alias, FunctionPolicy, FunctionUrl, LambdaAccount, Version
from aws.redaction.secret_text import PRINT_DIGITS, MaskedValue, masked, secrets_in, spellings
from aws.release import Builds, Package
from aws.way_back import PackageContents
from tests.healthy.vault import CHANNEL_TOKEN, HEX_KEY, SALTS
from tests.second_opinion import FUNCTIONS, ROUTES

NEEDLES = {
    "stamp-rally-prod/token-secret-key": spellings([HEX_KEY]),
    "stamp-rally-prod/line-channel-access-token": spellings([CHANNEL_TOKEN]),
}
PREFIX = "arn:aws:lambda:ap-northeast-1:444455556666:function:"
CALLS = "arn:aws:execute-api:ap-northeast-1:444455556666:k3v9x0q2ma"
ALWAYS = {"ENVIRONMENT": "prod", "ALLOWED_ORIGIN": "https://rally.example.jp"}
CODE = {key: function.code_sha256 for key, function in FUNCTIONS.items()}
"""CodeSha256 of what the aliases run."""
CLOSED = "c1osedRel3aseXy1Kb3Qv5Tg9MdSe7Fa2Ui0OoJrNBE="
"""CodeSha256 of the release that answers 503, which a rollback of a first release takes."""


def functions() -> dict[str, Function]:
    return {f"stamp-rally-prod-{variable}": _function(variable) for variable in FUNCTIONS}


def _function(key: str) -> Function:
    name = f"stamp-rally-prod-{key}"
    return Function(
        name=name,
        arn=f"{PREFIX}{name}",
        version="2",
        runtime="python3.13",
        state="Active",
        last_update_status="Successful",
        handler="handler.handler",
        role_arn=f"arn:aws:iam::444455556666:role/{name}-role",
        timeout_s=30,
        memory_mb=256,
        code_sha256=CODE[key],
        environment={k: clear(v) for k, v in (ALWAYS | FUNCTIONS[key].variables).items()},
        log_group=f"/aws/lambda/{name}",
        tracing="Active",
        tags={"Environment": clear("prod"), "Project": clear("CC")},
    )


def clear(text: str) -> MaskedValue:
    """Return a value that the reader keeps in clear, digested under both salts of the run."""
    return masked(text, public={text}, salts=SALTS)


def kept_back(text: str) -> MaskedValue:
    """Return a value that the reader withholds, nobody having planned it, and looks for secrets in.

    Its fingerprint is a quick one: the reader's takes 15 ms, which are to be hard to guess by.
    """
    value = masked(text, public=(), salts=SALTS, holds=secrets_in(text, NEEDLES))
    quick = sha256(text.encode()).hexdigest()[:PRINT_DIGITS] if value.text is None else ""
    return replace(value, fingerprint=quick)


def aliases() -> dict[str, tuple[Alias, ...]]:
    return {
        name: (Alias(name="live", arn=f"{PREFIX}{name}:live", version="2"),) for name in functions()
    }


def versions() -> dict[str, tuple[Version, ...]]:
    return {
        f"stamp-rally-prod-{key}": (
            Version(number="1", code_sha256=former(key)),
            Version(number="2", code_sha256=CODE[key]),
        )
        for key in FUNCTIONS
    }


def former(key: str) -> str:
    """Return the CodeSha256 of the release before."""
    return f"old{CODE[key][3:]}"


def versions_back() -> dict[str, Function]:
    """Return what a rollback takes: the release before, which was live with the same configuration."""
    return {
        f"stamp-rally-prod-{key}": replace(
            _function(key), version="1", code_sha256=former(key), tags={}
        )
        for key in FUNCTIONS
    }


def handlers_with(flaw: HandlerFlaw | None) -> dict[str, HandlerFlaw | None]:
    """Return the handlers of each function's versions and draft, each with that flaw."""
    versions = ("1", "2", "$LATEST")
    return {
        f"{PREFIX}stamp-rally-prod-{key}:{version}": flaw
        for key in FUNCTIONS
        for version in versions
    }


def packages() -> dict[str, PackageContents]:
    """Return what is in the packages of both releases."""
    codes = (*CODE.values(), *map(former, CODE))
    return {code: PackageContents(handlers=handlers_with(None)) for code in codes}


def function_policies() -> dict[str, tuple[FunctionPolicy, ...]]:
    """Return a policy on each alias; none stands on the function itself or on a version."""
    return {
        f"stamp-rally-prod-{key}": (
            FunctionPolicy(qualifier=None, document=None),
            FunctionPolicy(qualifier="live", document=permission(key, *called_by(key))),
            FunctionPolicy(qualifier="1", document=None),
            FunctionPolicy(qualifier="2", document=None),
        )
        for key in FUNCTIONS
    }


def called_by(key: str) -> list[str]:
    """Return what of the API calls a function, as the source ARN names it."""
    routes = [f"prod/{route.replace(' ', '')}" for route, behind in ROUTES.items() if behind == key]
    return [*routes, *(["authorizers/8dk2mz"] if key == "auth" else [])]


def permission(key: str, *sources: str, qualifier: str = ":live") -> str:
    """Return the policy document that add_permission, once per source, leaves behind."""
    statements = [
        {
            "Sid": source.replace("/", "-"),
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": f"{PREFIX}stamp-rally-prod-{key}{qualifier}",
            "Condition": {"ArnLike": {"AWS:SourceArn": f"{CALLS}/{source}"}},
        }
        for source in sources
    ]
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements})


def function_urls() -> dict[str, tuple[FunctionUrl, ...]]:
    return dict.fromkeys(functions(), ())


def builds() -> Builds:
    """Return what the judged commit builds: what is live, byte for byte."""
    packed = {
        f"stamp-rally-prod-{key}": Package(code_sha256=sha, content=b"")
        for key, sha in CODE.items()
    }
    return Builds(functions=packed, closed=Package(code_sha256=CLOSED, content=b""))


def lambda_account() -> dict[str, LambdaAccount]:
    return {"account": LambdaAccount(concurrent_executions=1000, unreserved=1000)}
