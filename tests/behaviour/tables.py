"""What the product is by its own tables: the ledger, the reader's rights, the plans, the calls of a reading; as lines."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import boto3

from aws.inventory import Inventory, on_demand, read_all
from aws.kind.description import unread_facts
from aws.kinds import LEDGERS
from aws.ledger import Closed, Entry, Harmless, Judged
from aws.reader_policy import actions, policy
from aws.section import NotTestable, Section, known
from aws.words import Words
from plan import plan_for
from signoff.environment import ENVIRONMENTS, load
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import CALLER, HEALTHY, OPTIONS, FakeSession, RefusedCall
from tests.behaviour.lines import Texts, both, fields_of

UNNAMED = {
    "SIGNOFF_ACCOUNT": "444455556666",
    "SIGNOFF_ORIGIN": "https://rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "2001234567",
    "SIGNOFF_LINE__BOT_USER_ID": "U0123456789abcdef0123456789abcdef",
}
"""What the file leaves to the process environment."""
WITH_ALL_PARTS = Path(__file__).parent.parent / "prod.toml"
PERFORM = (
    "User: arn:aws:sts::444455556666:assumed-role/reader/somebody is not authorized to perform: "
)
REFUSALS: tuple[tuple[str, Any], ...] = (
    ("dynamodb:DescribeTable", RefusedCall("AccessDeniedException", f"{PERFORM}dynamodb:DescribeTable on resource: arn:aws:dynamodb:ap-northeast-1:444455556666:table/Users-prod")),
    ("lambda:GetFunction", RefusedCall("AccessDeniedException", f"{PERFORM}kms:Decrypt on resource: arn:aws:kms:ap-northeast-1:444455556666:key/k1 because no identity-based policy allows it")),
    ("lambda:GetFunction", RefusedCall("AccessDeniedException", "no words")),
    ("iam:GetAccountAuthorizationDetails", RefusedCall("AccessDenied", f"{PERFORM}iam:GetAccountAuthorizationDetails on resource: *")),
    ("apigateway:GetStages", RefusedCall("AccessDeniedException", "no words")),
    ("s3:GetBucketPolicy", RefusedCall("AccessDenied", "Access Denied")),
    ("logs:DescribeLogGroups", RefusedCall("ThrottlingException", "Rate exceeded")),
    ("cloudwatch:DescribeAlarms", RefusedCall("InternalFailure", "")),
    ("sns:GetTopicAttributes", RefusedCall("AuthorizationError", f"{PERFORM}SNS:GetTopicAttributes on resource: {SCOPE.topic}")),
    ("sns:GetTopicAttributes", RefusedCall("ExpiredToken", "The security token included in the request is expired")),
    ("secretsmanager:GetSecretValue", RefusedCall("UnrecognizedClientException", "The security token included in the request is invalid.")),
    ("kms:DescribeKey", RefusedCall("InvalidSignatureException", "Signature expired: 20261125T090000Z is now earlier than 20261125T094500Z")),
    ("cloudwatch:GetDashboard", RefusedCall("OptInRequired", "You are not subscribed to this service")),
    ("dynamodb:ListTables", {}),
    ("lambda:ListFunctions", {}),
    ("apigateway:GetRestApis", {"items": [{"id": "a1", "name": SCOPE.api}, {"id": "a2", "name": SCOPE.api}]}),
    ("apigateway:GetUsagePlans", {"items": [{"id": "u1", "name": SCOPE.usage_plan}, {"id": "u2", "name": SCOPE.usage_plan}]}),
    ("apigateway:GetDomainNames", {"items": []}),
    ("apigateway:GetExport", lambda _: {"body": NoJson()}),
    ("cloudwatch:GetDashboard", {"DashboardBody": "{"}),
)  # fmt: skip
"""Operation -> what it answers instead: causes that end in different sentences and remedies."""


class NoJson:
    """The body of an answer that is a page of HTML."""

    def read(self) -> bytes:
        return b"<html>sorry</html>"


def ledger_lines(texts: Texts) -> Iterator[str]:
    """Yield what becomes of each member of each answer."""
    for call, operation in LEDGERS.items():
        yield from (
            f"ledger {call} {path or '.'} {_entry(entry, texts)}"
            for path, entry in operation.members.items()
        )
        yield from (
            f"ledger {call} {path or '.'} names {both(resource.kind)}"
            for path, resource in operation.resources.items()
        )
        yield from (f"ledger {call} {member} needed" for member in operation.needs)


def _entry(entry: Entry, texts: Texts) -> str:
    match entry:
        case Judged():
            return f"judged {entry.fact}"
        case Closed():
            return f"closed {both(entry.fact)} {entry.effect}" + (
                " loosens" if entry.loosens else ""
            )
        case Harmless():
            return f"harmless {texts.key(entry.because)}"


def policy_lines() -> Iterator[str]:
    """Yield each action that the reader is allowed, and a digest of the whole policy."""
    yield from (f"reader {action}" for action in actions())
    yield f"reader policy {_digest(policy())}"


def plan_lines() -> Iterator[str]:
    """Yield a digest of each planned resource, for each environment."""
    environments = {
        **{name: load(name, ENVIRONMENTS, UNNAMED).environment for name in ("dev", "prod")},
        "local": load("local", ENVIRONMENTS, {}).environment,
        "prod with all parts": load("prod", WITH_ALL_PARTS, {}).environment,
    }
    for name, environment in environments.items():
        plan = plan_for(environment)
        for part in (each.name for each in fields(plan)):
            planned = getattr(plan, part)
            for resource in planned if isinstance(planned, tuple) else (planned,):
                named = getattr(resource, "name", "")
                yield f"plan {name} {part} {named} {_digest(_plain(resource))}".replace("  ", " ")


def _plain(value: Any) -> Any:
    """Convert a planned value to what JSON can represent; of a bound, its kind, value and words."""
    match value:
        case Words():
            plain: Any = both(value)
        case Mapping():
            plain = {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            plain = [_plain(each) for each in value]
        case set() | frozenset():
            plain = sorted(json.dumps(_plain(each), sort_keys=True) for each in value)
        case _ if is_dataclass(value):
            parts = {each.name: getattr(value, each.name) for each in fields(value)}
            plain = {name: _plain(each) for name, each in parts.items() if not callable(each)}
        case None | bool() | int() | float():
            plain = value
        case _:
            plain = str(value)
    return plain


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def reading_lines(texts: Texts) -> Iterator[str]:
    """Yield how often a reading calls each operation, and what is not known if one is not answered rightly."""
    session = FakeSession(boto3.Session()._session.get_component("data_loader"))  # noqa: SLF001 - no public way
    healthy = {*_unknown(read_all(on_demand(session, SCOPE, caller=CALLER, options=OPTIONS)))}
    yield from (f"calls {call} {times}" for call, times in session.fake.asked.items())
    for number, (call, answer) in enumerate(REFUSALS):
        session.fake.answers = {**HEALTHY, call: answer}
        inventory = read_all(on_demand(session, SCOPE, caller=CALLER, options=OPTIONS))
        for place, why in {*_unknown(inventory)} - healthy:
            words = texts.words(Words(en=why.words.en, ja=why.words.ja))
            yield (
                f"refused {number:02} {call} > {place} {why.obstacle.name} says={words} "
                + fields_of(action=why.action)
            )


def _unknown(inventory: Inventory) -> Iterator[tuple[str, NotTestable]]:
    for name in (each.name for each in fields(inventory.sections)):
        section: Section[Any] = getattr(inventory.sections, name)
        if why := _why(section):
            yield name, why
            continue
        items: Mapping[str, Any] = known(section)
        yield from ((f"{name} {item}", why) for item in items if (why := _why(items[item])))
        yield from (
            (f"{name} {item}: {fact}", why)
            for item, found in items.items()
            for fact, unread in unread_facts(found)
            if (why := _why(unread))
        )


def _why(value: Any) -> NotTestable | None:
    try:
        known(value)
    except NotTestable as why:
        return why
    return None
