"""Which actions of a service are about which part of a resource (Service Authorization Reference): on another part's ARN, they grant nothing."""

import re
from functools import lru_cache

ON_PARTS = {
    re.compile(part): re.compile(actions)
    for part, actions in (
        (r"arn:aws:s3:::[^/]+/.*", r"s3:(Bypass|Replicate|(?!.*Bucket(?!Owner)).*Object).*"),
        (r"arn:aws:s3:::.*", r"s3:(?!Bypass|Replicate|(?!.*Bucket(?!Owner)).*Object).*"),
        (r".*:table/[^/]+/index/.*", r"dynamodb:(PartiQLSelect|Query|Scan|Search.*|.*Insights)"),
        (r".*:table/[^/]+/backup/.*", r"dynamodb:(DeleteBackup|RestoreTableFromBackup)"),
        (r".*:table/[^/]+/stream/.*", r"dynamodb:(GetRecords|.*ResourcePolicy)"),
        (r".*:table/[^/]+", r"dynamodb:(?!DeleteBackup|GetRecords).*"),
        (
            r".*:function:[^:]+:.*",
            r"lambda:(?!UpdateFunctionCo|PublishVersion|(Put|Delete)FunctionCo).*",
        ),
        (r".*:log-group:.*:log-stream:.*", "logs:(?!.*AccountPolicy).*"),
        (r".*:log-group:.*", "logs:(?!DeleteLogStream|.*AccountPolicy).*"),
        (r".*:alarm-mute-rule:.*", "cloudwatch:.*MuteRule"),
    )
}
"""Part of a target -> the actions that are about it; the first pattern that fits a part decides, and any action is about other parts.

Of a group, CloudWatch Logs asks with ``log-group:NAME:log-stream:``, an empty stream, which its reference does not say.
"""


@lru_cache(maxsize=65536)
def is_about(action: str, part: str) -> bool:
    """Whether AWS asks for an action with the ARN of such a part."""
    return next(
        (on.fullmatch(action) is not None for of, on in ON_PARTS.items() if of.fullmatch(part)),
        True,
    )
