"""Whether stored data is encrypted under the decided key, and whether that key can be used."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from aws import desired
from aws.access import privileges
from aws.access.callers import encrypts_lines, shows_images
from aws.access.keys import BY_KEY, KeyUse, key_uses, undecryptable, unusable_key
from aws.bounds import described, exactly
from aws.difference import Difference
from aws.iam.evaluation import denied, denied_by
from aws.iam.permissions import missing_by
from aws.iam.statement import of_resource
from aws.inventory import Sections
from aws.kind.description import ENCRYPTION_KEY
from aws.kinds.bucket import BUCKET, BY_KMS, ENCRYPTION, Bucket, cdns
from aws.kinds.function import FUNCTION, Function
from aws.kinds.log_group import LOG_GROUP, LogGroup
from aws.kinds.role import Role
from aws.section import lookup
from aws.words import Words, joined
from checks.deployed import Deployed
from checks.role_permissions import unclear
from plan.data import key_of
from signoff.environment import Environment
from signoff.judge.decisions import Decisions

FOR_CDN = described(
    en="one of your own whose policy allows it to CloudFront's origin access control, which shows no image under another",
    ja="CloudFrontのオリジンアクセスコントロールに許可したカスタマー管理型のキー（他のキーの画像は表示されない）",
)


def keys_of(
    role: desired.Role, deployed: Deployed, environment: Environment, decisions: Decisions
) -> list[KeyUse]:
    """Return the keys of what a role reads, except for the one that DynamoDB owns.

    Neither a plan nor a decision lets a role use a key: the key's own policy has to.
    """
    secrets = [(environment.secret_key, deployed.secret(secret)) for secret in role.secrets]
    needed = [table for table in deployed.plan.tables if role.reads(table)]
    tables = [(key_of(environment, each.key), deployed.table(each)) for each in needed]
    every = key_uses(secrets, tables, deployed.sections)
    uses = [use for use in every if not decisions.undecided(use.flaws)]
    return [*{(use.name, use.service, not use.flaws): use for use in uses}.values()]


def denied_keys(
    role: Role, want: desired.Role, uses: Iterable[KeyUse], sections: Sections, now: datetime
) -> tuple[Difference, ...]:
    """Return the AWS managed keys of what the role reads that its own policies or boundary deny it."""
    answers = {
        key.arn: privileges.uses(role, want, key.arn, service, now)
        for name, service, _ in uses
        if (key := lookup(sections.keys, name)) and key.manager == "AWS"
    }
    missing = [
        missing_by(result, privileges.DECRYPT, key)
        for key, result in answers.items()
        if not result.allowed  # of what AWS's own key grants to all, only a Deny takes some away
    ]
    lost = (each for each in missing if not each.unknown)
    return (*privileges.lacks(role, lost), *unclear(role, missing))


def bucket_key_flaws(bucket: Bucket, sections: Sections, now: datetime) -> tuple[Difference, ...]:
    """Return what is wrong with the default encryption; if it names no key, S3 uses the AWS managed one."""
    of = partial(Difference, BUCKET.words, bucket.name, call="s3:GetBucketEncryption", loosens=True)
    remedy = "cdn" if cdns(bucket.policy, "s3:GetObject") else ""
    if not BY_KMS.holds(bucket.encryption):
        return (of(ENCRYPTION, bucket.encryption, exactly("aws:kms"), remedy=remedy),)
    if bucket.kms_key and (unusable := unusable_key(of, bucket.kms_key, sections)):
        return unusable
    key = lookup(sections.keys, bucket.kms_key) if bucket.kms_key else None
    if shows_images(key, bucket.policy, now):
        return ()
    return (of(ENCRYPTION_KEY, bucket.kms_key or "alias/aws/s3", FOR_CDN, remedy=remedy),)


def function_key_flaws(function: Function, sections: Sections) -> tuple[Difference, ...]:
    """Return what is wrong with a customer managed key of the variables: without it no invocation starts.

    Lambda holds a grant for the role, which nothing but a Deny takes away.
    """
    of = partial(Difference, FUNCTION.words, function.name, call="lambda:GetFunction")
    if not function.kms_key_arn:
        return ()
    key, role = lookup(sections.keys, function.kms_key_arn), function.role_arn
    if key is None or key.state != "Enabled":
        return unusable_key(of, function.kms_key_arn, sections)
    policy, needed = of_resource(key.policy, key.arn), [(privileges.DECRYPT, key.arn)]
    return tuple(
        undecryptable(role.rpartition("/")[2], key, denied_by(deny))
        for _, deny, answer in denied(policy, role, needed, ({}, {}), bounded=False)
        if answer is True
    )


def log_key_flaws(group: LogGroup, sections: Sections, now: datetime) -> tuple[Difference, ...]:
    """Return why no line is written: the group's key is deleted or disabled, or does not allow CloudWatch Logs."""
    of = partial(
        Difference, LOG_GROUP.words, group.name, call="logs:DescribeLogGroups", loosens=True
    )
    if not group.kms_key:
        return ()
    if unusable := unusable_key(of, group.kms_key, sections):
        return unusable
    key = lookup(sections.keys, group.kms_key)
    if key is None or key.policy is None or (may := encrypts_lines(key, group.arn, now)).allowed:
        return ()
    expected = described(
        en="a key whose policy allows CloudWatch Logs to encrypt lines of this group",
        ja="CloudWatch Logsによるこのグループの暗号化を許可したキー",
    )
    actual = joined(filter(None, (Words.same(group.kms_key), may.unknown)), ": ")
    unclear = may.unknown is not None
    return (of(ENCRYPTION_KEY, actual, expected, decidable=unclear, remedy=BY_KEY),)
