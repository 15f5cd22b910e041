"""Where the guide is followed: its two columns, development and production (step 1-2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideColumn:
    """``suffix`` ends the names of tables; ``origin`` is what step 3-3 says for this column."""

    account: str
    region: str
    prefix: str
    suffix: str
    stage: str
    origin: str

    def function(self, key: str) -> str:
        return f"{self.prefix}-{key}"

    def table(self, name: str) -> str:
        return f"{name}{self.suffix}"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


PROD = GuideColumn(
    account="444455556666",
    region="ap-northeast-1",
    prefix="stamp-rally-prod",
    suffix="-prod",
    stage="prod",
    origin="https://liff.line.me",
)
DEV = GuideColumn(
    account="111122223333",
    region="us-east-1",
    prefix="stamp-rally",
    suffix="",
    stage="dev",
    origin="*",
)
