"""The evidence stores of a healthy production and of its dev, one day before the go-live meeting."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from checks.test_preparation import FUNCTIONAL
from signoff.evidence import Record, Records
from signoff.evidence.backends import Retention
from signoff.evidence.facts import to_body
from signoff.evidence.keys import KeyCustody
from signoff.evidence.record import Custody
from signoff.judge.checklist import Checklist
from signoff.judge.snapshot import Live
from tests.second_opinion import ROUTES

CALLER = "arn:aws:sts::444455556666:assumed-role/operator/hanako"
MASTERS = {
    "table": "StampMasters-prod",
    "count": 5,
    "hash": "unset",
}
"""Filled in by ``records``: the hash is that of the items in tests/healthy/data.py."""
LOAD = {
    "plan": "baseline",
    "verdict": "pass",
    "sentence": {
        "en": "PASS: baseline on prod, 24000 requests answered",
        "ja": "PASS: prodのbaseline、24000件に応答",
    },
    "percentiles": True,
    "validity": {
        "soundness.achieved": 0.99,
        "soundness.conflicts": 0.01,
        "throttle.tolerance": 0.1,
    },
    "checks": [
        {"endpoint": "GET /stamps", "criterion": "p95", "limit": [0, 500]},
        {"endpoint": "GET /stamps", "criterion": "errors", "limit": [0, 0.01]},
        {"endpoint": "GET /stamps", "criterion": "achieved", "limit": [0.95, 1]},
        {"endpoint": "GET /stamps", "criterion": "429", "limit": [0, 0]},
    ],
    "target_rate": 200,
    "mix": {
        "GET /stamps": 0.35,
        "POST /gps/verify": 0.25,
        "POST /stamps/award": 0.2,
        "GET /ranking/weekly": 0.2,
    },
    "window": ["2026-11-24T08:50:00+00:00", "2026-11-24T08:52:10+00:00"],
    "page": "report/prod/load/latest/load.html",
    "exhibit": {
        "sentences": [],
        "head": [{"en": "Endpoint", "ja": "エンドポイント"}],
        "rows": [[{"en": "GET /stamps", "ja": "GET /stamps"}]],
        "pictures": [{"en": "<svg/>", "ja": "<svg/>"}],
    },
}
FORMER_DEPLOYMENT = "m4x8c1"
REHEARSAL = {"complete": True, "equal": True, "seconds": {"functions": 4.1, "api": 1.2}}
PROOF = {"tests": "passed", "embedded": "GO", "commit": "0123456789ab"}
RECOUNT = {"agree": True, "counters": 0, "drifted": 0}
ADMINISTRATION = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:ScheduleKeyDeletion"]
ACCOUNT = {"AWS": "arn:aws:iam::444455556666:root"}
SIGNER = {"AWS": "arn:aws:iam::444455556666:role/operator"}
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": ACCOUNT, "Action": ADMINISTRATION, "Resource": "*"},
        {"Effect": "Allow", "Principal": SIGNER, "Action": "kms:Sign", "Resource": "*"},
    ],
}
CUSTODY = Custody(
    location="s3://stamp-rally-prod-evidence/records",
    key="arn:aws:kms:ap-northeast-1:444455556666:key/5f2c",
    in_s3=True,
    in_kms=True,
    history=Retention(state="versioning"),
    of_key=KeyCustody(state="Enabled", policy=json.dumps(KEY_POLICY)),
    signed=6,
)
SMOKE_ROWS = [row.id for row in Checklist.load() if row.id.startswith(FUNCTIONAL)]


def _record(
    kind: str,
    body: dict[str, Any],
    environment: str = "prod",
    release: str | None = None,
    parts: Mapping[str, str] | None = None,
) -> Record:
    return Record(
        kind=kind,
        environment=environment,
        release=release,
        caller=CALLER,
        created=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        expires=datetime(2026, 12, 8, 9, 0, tzinfo=UTC),
        body=body,
        parts=parts or {},
    )


def records(masters_hash: str, code: dict[str, str], deployment: str, live: Live) -> Records:
    """Return the store of prod. ``code`` is function name -> CodeSha256 that was deployed."""
    digests = live.digests  # made of all facts anew, each time that they are asked for
    current = {"release": live.release, "parts": digests}
    facts = (
        _record("facts", {"part": part, "digest": digests[part], **to_body(facts)})
        for part, facts in live.parts.items()
    )
    functions = {name: {"version": "2", "code_sha256": sha} for name, sha in code.items()}
    before = {name: {"version": "1", "code_sha256": f"old{sha[3:]}"} for name, sha in code.items()}
    entries = (
        _record("release", {"functions": before, "deployment": FORMER_DEPLOYMENT}),
        _record("release", {"functions": functions, "deployment": deployment}),
        _record("manifest", MASTERS | {"hash": masters_hash}),
        *facts,
        _record("load", LOAD, **current),
        _record("proof", PROOF | {"functions": dict(code)}),
        _record("recount", RECOUNT, **current),
        _record("rehearsal", REHEARSAL, **current),
        _record("front-end", {"url": "https://rally.example.jp", "config": "const CONFIG = {};"}),
    )
    return Records(entries, custody=CUSTODY)


def dev_records() -> Records:
    """Return the store of dev: its newest run was green where it counts."""
    run = {
        "decision": "NO-GO",
        "rows": dict.fromkeys(SMOKE_ROWS, "pass") | {"SEC-40": "fail"},
        "salt": "5a1f",
        "digests": {"TOKEN_SECRET_KEY": "d0" * 32, "LINE_CHANNEL_ACCESS_TOKEN": "e1" * 32},
        "routes": list(ROUTES),
    }
    return Records((_record("run", run, "dev"),))
