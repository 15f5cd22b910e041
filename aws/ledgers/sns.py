"""SNS: what of topics need not be asked; the kind says what becomes of the rest."""

from aws.ledger import Coverage

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
