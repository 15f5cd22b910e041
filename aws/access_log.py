"""What the access log of a stage may contain: request ids and routes, but nothing private."""

import re

TELLING = re.compile(
    r"\$input\b[^\s\"',}]*"
    r"|\$context\.(?:requestOverride|responseOverride)\b[\w.\-]*"
    r"|\$context\.identity\.(?:apiKey|accessKey)\b"
    r"|\$context\.identity\.(?:clientCert|cognito)[\w.]*"
    r"|\$context\.authorizer\.(?!(?:error|status|latency|requestId|integration\w+)\b)[\w.\-]+"
)
"""Variables that carry headers, query strings, bodies, or who the caller is.

``identity.caller`` and ``identity.user``, which stand in every format of AWS's documentation, name
AWS principals. Our callers are not principals, so the two are empty.
"""
REQUEST_ID = re.compile(r"\$context\.(?:requestId|extendedRequestId)\b")


def names_the_request(form: str | None) -> bool:
    """Whether a line can be found by the request id that its caller received."""
    return REQUEST_ID.search(form or "") is not None


def private_variables(form: str | None) -> list[str]:
    """Return the variables of a format that reveal something private."""
    return TELLING.findall(form or "")


def group_of(arn: str | None, planned: str) -> str:
    """Return the name of a log group that is where the planned ARN is, or the ARN of another destination.

    AWS writes it with and without ``:*`` at the end.
    """
    place, among, _ = planned.partition(":log-group:")
    return (arn or "").removesuffix(":*").removeprefix(place + among)
