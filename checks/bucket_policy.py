"""What the policy of the image bucket does besides refusing plain HTTP: whom it allows, and whom it locks out."""

from dataclasses import replace

from aws.access.acting import changes
from aws.bounds import unset, within
from aws.difference import Difference
from aws.iam import Statement, context, parse
from aws.iam.condition import holds
from aws.iam.evaluation import names_action
from aws.iam.pattern import overlap, resource_pattern
from aws.kinds.bucket import BARRED, BUCKET, CHANGED_BY, Bucket
from aws.kinds.statements import OPENED
from checks.access import Insiders, allowed_by_policy
from checks.outsiders import outsiders, terms_of

CDN = "AWS arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity"
"""How a policy names a CloudFront origin access identity, the older kind, which belongs to the account."""
CDNS = (CDN, "Service cloudfront.amazonaws.com")
READ = "s3:getobject"
FROM_PHONES = tuple(
    context({"aws:SecureTransport": "true", "s3:TlsVersion": name}) for name in ("1.2", "1.3")
)
"""All that is known of the requests by which phones get images; from where, when and for whom is not."""


def bucket_policy_flaws(bucket: Bucket, insiders: Insiders) -> tuple[Difference, ...]:
    """Return whom the policy allows from beyond the account, who else may change images, and what denies reading to phones."""
    account = insiders.environment.account
    found = outsiders(bucket.policy, account).items()
    strangers = {who: allowed for who, allowed in found if not who.en.startswith(CDN)}
    denied = {statement.words: [statement] for statement in _denying(bucket)}
    flaws = {
        OPENED: (strangers, within(())),
        BARRED: (denied, unset()),
    }
    arn = f"arn:aws:s3:::{bucket.name}"
    changed_by = allowed_by_policy(
        BUCKET.words, bucket.name, arn, bucket.policy, insiders, _changes_images
    )
    return *(replace(difference, fact=CHANGED_BY) for difference in changed_by), *(
        Difference(
            kind=BUCKET.words,
            name=bucket.name,
            fact=fact,
            found=[*told],
            bound=bound,
            call="s3:GetBucketPolicy",
            loosens=True,
            terms=terms_of(told),
        )
        for fact, (told, bound) in flaws.items()
        if told
    )


def _denying(bucket: Bucket) -> list[Statement]:
    statements = parse(bucket.policy or '{"Statement": []}', bucket.name)
    return [
        statement
        for statement in statements
        if _denies_reading(statement, f"arn:aws:s3:::{bucket.name}/*")
    ]


def _changes_images(statement: Statement) -> bool:
    """Whether a statement allows more than reading: writing, deleting, or opening the bucket."""
    return any(names_action(statement, action) for action in changes("s3"))


def _denies_reading(statement: Statement, objects: str) -> bool:
    """Whether a statement denies images to everybody or to the CDN, or may do so: under what a phone's request meets is not known."""
    readers = bool(statement.not_principals) or any(map(_reads_for_phones, statement.principals))
    read = names_action(statement, READ)
    some = bool(statement.not_resources) or any(
        overlap(resource_pattern(each), resource_pattern(objects)) for each in statement.resources
    )
    return (
        statement.effect == "Deny" and readers and read and some and not _spares_phones(statement)
    )


def _reads_for_phones(principal: tuple[str, str]) -> bool:
    kind, who = principal
    return who == "*" or kind == "CanonicalUser" or f"{kind} {who}".startswith(CDNS)


def _spares_phones(statement: Statement) -> bool:
    return all(
        any(holds(condition, request) is False for condition in statement.conditions)
        for request in FROM_PHONES
    )
