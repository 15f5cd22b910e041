"""Defects of the evidence store: of its records, of how they are kept, and of who may sign them."""

import json
from dataclasses import replace

from aws.door.failures import failed
from aws.words import Words
from signoff.evidence import Records
from signoff.evidence.backends import Retention
from signoff.evidence.keys import KeyCustody
from signoff.judge.outcome import Outcome
from tests.defects.defect import Defect
from tests.healthy.store import KEY_POLICY


def store(problem=None, **fields):
    """Find the store otherwise than it must be: a problem of its records, or how it is kept."""

    def broken(snapshot):
        found = snapshot.records
        kept = replace(found.custody, **fields)
        return replace(snapshot, records=replace(found, problem=problem, custody=kept))

    return broken


def store_that_is_not_read(snapshot):
    said = Words(
        en="the evidence store s3://x can't be read: AccessDenied",
        ja="証跡ストアs3://xを読み取れません: AccessDenied",
    )
    why = failed("s3:ListObjectsV2", "AccessDenied", "")
    return replace(snapshot, records=Records(problem=said, unread=why))


def policy(principal, action, **more):
    """Return the healthy key's policy with one statement more."""
    own = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}
    return json.dumps({**KEY_POLICY, "Statement": [*KEY_POLICY["Statement"], own]})


VERSIONS_DENIED = failed("s3:GetBucketVersioning", "AccessDenied", ": Access Denied")
POLICY_DENIED = failed("kms:GetKeyPolicy", "AccessDeniedException", "")
KEPT = {"state": "Enabled", "policy": json.dumps(KEY_POLICY)}
HERE, ELSEWHERE = "arn:aws:iam::444455556666", "arn:aws:iam::999988887777"
ROLES_ALONE = {"ArnLike": {"aws:PrincipalArn": f"{HERE}:role/*"}}
KEYS = {
    "key-disabled": {"state": "Disabled"},
    "key-being-deleted": {"state": "PendingDeletion"},
    "everybody-signs": {"policy": policy("*", "kms:Sign")},
    "everybody-but-one-signs": {
        "policy": json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "NotPrincipal": {"AWS": f"{HERE}:role/guest"},
                        "Action": "kms:Sign",
                        "Resource": "*",
                    }
                ]
            }
        )
    },
    "stranger-signs": {"policy": policy({"AWS": f"{ELSEWHERE}:role/operator"}, "kms:Sign")},
    "account-signs": {"policy": policy({"AWS": f"{HERE}:root"}, "kms:*")},
    "account-signs-on-conditions": {
        "policy": policy({"AWS": "444455556666"}, "kms:Si?n", Condition=ROLES_ALONE)
    },
    "all-but-decrypting": {
        "policy": json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": [f"{HERE}:user/taro"]},
                        "NotAction": "kms:Decrypt",
                        "Resource": "*",
                    }
                ]
            }
        )
    },
    "another-role-grants": {"policy": policy({"AWS": f"{HERE}:role/taro"}, "kms:CreateGrant")},
    "another-role-appoints": {"policy": policy({"AWS": f"{HERE}:role/taro"}, "kms:Put*")},
    "granted": {"grantees": (f"{HERE}:role/taro",)},
}
"""How the signing key is kept otherwise."""
ERASED = {
    "everybody-deletes-versions": policy("*", "s3:DeleteObject*"),
    "another-role-suspends-versions": policy(
        {"AWS": f"{HERE}:role/taro"}, "s3:PutBucketVersioning"
    ),
    "stranger-may-all": policy({"AWS": "999988887777"}, "s3:*"),
}
"""What the bucket's own policy allows beside."""
REST_ON_RECORDS = frozenset(
    {
        "DATA-01",
        "DATA-05",
        "DATA-07",
        "DEP-17",
        "DEP-38",
        "PREP-02",
        "PREP-10",
        "ROLL-04",
        "ROLL-05",
    }
)
DEFECTS = (
    Defect(
        id="PREP-09:forged-record",
        breaks=store(
            problem=Words(
                en="000007.json is not signed, so its writer is unknown",
                ja="000007.jsonに署名がなく、誰でも書ける状態でした",
            )
        ),
        follows=REST_ON_RECORDS,
    ),
    Defect(
        id="PREP-09:not-read",
        breaks=store_that_is_not_read,
        follows=REST_ON_RECORDS | {"PREP-11"},
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(
        id="PREP-11:file-key", grade="major", breaks=store(in_kms=False, key="file evidence.key")
    ),
    Defect(
        id="PREP-11:in-a-folder",
        breaks=store(
            in_s3=False, location="report/prod/evidence", history=Retention(state="folder")
        ),
    ),
    Defect(id="PREP-11:no-versions", breaks=store(history=Retention(state="none"))),
    Defect(
        id="PREP-11:moved-to-an-archive",
        breaks=store(history=Retention(state="versioning", archiving=("tidy",))),
    ),
    Defect(
        id="PREP-11:versions-not-told",
        breaks=store(history=Retention(state="", unread=VERSIONS_DENIED)),
        outcome=Outcome.NOT_TESTABLE,
    ),
    *(
        Defect(id=f"PREP-11:{what}", breaks=store(of_key=KeyCustody(**{**KEPT, **found})))
        for what, found in KEYS.items()
    ),
    *(
        Defect(
            id=f"PREP-11:{what}",
            breaks=store(history=Retention(state="object lock (governance)", policy=allowing)),
        )
        for what, allowing in ERASED.items()
    ),
    Defect(
        id="PREP-11:key-not-told",
        breaks=store(of_key=KeyCustody(state="", unread=POLICY_DENIED)),
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(id="PREP-11:key-not-asked", breaks=store(of_key=None), outcome=Outcome.NOT_TESTABLE),
)
