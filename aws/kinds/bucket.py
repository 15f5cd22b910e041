"""S3: the optional bucket of images: its encryption and protection, and what may copy, delete or publish what is in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.bounds import one_of
from aws.change.undo import THIS, Undo, by_call, by_hand, calling
from aws.iam.condition import context, holds
from aws.iam.evaluation import names_action
from aws.iam.pattern import covers
from aws.iam.statement import Statement, of_resource
from aws.kind.description import (
    BY_NAME,
    IDENTITY,
    KMS_KEY,
    NAME,
    OPENED,
    PLANNED_BY,
    POLICY,
    REGION,
    ROUTING,
    Part,
    ReadCall,
    fact,
)
from aws.kind.engine import Kind
from aws.ledger import Closed, Harmless, by_parameter, only
from aws.raw import Raw
from aws.words import Words

OF_OLD = {"EU": "eu-west-1"}
"""What S3 answers as the location of buckets in one of its oldest Regions -> the Region."""
OLDEST = "us-east-1"
"""The Region of a bucket for which S3 answers no location."""
CDN = ("cloudfront.amazonaws.com", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity")
BY_KMS = one_of("aws:kms", "aws:kms:dsse")
"""Encryption with a KMS key, in one layer or two."""
SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
RULES = "ServerSideEncryptionConfiguration.Rules"
DEFAULT = "ApplyServerSideEncryptionByDefault"
ACL_GRANTS = Words(en="grants of its ACL", ja="ACLによる許可")
ENCRYPTION = Words(en="encryption", ja="暗号化")
PAYER = Words(en="who pays for requests", ja="リクエスト料金の支払者")
REPLICATION = Words(en="replication", ja="レプリケーション")
LIFECYCLE = Words(en="rules that delete or move its objects", ja="オブジェクトの削除・移動ルール")
REDIRECT = Words(en="redirect of every request", ja="全リクエストのリダイレクト")
CHANGED_BY = Words(en="who else may change it", ja="変更できる他の相手")
BARRED = Words(en="statements that deny reading", ja="読み取りを拒否するステートメント")
OWNED = {"Bucket": "{name}", "ExpectedBucketOwner": "{account}"}
OF_VERSIONS = ("NoncurrentVersionExpiration", "NoncurrentVersionTransitions")
CLEANS_UP = {"ID", "Status", "Filter", "Prefix", "AbortIncompleteMultipartUpload", *OF_VERSIONS}
"""Members of a rule that only takes away what never became an object, or what another object has replaced."""


def _by_default(member: str) -> Mapping[str, Any]:
    """Describe a member of the rule by which objects are encrypted."""
    return {
        "at": RULES,
        "call": "encryption",
        "absent": None,
        "covers": f"{RULES}.{DEFAULT}.{member}",
        "read": lambda rules: rules[0].get(DEFAULT, {}).get(member) if rules else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """``encryption`` is AES256 or aws:kms; ``public_access_blocked`` only if all four switches are on."""

    name: str = fact(NAME, BY_NAME, part=PLANNED_BY)
    encryption: str | None = fact(ENCRYPTION, **_by_default("SSEAlgorithm"))
    kms_key: str | None = fact(KMS_KEY, **_by_default("KMSMasterKeyID"))
    public_access_blocked: bool = fact(
        Words(en="public access blocked", ja="パブリックアクセスのブロック"),
        "PublicAccessBlockConfiguration",
        call="block",
        absent=False,
        covers=" ".join(f"PublicAccessBlockConfiguration.{switch}" for switch in SWITCHES),
        read=lambda block: all(block.get(switch, False) for switch in SWITCHES),
        part=Part.PERMISSIONS,
    )
    policy: str | None = fact(POLICY, "Policy", call="policy", absent=None, part=Part.PERMISSIONS)
    region: str = fact(
        REGION,
        "LocationConstraint",
        absent=OLDEST,
        read=lambda location: OF_OLD.get(location, location or OLDEST),
        part=IDENTITY,
    )

    @property
    def refuses_http(self) -> bool:
        """Whether the policy denies every action, on the bucket and its objects, to plain HTTP."""
        denies = [statement for statement in of_resource(self.policy) if _denies_http(statement)]
        arns = (f"arn:aws:s3:::{self.name}", f"arn:aws:s3:::{self.name}/*")
        return all(any(covers(r, arn) for deny in denies for r in deny.resources) for arn in arns)


def _denies_http(statement: Statement) -> bool:
    """Whether a statement denies all HTTP. A further condition may fail, and then HTTP would pass."""
    http = context({"aws:SecureTransport": "false"})
    return (
        statement.effect == "Deny"
        and bool({"*", "s3:*"} & set(statement.actions))
        and any(principal == "*" for _, principal in statement.principals)
        and all(holds(condition, http) is True for condition in statement.conditions)
    )


def cdns(policy: str | None, action: str) -> set[tuple[str, str]]:
    """Return how a policy names CloudFront, where it allows an action to it: as a service, or by an identity, the older kind."""
    allowed = (each for each in of_resource(policy) if each.effect == "Allow")
    names = (whom for each in allowed if names_action(each, action) for whom in each.principals)
    return {(kind, name) for kind, name in names if name.startswith(CDN)}


def _leaves_objects(rule: Raw) -> bool:
    return rule.get("Status") == "Disabled" or rule.keys() <= CLEANS_UP


def _granted(acl: Raw) -> Iterator[str]:
    """Yield whom an ACL grants what beside the account that owns the bucket; where ACLs are disabled, S3 tells the owner alone.

    Public groups are reported although the block of public access may take their grants for nothing: it is one
    switch, and a decision may allow it to be off.
    """
    owner = acl.get("Owner", {}).get("ID")
    for grant in acl.get("Grants", ()):
        whom = grant.get("Grantee", {})
        if not owner or whom.get("ID") != owner:
            name = whom.get("ID") or whom.get("URI") or whom.get("EmailAddress") or "?"
            yield f"{name.rpartition('/')[2]}: {grant.get('Permission', '?')}"


def _undone_by(
    operation: str, en: str, ja: str, *, final: bool = True, **parameters: object
) -> Undo:
    return by_call(calling("s3", operation, Bucket=THIS, **parameters), en=en, ja=ja, final=final)


_WEBSITE = _undone_by(
    "delete_bucket_website",
    "the bucket is a website no more; links to its website address fail",
    "ウェブサイトとしての公開は終わり、そのアドレスへのリンクは使えなくなります",
)
_BY_STATEMENT = by_hand(
    en="S3 console > Buckets > {name} > Permissions > Bucket policy: take the statement out that the row names",
    ja="S3コンソール > バケット > {name} > アクセス許可 > バケットポリシーで、この項目が示すステートメントを取り除いてください",
)


def _answer(operation: str, **more: Any) -> ReadCall:
    """Describe a read of one bucket, which S3 answers to its owner alone."""
    return ReadCall(operation=operation, asks=OWNED, named=by_parameter("Bucket"), **more)


BUCKET = Kind[Bucket](
    words=Words(en="bucket", ja="バケット"),
    service="s3",
    section="buckets",
    attached_section="bucket_attachments",
    type=Bucket,
    calls={
        "location": _answer("GetBucketLocation"),
        "encryption": _answer(
            "GetBucketEncryption",
            needs=frozenset({"ServerSideEncryptionConfiguration"}),
            empty_on=frozenset({"ServerSideEncryptionConfigurationNotFoundError"}),
            members={
                f"{RULES}.BucketKeyEnabled": Harmless("fewer calls to KMS, under the same key"),
                f"{RULES}.BlockedEncryptionTypes": Harmless(
                    "refuses kinds of encryption: stricter"
                ),
            },
        ),
        "block": _answer(
            "GetPublicAccessBlock",
            needs=frozenset({"PublicAccessBlockConfiguration"}),
            empty_on=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
        ),
        "policy": _answer(
            "GetBucketPolicy",
            needs=frozenset({"Policy"}),
            empty_on=frozenset({"NoSuchBucketPolicy"}),
        ),
        "copies": _answer(
            "GetBucketReplication",
            needs=frozenset({"ReplicationConfiguration"}),
            empty_on=frozenset({"ReplicationConfigurationNotFoundError"}),
            members={
                "ReplicationConfiguration": Closed(
                    REPLICATION, shows="Role", terms=("Rules",), loosens=True
                )
            },
        ),
        "rules": _answer(
            "GetBucketLifecycleConfiguration",
            needs=frozenset({"Rules"}),
            empty_on=frozenset({"NoSuchLifecycleConfiguration"}),
            members={
                "Rules": Closed(
                    LIFECYCLE,
                    usual=lambda value: all(map(_leaves_objects, value)),
                    shows="ID",
                    terms=("Status", "Filter", "Prefix", "Expiration", "Transitions", *OF_VERSIONS),
                ),
                "TransitionDefaultMinimumObjectSize": Harmless("says nothing without rules"),
            },
        ),
        "website": _answer(
            "GetBucketWebsite",
            empty_on=frozenset({"NoSuchWebsiteConfiguration"}),
            members={
                "RedirectAllRequestsTo": Closed(REDIRECT, shows="HostName"),
                "IndexDocument": Harmless("a page for directories; what is public is judged"),
                "ErrorDocument": Harmless("a page for errors; what is public is judged"),
                "RoutingRules": Closed(ROUTING),
            },
        ),
        "acl": _answer(
            "GetBucketAcl",
            needs=frozenset({"Owner", "Grants"}),
            members={
                "": Closed(
                    ACL_GRANTS,
                    usual=lambda value: not any(_granted(value)),
                    shows=_granted,
                    loosens=True,
                )
            },
        ),
        "payer": _answer(
            "GetBucketRequestPayment",
            needs=frozenset({"Payer"}),
            members={"Payer": Closed(PAYER, usual=only("BucketOwner"))},
        ),
    },
    undo={
        REPLICATION: _undone_by(
            "delete_bucket_replication",
            "objects are copied elsewhere no more; copies that exist stay",
            "以後のオブジェクトは複製されなくなります。既存の複製は残ります",
        ),
        LIFECYCLE: _undone_by(
            "delete_bucket_lifecycle",
            "all lifecycle rules go: incomplete uploads and old versions are no longer tidied up either",
            "ライフサイクルルールはすべて削除され、未完了のアップロードや旧バージョンの整理も行われなくなります",
        ),
        ACL_GRANTS: _undone_by(
            "put_bucket_acl",
            "the ACL grants nothing any more; what the bucket policy and IAM allow stays",
            "ACLで許可されていた相手はアクセスできなくなります。バケットポリシーとIAMによる許可は残ります",
            ACL="private",
        ),
        PAYER: _undone_by(
            "put_bucket_request_payment",
            "the account pays for all requests and transfers again",
            "リクエストとデータ転送の料金は再びバケット所有者の負担になります",
            final=False,
            RequestPaymentConfiguration={"Payer": "BucketOwner"},
        ),
        REDIRECT: _WEBSITE,
        ROUTING: _WEBSITE,
        OPENED: _BY_STATEMENT,
        CHANGED_BY: _BY_STATEMENT,
        BARRED: _BY_STATEMENT,
    },
)
READERS = BUCKET.readers(lambda reading: filter(None, [reading.scope.bucket]))
