"""The runs that the tests' reports come from."""

from dataclasses import replace
from datetime import UTC, datetime

from signoff.judge.result import Provenance

THEN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
PROVENANCE = Provenance(
    environment="prod",
    production=True,
    account="444455556666",
    region="ap-northeast-1",
    caller="arn:aws:iam::444455556666:user/hanako",
    endpoint=None,
    api_url=None,
    release="ab12",
    phase="before",
    commit="c0ffee",
    versions={"python": "3.13.0"},
    started=THEN,
    seconds=7.5,
    read_at=THEN,
    calls=98,
    digest="d0" * 32,
    calls_again=17,
    newest_record="e1  000007.json",
)
PROD_RUN = replace(
    PROVENANCE, api_url="https://api.example.jp/prod", load_plan="baseline", before="dev"
)
