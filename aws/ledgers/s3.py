"""S3: the optional bucket of images, and what may copy, delete or publish what is in it."""

from collections.abc import Iterator

from aws.ledger import Closed, Coverage, Harmless, Judged, Ledger, Operation, Resource, asked, only
from aws.raw import Raw
from aws.words import Words

BUCKET = Words(en="bucket", ja="バケット")

BY_BUCKET = {"": Resource(kind=BUCKET, name=asked("Bucket"))}
BLOCK = Judged("public_access_blocked")
RULES = "ServerSideEncryptionConfiguration.Rules"

CLEANS_UP = frozenset({"ID", "Status", "Filter", "Prefix", "AbortIncompleteMultipartUpload"})
"""Members of a rule that only takes away what never became an object."""


def _leaves_objects(rule: Raw) -> bool:
    return rule.get("Status") == "Disabled" or rule.keys() <= CLEANS_UP


def _granted(acl: Raw) -> Iterator[str]:
    """Yield whom an ACL grants what beside the account that owns the bucket; where ACLs are disabled, S3 tells the owner alone.

    Groups of everybody are told although the block of public access may take their grants for nothing: it is one
    switch, and a decision may allow it to be off.
    """
    owner = acl.get("Owner", {}).get("ID")
    for one in acl.get("Grants", ()):
        whom = one.get("Grantee", {})
        if not owner or whom.get("ID") != owner:
            name = whom.get("ID") or whom.get("URI") or whom.get("EmailAddress") or "?"
            yield f"{name.rpartition('/')[2]}: {one.get('Permission', '?')}"


LEDGER: Ledger = {
    "s3:GetBucketLocation": Operation(
        resources=BY_BUCKET, members={"LocationConstraint": Judged("region")}
    ),
    "s3:GetBucketEncryption": Operation(
        resources=BY_BUCKET,
        members={
            f"{RULES}.ApplyServerSideEncryptionByDefault.SSEAlgorithm": Judged(
                "encryption",
                values=frozenset({"AES256", "aws:fsx", "aws:backup", "aws:kms", "aws:kms:dsse"}),
            ),
            f"{RULES}.ApplyServerSideEncryptionByDefault.KMSMasterKeyID": Judged("kms_key"),
            f"{RULES}.BucketKeyEnabled": Harmless("fewer calls to KMS, under the same key"),
            f"{RULES}.BlockedEncryptionTypes": Harmless("refuses kinds of encryption: stricter"),
        },
        needs=frozenset({"ServerSideEncryptionConfiguration"}),
    ),
    "s3:GetPublicAccessBlock": Operation(
        resources=BY_BUCKET,
        members={
            f"PublicAccessBlockConfiguration.{one}": BLOCK
            for one in (
                "BlockPublicAcls",
                "IgnorePublicAcls",
                "BlockPublicPolicy",
                "RestrictPublicBuckets",
            )
        },
        needs=frozenset({"PublicAccessBlockConfiguration"}),
    ),
    "s3:GetBucketPolicy": Operation(
        resources=BY_BUCKET,
        members={"Policy": Judged("policy")},
        needs=frozenset({"Policy"}),
    ),
    "s3:GetBucketAcl": Operation(
        resources=BY_BUCKET,
        members={
            "": Closed(
                Words(en="grants of its ACL", ja="ACLによる許可"),
                usual=lambda found: not any(_granted(found)),
                shows=_granted,
                loosens=True,
            )
        },
        needs=frozenset({"Owner", "Grants"}),
    ),
    "s3:GetBucketRequestPayment": Operation(
        resources=BY_BUCKET,
        members={
            "Payer": Closed(
                Words(en="who pays for requests", ja="リクエスト料金の支払者"),
                usual=only("BucketOwner"),
            )
        },
        needs=frozenset({"Payer"}),
    ),
    "s3:GetBucketReplication": Operation(
        resources=BY_BUCKET,
        members={
            "ReplicationConfiguration": Closed(
                Words(en="replication", ja="レプリケーション"),
                shows="Role",
                terms=("Rules",),
                loosens=True,
            )
        },
        needs=frozenset({"ReplicationConfiguration"}),
    ),
    "s3:GetBucketLifecycleConfiguration": Operation(
        resources=BY_BUCKET,
        members={
            "Rules": Closed(
                Words(
                    en="rules that delete or move its objects", ja="オブジェクトの削除・移動ルール"
                ),
                usual=lambda found: all(map(_leaves_objects, found)),
                shows="ID",
                terms=(
                    *("Status", "Filter", "Prefix", "Expiration", "Transitions"),
                    *("NoncurrentVersionExpiration", "NoncurrentVersionTransitions"),
                ),
            ),
            "TransitionDefaultMinimumObjectSize": Harmless("says nothing without rules"),
        },
        needs=frozenset({"Rules"}),
    ),
    "s3:GetBucketWebsite": Operation(
        resources=BY_BUCKET,
        members={
            "RedirectAllRequestsTo": Closed(
                Words(en="redirect of every request", ja="全リクエストのリダイレクト"),
                shows="HostName",
            ),
            "IndexDocument": Harmless("a page for directories; what is public is judged"),
            "ErrorDocument": Harmless("a page for errors; what is public is judged"),
            "RoutingRules": Closed(Words(en="routing rules", ja="ルーティングルール")),
        },
    ),
}

