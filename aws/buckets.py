"""S3: the optional bucket of images."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """``encryption`` is AES256 or aws:kms; ``public_access_blocked`` only if all four are on."""

    name: str
    encryption: str | None
    kms_key: str | None
    public_access_blocked: bool
    policy: str | None
    region: str
