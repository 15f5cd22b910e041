"""SNS: the topics that alarms notify, and who listens; addresses are masked as they are read (guide step 6-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aws.change.undo import ITS_ID, THIS, Calling, Undoing, by_call, by_hand, calling
from aws.door.failures import ReadFailure
from aws.kind.description import (
    ARN,
    BY_NAME,
    DEAD_LETTERS,
    IDENTITY,
    KMS_KEY,
    POLICY,
    Part,
    ReadCall,
    fact,
)
from aws.kind.engine import Kind
from aws.ledger import NAMES, Closed, Ledger, by_parameter, operation
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.redaction.secret_text import fingerprint
from aws.section import Section, Unreadable
from aws.words import Words

REACHES_PEOPLE = frozenset({"email", "email-json", "sms", "https", "application"})
"""Protocols that reach a person; a queue or a function tells no person by itself."""
SUBSCRIPTION = Words(en="subscription", ja="サブスクリプション")
DATA_PROTECTION = Words(en="data protection policy", ja="データ保護ポリシー")
DELIVERY_POLICY = Words(en="delivery policy", ja="配信ポリシー")
FIRST_IN_FIRST_OUT = Words(en="FIFO", ja="FIFO")
LARGEST_MESSAGE = Words(en="maximum message size", ja="最大メッセージサイズ")
FILTER = Words(en="filter policy", ja="フィルターポリシー")
RAW = Words(en="raw message delivery", ja="生メッセージ配信")
LISTENER = Words(en="listener", ja="受信者")
MOST_BYTES = "262144"
"""AWS's own limit for a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """``endpoint`` is masked: it is a person's address. Policies are JSON text, empty where unset."""

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


def _listener(entry: Raw, place: Mapping[str, Any]) -> Subscription:
    """Return who listens, as the listing tells it; ``settings`` of the place reads the rest, once it is confirmed."""
    protocol, arn = entry.get("Protocol", ""), entry.get("SubscriptionArn", "")
    confirmed = arn.startswith("arn:")  # PendingConfirmation and Deleted stand where an ARN should
    values, unread = place["settings"](arn) if confirmed else ({}, None)
    return Subscription(
        protocol=protocol,
        endpoint=masked_address(protocol, entry.get("Endpoint", ""), place["prefix"]),
        confirmed=confirmed,
        # An empty object is how a filter, or a queue, is taken away.
        filter_policy=values.get("FilterPolicy", "").replace("{}", ""),
        filter_scope=values.get("FilterPolicyScope", "MessageAttributes"),
        raw=values.get("RawMessageDelivery") == "true",
        redrive=values.get("RedrivePolicy", "").replace("{}", ""),
        delivery_policy=values.get("DeliveryPolicy", ""),
        unread=unread,
        arn=arn,
    )


def _attribute(words: Words, name: str, **more: Any) -> Any:
    """Describe a fact among a topic's attributes, which AWS's model knows as one map of texts."""
    at = f"Attributes.{name}"
    return fact(words, at, covers="Attributes", **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic by its ARN; policies are JSON text."""

    arn: str = fact(ARN, BY_NAME)
    policy: str = _attribute(POLICY, "Policy", absent="")
    kms_key: str | None = _attribute(
        KMS_KEY, "KmsMasterKeyId", absent=None, read=lambda key: key or None
    )
    subscriptions: tuple[Subscription, ...] = fact(
        Words(en="subscriptions", ja="サブスクリプション"),
        "Subscriptions",
        call="subscriptions",
        absent=(),
        read_in=lambda listed, place: tuple(_listener(entry, place) for entry in listed),
        covers="Subscriptions.SubscriptionArn Subscriptions.Protocol Subscriptions.Endpoint",
        inner={"arn": IDENTITY},
    )
    delivery_policy: str = _attribute(DELIVERY_POLICY, "DeliveryPolicy", absent="")
    data_protection: str = fact(
        DATA_PROTECTION, "DataProtectionPolicy", call="protection", absent=""
    )
    fifo: bool = _attribute(
        FIRST_IN_FIRST_OUT, "FifoTopic", absent=False, read=lambda text: text == "true"
    )
    max_message_bytes: int | None = _attribute(
        LARGEST_MESSAGE,
        "MaximumMessageSize",
        absent=None,
        read=lambda size: int(size) if size else None,
    )
    """Larger messages are refused; None where AWS tells no limit of the topic's own."""


def _setting(name: str, value: str) -> Calling:
    return calling(
        "sns", "set_topic_attributes", TopicArn=THIS, AttributeName=name, AttributeValue=value
    )


def _setting_of_listener(name: str, value: str) -> Calling:
    return calling(
        "sns",
        "set_subscription_attributes",
        SubscriptionArn=ITS_ID,
        AttributeName=name,
        AttributeValue=value,
    )