_OBJECTS = "about single objects, which the front end owns"
_COUNTS = "reports about objects; it observes"
_COST = "decides what storage and requests cost, nothing else"
_STRICT = "makes deleting harder, never easier"

COVERAGE = Coverage(
    speaks_by=frozenset({"Bucket"}),
    ignored={
        **dict.fromkeys(
            (
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectAnnotation",
                "s3:GetObjectAttributes",
                "s3:GetObjectLegalHold",
                "s3:GetObjectRetention",
                "s3:GetObjectTagging",
                "s3:GetObjectTorrent",
                "s3:ListMultipartUploads",
                "s3:ListObjectAnnotations",
                "s3:ListObjectVersions",
                "s3:ListObjects",
                "s3:ListObjectsV2",
                "s3:ListParts",
            ),
            _OBJECTS,
        ),
        **dict.fromkeys(
            (
                "s3:GetBucketAnalyticsConfiguration",
                "s3:GetBucketInventoryConfiguration",
                "s3:GetBucketLogging",
                "s3:GetBucketMetadataConfiguration",
                "s3:GetBucketMetadataTableConfiguration",
                "s3:GetBucketMetricsConfiguration",
                "s3:GetBucketNotification",
                "s3:GetBucketNotificationConfiguration",
                "s3:ListBucketAnalyticsConfigurations",
                "s3:ListBucketInventoryConfigurations",
                "s3:ListBucketMetricsConfigurations",
            ),
            _COUNTS,
        ),
        **dict.fromkeys(
            (
                "s3:GetBucketAccelerateConfiguration",
                "s3:GetBucketIntelligentTieringConfiguration",
                "s3:ListBucketIntelligentTieringConfigurations",
            ),
            _COST,
        ),
        **dict.fromkeys(("s3:GetBucketVersioning", "s3:GetObjectLockConfiguration"), _STRICT),
        "s3:GetBucketAbac": "whether tags count in policies, which are judged as if they did",
        "s3:GetBucketCors": "which pages may read images, which every page may show",
        "s3:GetBucketLifecycle": "the old form of GetBucketLifecycleConfiguration",
        "s3:GetBucketOwnershipControls": "whether ACLs count; whom the bucket's own lets in is judged as if they did",
        "s3:GetBucketPolicyStatus": "what AWS makes of the policy, which is judged itself",
        "s3:GetBucketTagging": "words for people and bills",
        "s3:ListBuckets": "buckets of others",
        "s3:ListDirectoryBuckets": "buckets of others",
    },
)
