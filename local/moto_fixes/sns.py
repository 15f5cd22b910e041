"""SNS: an e-mail address must be confirmed by its owner; moto confirms everything by itself."""

import re
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from local.aws.moto import Moto, completing
from local.aws.request import Request, Response, refusal
from local.stack import confirmation_token

_CONFIRMED_BY_THE_OWNER = frozenset({"email", "email-json", "http", "https"})
_COUNT = r"(<key>Subscriptions{}</key>\s*<value>)\d+"


def _subscriptions(topic_arn: str, moto: Moto, region: str) -> list[Any]:
    everything = moto.backend("sns", region).subscriptions.values()
    return [entry for entry in everything if entry.topic.arn == topic_arn]


@completing
def subscribe(request: Request, moto: Moto, response: Response) -> Response:
    """Leave what its owner has to confirm pending."""
    params = request.parameters
    made = (params["Protocol"], params.get("Endpoint"))
    for subscription in _subscriptions(params["TopicArn"], moto, request.region):
        if (subscription.protocol, subscription.endpoint) == made:
            subscription.confirmed |= subscription.protocol not in _CONFIRMED_BY_THE_OWNER
            if not subscription.confirmed and params.get("ReturnSubscriptionArn") != "true":
                return _replaced(response, subscription.arn, "pending confirmation")
    return response


def confirm_subscription(request: Request, moto: Moto) -> Response:
    """Confirm the subscription that the token was sent to, and no other."""
    topic, token = request.parameters["TopicArn"], request.parameters["Token"]
    for subscription in _subscriptions(topic, moto, request.region):
        if confirmation_token(topic, subscription.endpoint) == token:
            subscription.confirmed = True
            answered = moto(request)
            arn = f"<SubscriptionArn>{subscription.arn}</SubscriptionArn>"
            body = re.sub(rb"<SubscriptionArn>[^<]*</SubscriptionArn>", arn.encode(), answered.body)
            return replace(answered, body=body)
    return refusal(request, "InvalidParameter", "Invalid parameter: Token")


def list_subscriptions(request: Request, moto: Moto) -> Response:
    """Show PendingConfirmation in place of the ARN of what is not confirmed."""
    response = moto(request)
    for subscription in list(moto.backend("sns", request.region).subscriptions.values()):
        if not subscription.confirmed:
            response = _replaced(response, subscription.arn, "PendingConfirmation")
    return response


list_subscriptions_by_topic = list_subscriptions


def get_topic_attributes(request: Request, moto: Moto) -> Response:
    """Count subscriptions by whether they are confirmed."""
    response = moto(request)
    topic = request.parameters["TopicArn"]
    confirmed = [
        subscription.confirmed for subscription in _subscriptions(topic, moto, request.region)
    ]
    body = response.body.decode()
    for name, count in (("Confirmed", sum(confirmed)), ("Pending", confirmed.count(False))):
        body = re.sub(_COUNT.format(name), rf"\g<1>{count}", body)
    return replace(response, body=body.encode())


def get_data_protection_policy(request: Request, moto: Moto) -> Response:
    """Answer with a topic's data protection policy, which moto does not know: empty until it is put."""
    arn = request.parameters["ResourceArn"]
    if arn not in moto.backend("sns", request.region).topics:
        return refusal(request, "NotFound", "Topic does not exist", 404)
    policy = escape(moto.noted(request, "data_protection").get(arn, ""))
    return _answer(request, f"<DataProtectionPolicy>{policy}</DataProtectionPolicy>")


def put_data_protection_policy(request: Request, moto: Moto) -> Response:
    params = request.parameters
    moto.noted(request, "data_protection")[params["ResourceArn"]] = params["DataProtectionPolicy"]
    return _answer(request, "")


def _answer(request: Request, members: str) -> Response:
    """Write an answer in the protocol that SNS speaks."""
    name = request.operation
    body = (
        f'<{name}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">'
        f"<{name}Result>{members}</{name}Result>"
        "<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata>"
        f"</{name}Response>"
    )
    return Response(status=200, headers={"Content-Type": "text/xml"}, body=body.encode())


def _replaced(response: Response, arn: str, text: str) -> Response:
    written = f"<SubscriptionArn>{arn}</SubscriptionArn>".encode()
    return replace(
        response,
        body=response.body.replace(written, f"<SubscriptionArn>{text}</SubscriptionArn>".encode()),
    )
