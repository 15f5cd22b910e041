"""What nobody planned of topics and of those who listen: policies, filters, raw messages, strangers."""

from collections.abc import Callable, Mapping

from aws.change.undo import HowToUndo, UndoTarget, by_call, by_hand

MOST_BYTES = "262144"
"""AWS's own limit for a message."""


def _attribute(name: str, value: str) -> Callable[[UndoTarget], None]:
    def call(target: UndoTarget) -> None:
        target.context.client("sns").set_topic_attributes(
            TopicArn=target.name, AttributeName=name, AttributeValue=value
        )

    return call


def _unprotect(target: UndoTarget) -> None:
    target.context.client("sns").put_data_protection_policy(
        ResourceArn=target.name, DataProtectionPolicy=""
    )


def _of_subscription(name: str, value: str) -> Callable[[UndoTarget], None]:
    def call(target: UndoTarget) -> None:
        client = target.context.client("sns")
        client.set_subscription_attributes(
            SubscriptionArn=target.id, AttributeName=name, AttributeValue=value
        )

    return call


def _unsubscribe(target: UndoTarget) -> None:
    target.context.client("sns").unsubscribe(SubscriptionArn=target.id)


_SUBSCRIPTION, _TOPIC = "subscription", "topic"
UNDO: Mapping[tuple[str, str], HowToUndo[UndoTarget]] = {
    (_TOPIC, "data protection policy"): by_call(
        _unprotect,
        en="messages are no longer masked, dropped or noted by that policy",
        ja="このポリシーによるメッセージのマスク、破棄、記録は行われなくなります",
    ),
    (_TOPIC, "delivery policy"): by_call(
        _attribute("DeliveryPolicy", ""),
        en="deliveries over HTTPS are repeated as AWS does by default",
        ja="HTTPSの配信は、AWSの既定の方法で再試行されるようになります",
    ),
    (_TOPIC, "maximum message size"): by_call(
        _attribute("MaximumMessageSize", MOST_BYTES),
        en="the topic takes messages of up to 256 KB",
        ja="256 KBまでのメッセージを受け付けます",
    ),
    (_TOPIC, "FIFO"): by_hand(
        en="a topic is FIFO from its creation on, and cannot deliver to e-mail. SNS console > Topics > {name} >"
        " Delete; then `monitoring` in the runbook, which creates it again",
        ja="FIFOは作成時に決まり、メールには配信できません。SNSコンソール > トピック > {name} > 削除のあと、"
        "ランブックの`monitoring`で作り直してください",
    ),
    (_SUBSCRIPTION, "filter policy"): by_call(
        _of_subscription("FilterPolicy", "{}"),
        en="that address gets every message of the topic",
        ja="この宛先に、トピックの全メッセージが届くようになります",
    ),
    (_SUBSCRIPTION, "raw message delivery"): by_call(
        _of_subscription("RawMessageDelivery", "false"),
        en="messages come in SNS's own envelope again",
        ja="メッセージはSNSの標準形式で届くようになります",
    ),
    (_SUBSCRIPTION, "delivery policy"): by_call(
        _of_subscription("DeliveryPolicy", "{}"),
        en="deliveries are repeated as the topic says",
        ja="再試行はトピックの設定に従います",
    ),
    (_SUBSCRIPTION, "dead-letter queue"): by_call(
        _of_subscription("RedrivePolicy", "{}"),
        en="messages that could not be delivered are no longer kept in that queue",
        ja="配信できなかったメッセージは、そのキューに残らなくなります",
    ),
    (_SUBSCRIPTION, "listener"): by_call(
        _unsubscribe,
        en="that address no longer receives alarms; to return, it has to confirm again",
        ja="この宛先にアラームは届かなくなります。再登録には承認が必要です",
        final=True,
    ),
}
