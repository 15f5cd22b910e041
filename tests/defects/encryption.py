"""Defects of what is stored: the keys of the tables and the bucket of images: SEC-20 to SEC-22."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.kinds.key import Key
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot
from tests.defects.changes import absent, added, answering, both, item, unread
from tests.defects.defect import Break, Defect
from tests.second_opinion import FUNCTIONS, TABLES
from tests.unread import refused

KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/9c2f7d10-5e3a-4b81-8f6d-0a1b2c3d4e5f"
ANOTHER_KEY = KEY.replace("9c2f7d10", "00ff11ee")
BUCKET = "stamp-rally-prod-images"
ARNS = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
UNREAD = Outcome.NOT_TESTABLE
EVERY_TABLE = tuple(table.name for table in TABLES.values())


def _decided(key: str) -> Break:
    """Let the environment file name a key for the tables."""
    return lambda snapshot: replace(
        snapshot, environment=replace(snapshot.environment, table_key=key)
    )


FUNCTION = "stamp-rally-prod-award"
AWARD = f"arn:aws:iam::444455556666:role/{FUNCTION}-role"
OF_ACCOUNT = {"AWS": "arn:aws:iam::444455556666:root"}


def allowing(principal: Any, *more: Mapping[str, Any]) -> str:
    """Return the policy of a key that allows all to one principal."""
    first = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [first, *more]})


def _encrypted(*tables: str, key: str = KEY, status: str = "ENABLED") -> Break:
    return both(
        *(
            item("tables", table, sse_type="KMS", sse_status=status, sse_key_arn=key)
            for table in tables
        )
    )


def _key(arn: str = KEY, *, state: str = "Enabled", manager: str = "CUSTOMER") -> Break:
    key = Key(arn=arn, state=state, manager=manager, policy=allowing(OF_ACCOUNT))
    return added("keys", arn, key)


def _tables(what: str, *breaks: Break, **more: Any) -> Defect:
    return Defect(id=f"SEC-20:{what}", breaks=both(*breaks), **more)


def _bucket(row: str, what: str, **fields: Any) -> Defect:
    return Defect(id=f"{row}:{what}", breaks=item("buckets", BUCKET, **fields))


def _policy(**changes: Any) -> str:
    """Return the policy that refuses plain HTTP, with some elements changed."""
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ARNS,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [refusal | changes]})


def _open(what: str, **changes: Any) -> Defect:
    return _bucket("SEC-22", what, policy=_policy(**changes))


def _with(**statement: Any) -> Break:
    """Add a statement about the objects to the policy that refuses plain HTTP."""
    policy = json.loads(_policy())
    one = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ARNS[1], **statement}
    whole = json.dumps({**policy, "Statement": [*policy["Statement"], one]})
    return item("buckets", BUCKET, policy=whole)


def _beside(what: str, **statement: Any) -> Defect:
    return Defect(id=f"SEC-22:{what}", breaks=_with(**statement))


def granted(key: str, id_: str, grantee: str, of: str = "") -> Break:
    """Let somebody use a key by a grant, for the variables of one function alone where it is named."""
    of_key = {"KeyId": key, "GrantId": "g1", "Operations": ["Decrypt"]}
    grant: dict[str, Any] = {**of_key, "GranteePrincipal": grantee}
    if of:
        bound = {
            "aws:lambda:FunctionArn": f"arn:aws:lambda:ap-northeast-1:444455556666:function:{of}"
        }
        grant["Constraints"] = {"EncryptionContextEquals": bound}
    return answering("key_attachments", key, "kms:ListGrants", {"Grants": [grant]}, KeyId=id_)


def _at_bucket(operation: str, **answer: Any) -> Break:
    return answering("bucket_attachments", BUCKET, f"s3:{operation}", answer, Bucket=BUCKET)


TABLES = (
    *(
        _tables(
            f"granted-to-{what}",
            _decided(KEY),
            _encrypted(*EVERY_TABLE),
            _key(),
            granted(KEY, "9c2f7d10", *grant),
        )
        for what, grant in {
            "a-stranger": ("arn:aws:iam::111122223333:role/reader",),
            "a-stranger-for-variables": ("arn:aws:iam::111122223333:role/reader", FUNCTION),
            "a-service-of-a-stranger": (
                "arn:aws:iam::111122223333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ),
            "a-function-of-a-stranger": (
                f"arn:aws:sts::111122223333:assumed-role/reader/{FUNCTION}",
                FUNCTION,
            ),
        }.items()
    ),
    _tables(
        "grants-unread",
        _decided(KEY),
        _encrypted(*EVERY_TABLE),
        _key(),
        added("key_attachments", KEY, refused("kms:ListGrants: AccessDenied")),
        outcome=UNREAD,
    ),
    _tables("aws-owned-where-a-key-was-decided", _decided(KEY), _encrypted(*EVERY_TABLE[1:]), _key()),
    _tables("key-that-nobody-decided", _encrypted("Users-prod"), _key()),
    _tables(
        "another-key",
        _decided(KEY),
        _encrypted(*EVERY_TABLE),
        _encrypted("Users-prod", key=ANOTHER_KEY),
        _key(),
        _key(ANOTHER_KEY),
    ),
    _tables(
        "own-key-for-the-managed-one",
        _decided("alias/aws/dynamodb"),
        _encrypted(*EVERY_TABLE),
        _key(),
    ),
    _tables("key-disabled", _decided(KEY), _encrypted(*EVERY_TABLE), _key(state="Disabled")),
    _tables("key-pending", _decided(KEY), _encrypted(*EVERY_TABLE), _key(state="PendingDeletion")),
    _tables("key-gone", _decided(KEY), _encrypted(*EVERY_TABLE)),
    _tables(
        "change-under-way",
        _decided(KEY),
        _encrypted(*EVERY_TABLE),
        _encrypted("Users-prod", status="UPDATING"),
        _key(),
    ),
    _tables(
        "key-unread",
        _decided(KEY),
        _encrypted(*EVERY_TABLE),
        _key(),
        unread("keys", KEY),
        unknown=frozenset({"PREP-02", "SEC-13", "SEC-24"}),
        outcome=UNREAD,
    ),
)  # fmt: skip
OF_OURS = {
    "Condition": {
        "StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::444455556666:distribution/E1"}
    }
}
OF_ANOTHER = {
    "Condition": {
        "StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::444455556666:distribution/E2"}
    }
}
BY_CDN = _with(Principal={"Service": "cloudfront.amazonaws.com"}, **OF_OURS)
BY_IDENTITY = _with(
    Principal={
        "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL"
    }
)
CDN_DECRYPTS = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "kms:Decrypt",
    "Resource": "*",
}


def _read(what: str, by: Break, *more: Mapping[str, Any], **bucket: Any) -> Defect:
    """Let a CDN read the images, with these statements in the policy of their key."""
    policy = allowing(OF_ACCOUNT, *more)
    key = added("keys", KEY, Key(arn=KEY, state="Enabled", manager="CUSTOMER", policy=policy))
    return Defect(id=f"SEC-21:{what}", breaks=both(by, item("buckets", BUCKET, **bucket), key))


BUCKETS = (
    _read("cdn-may-not-use-the-key-of-aws", BY_CDN),
    _read("cdn-may-not-use-the-key", BY_CDN, kms_key=KEY),
    _read("cdn-may-only-encrypt", BY_CDN, CDN_DECRYPTS | {"Action": "kms:Encrypt"}, kms_key=KEY),
    _read("kms-refuses-the-older-kind-of-cdn", BY_IDENTITY, CDN_DECRYPTS, kms_key=KEY),
    _read("key-is-for-another-distribution", BY_CDN, {**CDN_DECRYPTS, **OF_ANOTHER}, kms_key=KEY),
    _read("key-denies-the-distribution", BY_CDN, CDN_DECRYPTS, {**CDN_DECRYPTS, **OF_OURS, "Effect": "Deny"}, kms_key=KEY),
    _read("keys-of-s3-behind-a-cdn", BY_CDN, encryption="AES256"),
    Defect(id="SEC-21:absent", breaks=absent("buckets", BUCKET), follows=frozenset({"SEC-22"})),
    Defect(
        id="SEC-21:unread",
        breaks=unread("buckets", BUCKET),
        unknown=frozenset({"PREP-02", "SEC-22"}),
        outcome=UNREAD,
    ),
    _bucket("SEC-21", "keys-of-s3", encryption="AES256"),
    _bucket("SEC-21", "no-default", encryption=None),
    _bucket("SEC-21", "key-gone", kms_key=KEY),
    Defect(
        id="SEC-21:key-disabled",
        breaks=both(item("buckets", BUCKET, kms_key=KEY), _key(state="Disabled")),
    ),
    _bucket("SEC-22", "not-blocked", public_access_blocked=False),
    _bucket("SEC-22", "no-policy", policy=None),
    Defect(
        id="SEC-22:copied-elsewhere",
        breaks=_at_bucket(
            "GetBucketReplication",
            ReplicationConfiguration={"Role": "arn:aws:iam::1:role/r", "Rules": []},
        ),
    ),
    Defect(
        id="SEC-22:images-deleted-after-a-day",
        breaks=_at_bucket(
            "GetBucketLifecycleConfiguration",
            Rules=[{"ID": "tidy", "Status": "Enabled", "Expiration": {"Days": 1}}],
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="SEC-22:acl-lets-a-stranger-write",
        breaks=_at_bucket(
            "GetBucketAcl",
            Owner={"ID": "7b" * 32},
            Grants=[{"Grantee": {"ID": "9a" * 32}, "Permission": "WRITE"}],
        ),
    ),
    Defect(
        id="SEC-22:every-visitor-is-to-pay",
        breaks=_at_bucket("GetBucketRequestPayment", Payer="Requester"),
        leaves_a_go=True,
    ),
    _open("allows-https-without-refusing-http", Effect="Allow", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    _open("refuses-https", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    _open("refuses-reads-only", Action="s3:GetObject"),
    _open("refuses-for-objects-only", Resource=ARNS[1]),
    _open("refuses-for-the-bucket-only", Resource=ARNS[0]),
    _open("refuses-for-another-bucket", Resource=[arn.replace("-prod", "") for arn in ARNS]),
    _beside("opened-to-a-stranger", Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="s3:PutObject"),
    _beside(
        "written-by-another-role",
        Principal={"AWS": "arn:aws:iam::444455556666:role/uploads"},
        Action="s3:PutObject",
    ),
    Defect(
        id="SEC-22:opened-to-every-distribution",
        breaks=_with(Principal={"Service": "cloudfront.amazonaws.com"}),
        also=frozenset({"SEC-21"}),
    ),
    _beside("refuses-every-reader", Effect="Deny", Principal="*", Action="s3:Get*"),
    _beside("refuses-the-cdn", Effect="Deny", Principal={"Service": "cloudfront.amazonaws.com"}),
    *(
        _beside(f"refuses-readers-by-{key}", Effect="Deny", Principal="*", Condition={how: {key: value}})
        for how, key, value in (
            ("StringNotEquals", "aws:SourceVpc", "vpc-0a1b2c3d"),
            ("StringNotLikeIfExists", "aws:Referer", "https://rally.example.jp/*"),
            ("DateGreaterThan", "aws:CurrentTime", "2026-12-31T15:00:00Z"),
            ("NumericLessThan", "s3:TlsVersion", "1.3"),
            ("Null", "aws:PrincipalArn", "true"),
        )
    ),
    _open("refuses-one-role", Principal={"AWS": "arn:aws:iam::444455556666:role/uploads"}),
    _open(
        "refuses-from-one-address",
        Condition={
            "Bool": {"aws:SecureTransport": "false"},
            "IpAddress": {"aws:SourceIp": "203.0.113.7/32"},
        },
    ),
)  # fmt: skip
DENY_DECRYPT = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}
DENY = {**DENY_DECRYPT, "Principal": {"AWS": AWARD}}
OF_ROLE_AND_ACCOUNT = {"AWS": [AWARD, "arn:aws:iam::444455556666:root"]}
ROLES = [AWARD.replace("award", function) for function in FUNCTIONS]
OF_ONE_TABLE = {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "Users-dev"}}
GROUP = f"/aws/lambda/{FUNCTION}"
LOGS = "logs.ap-northeast-1.amazonaws.com"
FOR_LOGS = {"Effect": "Allow", "Principal": {"Service": LOGS}, "Action": "kms:*", "Resource": "*"}
OF_NETWORK = {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}
DENIES_LOGS = {**FOR_LOGS, "Effect": "Deny", "Action": "kms:GenerateDataKey*"}


def of_group(name: str) -> dict[str, Any]:
    """Return the condition of the CloudWatch Logs user guide: for lines of these groups alone."""
    arn = f"arn:aws:logs:ap-northeast-1:444455556666:log-group:{name}"
    return {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}


def _of_function(id_: str, *breaks: Break) -> Defect:
    return Defect(id=id_, breaks=both(item("functions", FUNCTION, kms_key_arn=KEY), *breaks))


def _of_group(id_: str, *breaks: Break) -> Defect:
    return Defect(id=id_, breaks=both(item("log_groups", GROUP, kms_key=KEY), *breaks))


def _policy_of_key(principal: Any, *more: Mapping[str, Any]) -> Break:
    policy = allowing(principal, *more)
    return added("keys", KEY, Key(arn=KEY, state="Enabled", manager="CUSTOMER", policy=policy))


OTHERS = (
    _of_function("DEP-10:key-of-the-variables-disabled", _key(state="Disabled")),
    _of_function("DEP-10:key-of-the-variables-pending", _key(state="PendingDeletion")),
    _of_function("DEP-10:key-of-the-variables-gone"),
    _of_function("DEP-10:key-of-the-variables-denies-the-role", _policy_of_key(OF_ACCOUNT, DENY)),
    _of_group("MON-15:key-of-the-lines-disabled", _key(state="Disabled")),
    _of_group("MON-15:key-of-the-lines-gone"),
    _of_group("MON-15:key-is-not-for-logs", _policy_of_key(OF_ACCOUNT)),
    *(
        _of_group(f"MON-15:key-is-{what}", _policy_of_key(OF_ACCOUNT, {**FOR_LOGS, **more}))
        for what, more in {
            "for-another-group": {"Condition": of_group("/aws/lambda/other")},
            "for-logs-to-describe": {"Action": "kms:Describe*"},
            "for-logs-elsewhere": {"Principal": {"Service": "logs.us-east-1.amazonaws.com"}},
            "for-a-network": OF_NETWORK,
            "for-a-network-to-read": {**OF_NETWORK, "Action": "kms:Decrypt"},
        }.items()
    ),
    _of_group("MON-15:key-denies-logs", _policy_of_key({"Service": LOGS}, DENIES_LOGS)),
    *(
        Defect(id=f"SEC-13:{what}", breaks=both(_decided(KEY), _encrypted(*EVERY_TABLE), policy))
        for what, policy in {
            "key-leaves-it-to-nobody": _policy_of_key({"Service": LOGS}),
            "key-denies-award": _policy_of_key(
                OF_ACCOUNT,
                DENY,
            ),
            "key-spares-roles-without-their-account": _policy_of_key(
                OF_ACCOUNT, {**DENY_DECRYPT, "NotPrincipal": {"AWS": ROLES}}
            ),
            "key-is-denied-for-one-table": _policy_of_key(
                OF_ACCOUNT, {**DENY_DECRYPT, "Principal": "*", "Condition": OF_ONE_TABLE}
            ),
            "key-leaves-it-to-nobody-and-may-be-denied": _policy_of_key(
                {"Service": LOGS},
                {**DENY_DECRYPT, "Principal": "*", "Condition": OF_ONE_TABLE},
            ),
            "key-is-for-another-service-of-ours": _policy_of_key(
                {"Service": LOGS},
                {
                    "Effect": "Allow",
                    "Principal": OF_ACCOUNT,
                    "Action": "kms:*",
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "kms:ViaService": "secretsmanager.ap-northeast-1.amazonaws.com"
                        }
                    },
                },
            ),
        }.items()
    ),
    Defect(
        id="SEC-24:key-opened-to-a-stranger",
        breaks=_policy_of_key({"AWS": "arn:aws:iam::111122223333:root"}),
    ),
)
DEFECTS = TABLES + BUCKETS + OTHERS


def _in_two_statements(snapshot: Snapshot) -> Snapshot:
    statements = [json.loads(_policy(Resource=arn))["Statement"][0] for arn in ARNS]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return item("buckets", BUCKET, policy=policy)(snapshot)


SOUND: Mapping[str, Break] = {
    **{
        f"tables under a key that {what}": both(
            _decided(KEY), _encrypted(*EVERY_TABLE), _key(), granted(KEY, "9c2f7d10", *grant)
        )
        for what, grant in {
            "Lambda reads variables with, as the function": (
                f"arn:aws:sts::444455556666:assumed-role/{FUNCTION}-role/{FUNCTION}",
                FUNCTION,
            ),
            "AWS Backup uses by its own role": (
                "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ),
        }.items()
    },
    "tables under the decided key": both(_decided(KEY), _encrypted(*EVERY_TABLE), _key()),
    "tables under the managed key of AWS": both(
        _decided("alias/aws/dynamodb"), _encrypted(*EVERY_TABLE), _key(manager="AWS")
    ),
    "table under the managed key of AWS, which nobody decided": both(
        _encrypted("Users-prod"), _key(manager="AWS")
    ),
    "variables under a key of the customer": both(
        item("functions", FUNCTION, kms_key_arn=KEY), _key()
    ),
    "variables under a key that denies another role": both(
        item("functions", FUNCTION, kms_key_arn=KEY),
        _policy_of_key(OF_ACCOUNT, DENY | {"Principal": {"AWS": f"{AWARD}-former"}}),
    ),
    "variables under a key that denies all but the role and its account": both(
        item("functions", FUNCTION, kms_key_arn=KEY),
        _policy_of_key(OF_ACCOUNT, {**DENY_DECRYPT, "NotPrincipal": OF_ROLE_AND_ACCOUNT}),
    ),
    "lines under a key that CloudWatch Logs may use": both(
        item("log_groups", GROUP, kms_key=KEY), _policy_of_key({"Service": LOGS})
    ),
    **{
        f"lines under a key for {what}": both(
            item("log_groups", GROUP, kms_key=KEY),
            _policy_of_key(OF_ACCOUNT, {**FOR_LOGS, "Condition": of_group(name)}),
        )
        for what, name in {"this group": GROUP, "all groups": "*"}.items()
    },
    "lines under a key for CloudWatch Logs of every Region": both(
        item("log_groups", GROUP, kms_key=KEY), _policy_of_key({"Service": "logs.amazonaws.com"})
    ),
    "bucket under a key of its own": both(item("buckets", BUCKET, kms_key=KEY), _key()),
    "bucket encrypted twice": item("buckets", BUCKET, encryption="aws:kms:dsse"),
    "plain HTTP refused in two statements": _in_two_statements,
    "images read by our distribution, which may use their key": both(
        BY_CDN,
        item("buckets", BUCKET, kms_key=KEY),
        _policy_of_key(
            OF_ACCOUNT,
            {**CDN_DECRYPTS, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], **OF_OURS},
        ),
    ),
    "plain HTTP refused if the transport is known": item(
        "buckets",
        BUCKET,
        policy=_policy(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}}),
    ),
}
