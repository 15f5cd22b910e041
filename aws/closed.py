"""The closed release, which answers 503: what the first release goes back to, and how it is recognized."""

from aws.words import Words

PATH = "/{closed+}"
"""The greedy path of the closed API: API Gateway allows any name for the variable, and no other name is like this one."""
MARK = ": closed: "
"""Part of a deployment's description that distinguishes the closed one from a release."""

RELEASE = Words(en="release", ja="リリース")
OPEN = Words(en="an open release", ja="公開版")
CLOSED = Words(
    en="the closed release, by which every route answers 503",
    ja="メンテナンス版（全ルートが503を返す）",
)


def is_closed(description: str | None) -> bool:
    """Whether a deployment of this description is a closed one."""
    return MARK in (description or "")