TOPIC = Kind[Topic](
    words=Words(en="topic", ja="トピック"),
    service="sns",
    section="topics",
    type=Topic,
    part=Part.ALARMS,
    calls={
        "topic": ReadCall(
            operation="GetTopicAttributes",
            asks={"TopicArn": "{name}"},
            needs=frozenset({"Attributes"}),
        ),
        "subscriptions": ReadCall(
            operation="ListSubscriptionsByTopic",
            asks={"TopicArn": "{name}"},
            pages="Subscriptions",
            needs=frozenset({"Subscriptions"}),
            harmless={
                NAMES: "Subscriptions.Owner Subscriptions.TopicArn",
            },
        ),
        "protection": ReadCall(
            operation="GetDataProtectionPolicy",
            asks={"ResourceArn": "{name}"},
            named=by_parameter("ResourceArn"),
            members={"DataProtectionPolicy": Closed(DATA_PROTECTION)},
        ),
    },
    undo={
        DATA_PROTECTION: by_call(
            calling("sns", "put_data_protection_policy", ResourceArn=THIS, DataProtectionPolicy=""),
            en="messages are no longer masked, dropped or noted by that policy",
            ja="このポリシーによるメッセージのマスク、破棄、記録は行われなくなります",
        ),
        DELIVERY_POLICY: by_call(
            _setting("DeliveryPolicy", ""),
            en="deliveries over HTTPS are repeated as AWS does by default",
            ja="HTTPSの配信は、AWSの既定の方法で再試行されるようになります",
        ),
        LARGEST_MESSAGE: by_call(
            _setting("MaximumMessageSize", MOST_BYTES),
            en="the topic takes messages of up to 256 KB",
            ja="256 KBまでのメッセージを受け付けます",
        ),
        FIRST_IN_FIRST_OUT: by_hand(
            en="a topic is FIFO from its creation on, and cannot deliver to e-mail. SNS console > Topics > {name} >"
            " Delete; then `monitoring` in the runbook, which creates it again",
            ja="FIFOは作成時に決まり、メールには配信できません。SNSコンソール > トピック > {name} > 削除のあと、"
            "ランブックの`monitoring`で作り直してください",
        ),
    },
)
UNDO: Undoing = {
    (SUBSCRIPTION, FILTER): by_call(
        _setting_of_listener("FilterPolicy", "{}"),
        en="that address gets every message of the topic",
        ja="この宛先に、トピックの全メッセージが届くようになります",
    ),
    (SUBSCRIPTION, RAW): by_call(
        _setting_of_listener("RawMessageDelivery", "false"),
        en="messages come in SNS's own envelope again",
        ja="メッセージはSNSの標準形式で届くようになります",
    ),
    (SUBSCRIPTION, DELIVERY_POLICY): by_call(
        _setting_of_listener("DeliveryPolicy", "{}"),
        en="deliveries are repeated as the topic says",
        ja="再試行はトピックの設定に従います",
    ),
    (SUBSCRIPTION, DEAD_LETTERS): by_call(
        _setting_of_listener("RedrivePolicy", "{}"),
        en="messages that could not be delivered are no longer kept in that queue",
        ja="配信できなかったメッセージは、そのキューに残らなくなります",
    ),
    (SUBSCRIPTION, LISTENER): by_call(
        calling("sns", "unsubscribe", SubscriptionArn=ITS_ID),
        en="that address no longer receives alarms; to return, it has to confirm again",
        ja="この宛先にアラームは届かなくなります。再登録には承認が必要です",
        final=True,
    ),
}
LEDGER: Ledger = {
    "sns:GetSubscriptionAttributes": operation(judged="Attributes", needs="Attributes"),
}


def topics(reading: Reading) -> Section[Topic]:
    alarms = reading.section("alarms")
    # CloudWatch tells no other Region, and another account shows its topics to few: those are not read.
    here = f"arn:{reading.aws.partition}:sns:{reading.scope.region}:{reading.scope.account}:"
    notified = set() if isinstance(alarms, Unreadable) else _notified(alarms, here)
    arns = sorted({reading.scope.topic, *notified} - {""})
    place: Any = {"prefix": reading.scope.prefix, "settings": partial(_settings, reading)}
    by_arn = reading.each(arns, lambda arn: TOPIC.read(reading.aws, arn, **place))
    if isinstance(alarms, Unreadable):
        by_arn["(of alarms)"] = alarms.behind("alarms")
    return by_arn


def _notified(alarms: Mapping[str, object], here: str) -> set[str]:
    actions = {arn for alarm in alarms.values() for arn in getattr(alarm, "alarm_actions", ())}
    return {arn for arn in actions if arn.startswith(here)}


def _settings(reading: Reading, arn: str) -> tuple[Mapping[str, str], Unreadable | None]:
    """Return a subscription's attributes, or why AWS does not tell them: its owner may be another."""
    try:
        answer = reading.aws.call("sns", "get_subscription_attributes", SubscriptionArn=arn)
    except ReadFailure as failure:
        return {}, failure.why
    return answer["Attributes"], None


def masked_address(protocol: str, endpoint: str, environment: str) -> str:
    """Show enough of an address to know whose it is, and a fingerprint that no other address has."""
    mark = f"(#{fingerprint(environment, endpoint)})"
    if protocol in {"email", "email-json"}:
        name, _, domain = endpoint.rpartition("@")
        return f"{name[:1]}***@{domain} {mark}"
    if protocol in {"http", "https"}:
        url = urlsplit(endpoint)
        return f"{url.scheme}://{url.hostname}/*** {mark}"
    if protocol in {"lambda", "sqs", "firehose"}:
        return endpoint
    return f"***{endpoint[-2:]} {mark}"


READERS = {
    "topics": Reader(topics, (*TOPIC.actions, "sns:GetSubscriptionAttributes")),
}
