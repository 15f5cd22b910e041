"""Production with every optional part that takes a right, in an account of AWS's documentation."""

from dataclasses import replace

from signoff.environment import ENVIRONMENTS, load
from signoff.environment.schema import Domain

VARIABLES = {
    "SIGNOFF_ACCOUNT": "111122223333",
    "SIGNOFF_ORIGIN": "https://stamp-rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "1234567890",
}
KEY = "arn:aws:kms:ap-northeast-1:111122223333:key/{}-12ab-34cd-56ef-1234567890ab"


def example():
    plain = load("prod", ENVIRONMENTS, VARIABLES).environment
    return replace(
        plain,
        domain=Domain(name="api.stamp-rally.example.jp", hosted_zone="Z1D633PJN98FT9"),
        bucket=f"{plain.prefix}-images",
        table_key=KEY.format("1234abcd"),
        secret_key=KEY.format("2345bcde"),
        evidence=f"s3://{plain.prefix}-evidence-{plain.account}/records",
        evidence_key=KEY.format("3456cdef"),
    )
