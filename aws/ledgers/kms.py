"""KMS: what of keys need not be asked; the kind says what becomes of the rest."""

from aws.ledger import Coverage

COVERAGE = Coverage(
    speaks_by=frozenset({"KeyId"}),
    ignored={
        "kms:DescribeCustomKeyStores": "where material is kept; the origin of ours is closed",
        "kms:GetKeyLastUsage": "when it was used last decides nothing",
        "kms:GetKeyRotationStatus": "rotation keeps the old material: nothing is lost by it, or without it",
        "kms:GetParametersForImport": "for importing material; the origin of ours is closed",
        "kms:GetPublicKey": "keys that encrypt at rest have no public part",
        "kms:ListAliases": "further names of a key; what refers to it is read by the name it uses",
        "kms:ListKeyPolicies": "there is one, named default, which GetKeyPolicy reads",
        "kms:ListKeyRotations": "rotation keeps the old material",
        "kms:ListKeys": "keys that nothing of ours refers to",
        "kms:ListResourceTags": "words for people and bills",
        "kms:ListRetirableGrants": "grants by who may end them; ListGrants tells all of a key",
    },
)
