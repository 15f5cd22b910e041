"""What the policy of the bucket of images does beside refusing plain HTTP: whom it lets in, and whom it locks out."""

from aws.bounds import unset, within
from aws.bucket import Bucket
from aws.difference import Difference
from aws.iam import Statement, parse
from aws.iam.pattern import action_pattern, overlap, resource_pattern
from aws.ledgers.s3 import BUCKET
from aws.words import Words
from checks.access import OPENED
from checks.outsiders import outsiders

BARRED = Words(en="statements by which nobody reads", ja="全員の読み取りを拒否するステートメント")
CDN = "AWS arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity"
"""How a policy names a CloudFront distribution of the older kind, which is the account's own."""
READ = "s3:getobject"


def bucket_policy_flaws(bucket: Bucket, account: str) -> tuple[Difference, ...]:
    """Return whom the policy allows from beyond the account, and what denies reading to everybody."""
    strangers = [one for one in outsiders(bucket.policy, account) if not one.en.startswith(CDN)]
    found = {
        OPENED: (strangers, within(())),
        BARRED: ([one.words for one in _denying(bucket)], unset()),
    }
    return tuple(
        Difference(
            kind=BUCKET,
            name=bucket.name,
            fact=fact,
            found=told,
            bound=bound,
            call="s3:GetBucketPolicy",
            loosens=True,
        )
        for fact, (told, bound) in found.items()
        if told
    )


def _denying(bucket: Bucket) -> list[Statement]:
    statements = parse(bucket.policy or '{"Statement": []}', bucket.name)
    return [one for one in statements if _denies_reading(one, f"arn:aws:s3:::{bucket.name}/*")]


def _denies_reading(one: Statement, objects: str) -> bool:
    return (
        one.effect == "Deny"
        and not one.conditions
        and any(who == "*" for _, who in one.principals)
        and any(action_pattern(action).matches(READ) for action in one.actions)
        and any(
            overlap(resource_pattern(each), resource_pattern(objects)) for each in one.resources
        )
    )
