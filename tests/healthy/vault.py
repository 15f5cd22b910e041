"""Secrets Manager and KMS as they would answer for a healthy production: literals, no plan."""

import json

from aws.kinds.key import Key
from aws.kinds.secret import Secret
from aws.redaction.secret_text import withheld
from aws.secret_value import SecretValue, is_placeholder

HERE = "ap-northeast-1:444455556666"
TOKEN_KEY = "stamp-rally-prod/token-secret-key"
LINE_TOKEN = "stamp-rally-prod/line-channel-access-token"
SECRETS_KEY = "alias/aws/secretsmanager"
HEX_KEY = (
    "b4a23b107ff67925b88393b33bcba118bd2caffed444e0d2de777965dfef4e36"
    "205c70e76d5ef822a46a1e7b3bfbf03a65e42b3caa7b7c5314fc33315a6d65b2"
)
"""What `openssl rand -hex 64` prints."""
CHANNEL_TOKEN = (
    "557R4FAuA6D+0Ey1/EBXbtQJle3sWpsmPVEZ/oIA6Rp4asbrKGK5GJMVhbpyIGibS1U0qTdgdHr81Lihx90ML1"
    "5492i3f35hEnHgRji1XgXps+yX8FfrInEltzs7IQSi4W7fB4ZiYDhTASQT8Uc3QNAmXPweL0M9IpMSbFNvGuM="
)
BASE64_KEY = "Zq8Kx3vTm0LwPy7RbN5sUc2JdH9fGa4EoW6iXtQ1nVk="
"""What `openssl rand -base64 32` prints; no secret of this production."""
SESSION = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJVMSJ9.3vJ2m0Xq"
SALTS = ("own-3f9c", "5a1f")


def secrets() -> dict[str, Secret]:
    return {
        TOKEN_KEY: _secret(TOKEN_KEY, "h4Kq2Z"),
        LINE_TOKEN: _secret(LINE_TOKEN, "9bVx0T"),
    }


def secret_values() -> dict[str, SecretValue]:
    return {
        TOKEN_KEY: value(TOKEN_SECRET_KEY=HEX_KEY),
        LINE_TOKEN: value(LINE_CHANNEL_ACCESS_TOKEN=CHANNEL_TOKEN),
    }


def value(**fields: str) -> SecretValue:
    """Return what the reader keeps of a JSON object with these fields."""
    return SecretValue(
        is_json_object=True,
        fields={name: withheld(text, salts=SALTS) for name, text in fields.items()},
        placeholder=any(is_placeholder(field, KNOWN_DEFAULTS) for field in fields.values()),
        whole=withheld(json.dumps(fields), salts=SALTS),
    )


KNOWN_DEFAULTS = ("default-secret-key-change-in-production",)
"""What dev's code falls back to (spec of the application, fault 2)."""


def keys() -> dict[str, Key]:
    """Return the one key that anything here refers to; its policy is AWS's business."""
    managed = Key(
        arn=f"arn:aws:kms:{HERE}:key/7b1f3c52-8d0e-4a6b-9a57-2f7c1d9e4b60",
        state="Enabled",
        manager="AWS",
    )
    return {SECRETS_KEY: managed}


def _secret(name: str, suffix: str) -> Secret:
    return Secret(
        name=name,
        arn=f"arn:aws:secretsmanager:{HERE}:secret:{name}-{suffix}",
        kms_key=None,
        deleted=None,
        current=True,
    )
