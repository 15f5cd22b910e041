"""S3: what of a bucket need not be asked; its kind says what becomes of the rest."""

from aws.ledger import Coverage

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
