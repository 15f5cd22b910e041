"""SNS: the topics that alarms notify, and who listens; addresses are masked as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aws.reading import Reader, Reading
from aws.section import Section, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """``endpoint`` is masked: it is somebody's address."""

    protocol: str
    endpoint: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    arn: str
    policy: str
    """JSON text."""
    kms_key: str | None
    subscriptions: tuple[Subscription, ...]


def topics(reading: Reading) -> Section[Topic]:
    alarms = reading.section("alarms")
    notified = set() if isinstance(alarms, Unreadable) else _notified(alarms, reading.aws.partition)
    named = {reading.scope.topic, *notified} - {""}
    # A topic of another Region is no topic for an alarm here: it is left out, that is, absent.
    here = [arn for arn in sorted(named) if arn.split(":")[3] == reading.scope.region]
    found = reading.each(here, lambda arn: _topic(reading, arn))
    if isinstance(alarms, Unreadable):
        found["(of alarms)"] = Unreadable(f"alarms: {alarms.unreadable}")
    return found


def _notified(alarms: Mapping[str, object], partition: str) -> set[str]:
    actions = {arn for one in alarms.values() for arn in getattr(one, "alarm_actions", ())}
    return {arn for arn in actions if arn.startswith(f"arn:{partition}:sns:")}


def _topic(reading: Reading, arn: str) -> Topic:
    raw = reading.aws.call("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
    found = reading.aws.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return Topic(
        arn=raw["TopicArn"],
        policy=raw.get("Policy", ""),
        kms_key=raw.get("KmsMasterKeyId") or None,
        subscriptions=tuple(
            Subscription(
                protocol=one["Protocol"],
                endpoint=masked_address(one["Protocol"], one.get("Endpoint", "")),
                # PendingConfirmation and Deleted stand where an ARN should.
                confirmed=one["SubscriptionArn"].startswith("arn:"),
            )
            for one in found
        ),
    )


def masked_address(protocol: str, endpoint: str) -> str:
    """Show enough of an address to know whose it is, and no more."""
    if protocol in {"email", "email-json"}:
        name, _, domain = endpoint.rpartition("@")
        return f"{name[:1]}***@{domain}"
    if protocol in {"http", "https"}:
        url = urlsplit(endpoint)
        return f"{url.scheme}://{url.hostname}/***"
    if protocol in {"lambda", "sqs", "firehose"}:
        return endpoint
    return f"***{endpoint[-2:]}"


READERS = {
    "topics": Reader(topics, ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic")),
}
