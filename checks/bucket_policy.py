"""What the policy of the image bucket does besides refusing plain HTTP: whom it allows, and whom it locks out."""

from dataclasses import replace

from aws.access.acting import changes
from aws.bounds import unset, within
from aws.bucket import Bucket
from aws.difference import Difference
from aws.iam import Statement, parse
from aws.iam.evaluation import names_action
from aws.iam.pattern import overlap, resource_pattern
from aws.ledgers.s3 import BUCKET
from aws.words import SILENCE, Words
from checks.access import OPENED, Insiders, allowed_by_policy
from checks.outsiders import outsiders, terms_of

CHANGED_BY = Words(en="who else may change it", ja="変更できる他の相手")
BARRED = Words(en="statements by which nobody reads", ja="全員の読み取りを拒否するステートメント")
CDN = "AWS arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity"
"""How a policy names a CloudFront origin access identity, the older kind, which belongs to the account."""
READ = "s3:getobject"


def bucket_policy_flaws(bucket: Bucket, insiders: Insiders) -> tuple[Difference, ...]:
    """Return whom the policy allows from beyond the account, who else may change images, and what denies reading to everybody."""
    account = insiders.environment.account
    found = outsiders(bucket.policy, account).items()
    strangers = {who: allowed for who, allowed in found if not who.en.startswith(CDN)}
    flaws = {
        OPENED: ([*strangers], within(()), terms_of(strangers)),
        BARRED: ([one.words for one in _denying(bucket)], unset(), SILENCE),
    }
    arn = f"arn:aws:s3:::{bucket.name}"
    changed_by = allowed_by_policy(
        BUCKET, bucket.name, arn, bucket.policy, insiders, _changes_images
    )
    return *(replace(one, fact=CHANGED_BY) for one in changed_by), *(
        Difference(
            kind=BUCKET,
            name=bucket.name,
            fact=fact,
            found=told,
            bound=bound,
            call="s3:GetBucketPolicy",
            loosens=True,
            terms=terms,
        )
        for fact, (told, bound, terms) in flaws.items()
        if told
    )


def _denying(bucket: Bucket) -> list[Statement]:
    statements = parse(bucket.policy or '{"Statement": []}', bucket.name)
    return [one for one in statements if _denies_reading(one, f"arn:aws:s3:::{bucket.name}/*")]


def _changes_images(one: Statement) -> bool:
    """Whether a statement allows more than reading: writing, deleting, or opening the bucket."""
    return any(names_action(one, action) for action in changes("s3"))


def _denies_reading(one: Statement, objects: str) -> bool:
    everybody = bool(one.not_principals) or any(who == "*" for _, who in one.principals)
    read = names_action(one, READ)
    some = bool(one.not_resources) or any(
        overlap(resource_pattern(each), resource_pattern(objects)) for each in one.resources
    )
    return one.effect == "Deny" and not one.conditions and everybody and read and some
