"""SNS: the topics that alarms tell, and who listens. What AWS answers in a map of attributes, by name."""

from collections.abc import Mapping

from aws.ledger import Closed, Coverage, Entry, Harmless, Judged, Ledger, Operation, Resource, asked
from aws.words import Words

TOPIC = Words(en="topic", ja="トピック")
SUBSCRIPTION = Words(en="subscription", ja="サブスクリプション")

NEXT = Harmless("where the next page begins; every page is read")
NAMES = Harmless("an id or ARN of what its name says already")
COUNT = Harmless("the subscriptions are listed")
FEEDBACK = Harmless("notes in a log what was delivered; the messages stay what they are")
FIFO_ONLY = Harmless("about FIFO topics, which are red as such")

TOPIC_ATTRIBUTES: Mapping[str, Entry] = {
    "DeliveryPolicy": Judged("delivery_policy"),
    "DisplayName": Harmless("the sender's name in a mail"),
    "EffectiveDeliveryPolicy": Harmless("told by the delivery policy"),
    "MaximumMessageSize": Judged("max_message_bytes"),
    "Owner": NAMES,
    "Policy": Judged("policy"),
    "SignatureVersion": Harmless("how a message is signed; a listener takes either"),
    "SubscriptionsConfirmed": COUNT,
    "SubscriptionsDeleted": COUNT,
    "SubscriptionsPending": COUNT,
    "TopicArn": Judged("arn"),
    "TracingConfig": Harmless("whether a trace passes through; the message stays what it is"),
    "KmsMasterKeyId": Judged("kms_key"),
    "FifoTopic": Judged("fifo"),
    "ArchivePolicy": FIFO_ONLY,
    "BeginningArchiveTime": FIFO_ONLY,
    "ContentBasedDeduplication": FIFO_ONLY,
    "FifoThroughputScope": FIFO_ONLY,
    **dict.fromkeys(
        (
            f"{protocol}{told}"
            for protocol in ("HTTP", "Firehose", "Lambda", "Application", "SQS")
            for told in (
                "SuccessFeedbackRoleArn",
                "SuccessFeedbackSampleRate",
                "FailureFeedbackRoleArn",
            )
        ),
        FEEDBACK,
    ),
}
"""Attributes of a topic -> what becomes of each."""
SUBSCRIPTION_ATTRIBUTES: Mapping[str, Entry] = {
    "ConfirmationWasAuthenticated": Harmless("who may end the subscription"),
    "DeliveryPolicy": Judged("delivery_policy"),
    "EffectiveDeliveryPolicy": Harmless("told by the delivery policy"),
    "Endpoint": Harmless("the listing tells it"),
    "FilterPolicy": Judged("filter_policy"),
    "FilterPolicyScope": Judged("filter_scope"),
    "Owner": NAMES,
    "PendingConfirmation": Harmless("the listing tells it"),
    "Protocol": Harmless("the listing tells it"),
    "RawMessageDelivery": Judged("raw"),
    "RedrivePolicy": Judged("redrive"),
    "ReplayPolicy": FIFO_ONLY,
    "ReplayStatus": FIFO_ONLY,
    "SubscriptionArn": NAMES,
    "SubscriptionRoleArn": Harmless("about Firehose, which tells no person"),
    "TopicArn": NAMES,
}
"""Attributes of a subscription -> what becomes of each."""

LEDGER: Ledger = {
    "sns:GetTopicAttributes": Operation(
        needs=frozenset({"Attributes"}),
        resources={},
        members={"Attributes": Judged("attributes")},
    ),
    "sns:ListSubscriptionsByTopic": Operation(
        needs=frozenset({"Subscriptions"}),
        resources={},
        members={
            "Subscriptions.SubscriptionArn": Judged("confirmed"),
            "Subscriptions.Owner": NAMES,
            "Subscriptions.Protocol": Judged("protocol"),
            "Subscriptions.Endpoint": Judged("endpoint"),
            "Subscriptions.TopicArn": NAMES,
            "NextToken": NEXT,
        },
    ),
    "sns:GetSubscriptionAttributes": Operation(
        needs=frozenset({"Attributes"}),
        resources={},
        members={"Attributes": Judged("attributes")},
    ),
    "sns:GetDataProtectionPolicy": Operation(
        resources={"": Resource(kind=TOPIC, name=asked("ResourceArn"))},
        members={
            "DataProtectionPolicy": Closed(
                Words(en="data protection policy", ja="データ保護ポリシー")
            )
        },
    ),
}

PUSH = "about push notifications to devices, of which the rally has none"
SMS = "about text messages of the account; a listener by text message is judged by its subscription"
COVERAGE = Coverage(
    speaks_by=frozenset({"TopicArn", "ResourceArn", "SubscriptionArn"}),
    ignored={
        "sns:GetSMSAttributes": SMS,
        "sns:GetSMSSandboxAccountStatus": SMS,
        "sns:ListOriginationNumbers": SMS,
        "sns:ListPhoneNumbersOptedOut": SMS,
        "sns:ListSMSSandboxPhoneNumbers": SMS,
        "sns:ListPlatformApplications": PUSH,
        "sns:ListSubscriptions": "of all topics what is asked of each of ours",
        "sns:ListTagsForResource": "tags of topics decide nothing",
        "sns:ListTopics": "topics that no alarm of ours tells",
    },
)
