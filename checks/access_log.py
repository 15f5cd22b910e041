"""Where the API's access log goes, and what must never be written into it."""

import re

TELLING = re.compile(
    r"\$input\b[^\s\"',}]*"
    r"|\$context\.(?:requestOverride|responseOverride)\b[\w.\-]*"
    r"|\$context\.identity\.(?:apiKey|accessKey|user|userArn|caller)\b"
    r"|\$context\.identity\.(?:clientCert|cognito)[\w.]*"
    r"|\$context\.authorizer\.(?!(?:error|status|latency|requestId|integration\w+)\b)[\w.\-]+"
)
"""Variables that carry headers, query strings, bodies, or who the caller is."""


def group_of(arn: str | None) -> str:
    """Return the log group's name; AWS writes its ARN with and without ``:*`` at the end."""
    return (arn or "").removesuffix(":*").partition(":log-group:")[2]


def telling(form: str | None) -> list[str]:
    return TELLING.findall(form or "")
