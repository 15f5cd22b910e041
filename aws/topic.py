"""SNS: the topics that alarms notify, and who listens; addresses are masked as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from aws.door.failures import ReadFailure
from aws.reading import Reader, Reading
from aws.redaction.secret_text import fingerprint
from aws.section import Section
from aws.unreadable import Unreadable

REACHES_PEOPLE = frozenset({"email", "email-json", "sms", "https", "application"})
"""Protocols at whose end somebody is told; a queue or a function tells nobody by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """``endpoint`` is masked: it is somebody's address. Policies are JSON text, empty where unset."""

    protocol: str
    endpoint: str
    confirmed: bool
    filter_policy: str = ""
    filter_scope: str = "MessageAttributes"
    """What the filter looks at: MessageAttributes, which an alarm's message has none of, or MessageBody."""
    raw: bool = False
    redrive: str = ""
    delivery_policy: str = ""
    unread: Unreadable | None = None
    """Why the rest is not known."""
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    arn: str
    policy: str
    """JSON text."""
    kms_key: str | None
    subscriptions: tuple[Subscription, ...] = ()
    delivery_policy: str = ""
    data_protection: str = ""
    fifo: bool = False
    max_message_bytes: int | None = None
    """Larger messages are refused; None where AWS tells no limit of the topic's own."""


def topics(reading: Reading) -> Section[Topic]:
    alarms = reading.section("alarms")
    notified = set() if isinstance(alarms, Unreadable) else _notified(alarms, reading.aws.partition)
    named = {reading.scope.topic, *notified} - {""}
    # A topic of another Region is no topic for an alarm here: it is left out, that is, absent.
    here = [arn for arn in sorted(named) if arn.split(":")[3] == reading.scope.region]
    found = reading.each(here, lambda arn: _topic(reading, arn))
    if isinstance(alarms, Unreadable):
        found["(of alarms)"] = alarms.behind("alarms")
    return found


def _notified(alarms: Mapping[str, object], partition: str) -> set[str]:
    actions = {arn for one in alarms.values() for arn in getattr(one, "alarm_actions", ())}
    return {arn for arn in actions if arn.startswith(f"arn:{partition}:sns:")}


def _topic(reading: Reading, arn: str) -> Topic:
    raw = reading.aws.call("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
    found = reading.aws.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    protected = reading.aws.call("sns", "get_data_protection_policy", ResourceArn=arn)
    return replace(
        decode(arn, raw),
        subscriptions=tuple(_subscription(reading, one) for one in found),
        data_protection=protected.get("DataProtectionPolicy") or "",
    )


def decode(arn: str, raw: Mapping[str, str]) -> Topic:
    """Return what a topic's attributes tell: neither who listens, nor how its messages are protected."""
    return Topic(
        arn=arn,
        policy=raw.get("Policy", ""),
        kms_key=raw.get("KmsMasterKeyId") or None,
        delivery_policy=raw.get("DeliveryPolicy", ""),
        fifo=raw.get("FifoTopic") == "true",
        max_message_bytes=int(size) if (size := raw.get("MaximumMessageSize", "")) else None,
    )


def _subscription(reading: Reading, one: Mapping[str, str]) -> Subscription:
    protocol, arn = one.get("Protocol", ""), one.get("SubscriptionArn", "")
    # PendingConfirmation and Deleted stand where an ARN should.
    confirmed = arn.startswith("arn:")
    found, unread = _settings(reading, arn) if confirmed else ({}, None)
    return Subscription(
        protocol=protocol,
        endpoint=masked_address(protocol, one.get("Endpoint", ""), reading.scope.prefix),
        confirmed=confirmed,
        # An empty object is how a filter is taken away.
        filter_policy=found.get("FilterPolicy", "").replace("{}", ""),
        filter_scope=found.get("FilterPolicyScope", "MessageAttributes"),
        raw=found.get("RawMessageDelivery") == "true",
        redrive=found.get("RedrivePolicy", "").replace(
            "{}", ""
        ),  # what it is set to to be taken away
        delivery_policy=found.get("DeliveryPolicy", ""),
        unread=unread,
        arn=arn,
    )


def _settings(reading: Reading, arn: str) -> tuple[Mapping[str, str], Unreadable | None]:
    """Return a subscription's attributes, or why AWS does not tell them: its owner may be another."""
    try:
        answer = reading.aws.call("sns", "get_subscription_attributes", SubscriptionArn=arn)
    except ReadFailure as failure:
        return {}, failure.why
    return answer["Attributes"], None


def masked_address(protocol: str, endpoint: str, environment: str) -> str:
    """Show enough of an address to know whose it is, and a fingerprint that no other address has."""
    told = f"(#{fingerprint(environment, endpoint)})"
    if protocol in {"email", "email-json"}:
        name, _, domain = endpoint.rpartition("@")
        return f"{name[:1]}***@{domain} {told}"
    if protocol in {"http", "https"}:
        url = urlsplit(endpoint)
        return f"{url.scheme}://{url.hostname}/*** {told}"
    if protocol in {"lambda", "sqs", "firehose"}:
        return endpoint
    return f"***{endpoint[-2:]} {told}"


READERS = {
    "topics": Reader(
        topics,
        (
            "sns:GetDataProtectionPolicy",
            "sns:GetSubscriptionAttributes",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
        ),
    ),
}
