"""Whether a person is notified of an alarm: by its own topics, or by a composite alarm's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from aws.access.callers import alarm_beside, allows_publishing, usable
from aws.bounds import ABSENT, Bound, at_least, described, exactly, one_of, unset
from aws.composite import fires_with
from aws.difference import EXISTENCE, Difference
from aws.firing import CALL
from aws.iam.evaluation import IS_ALLOWED
from aws.inventory import Sections
from aws.kind.description import DEAD_LETTERS, ENCRYPTION_KEY
from aws.kinds.alarm import ACTIONS_ENABLED, ALARM, COMPOSITE, Alarm
from aws.kinds.topic import (
    DATA_PROTECTION,
    DELIVERY_POLICY,
    FILTER,
    FIRST_IN_FIRST_OUT,
    LARGEST_MESSAGE,
    LISTENER,
    RAW,
    REACHES_PEOPLE,
    SUBSCRIPTION,
    TOPIC,
    Subscription,
    Topic,
    masked_address,
)
from aws.section import NotTestable, Unread, every, lookup, readable
from aws.words import Words
from signoff.environment import Environment

TOPICS = Words(en="topics notified", ja="通知先トピック")
PLACE = Words(en="Region and account", ja="リージョンとアカウント")
HEARD_AT = Words(en="account that hears alarms as well", ja="アラームを併せて受け取るアカウント")
"""Another fact than `PLACE`: to decide it does not say that an alarm may reach that account alone."""
LAST_ACTION = Words(en="newest action", ja="最新のアクション")
PUBLISHING = Words(en="publishing by CloudWatch", ja="CloudWatchからの発行")
PEOPLE = Words(en="confirmed subscriptions of people", ja="承認済みの人宛てサブスクリプション数")

PLANNED = Words(en="subscription of the planned address", ja="計画したアドレスのサブスクリプション")
NOT_CONFIRMED = Words(en="none that is confirmed", ja="承認済みのものなし")
CONFIRMED = described(Words(en="confirmed", ja="確認済み"))

ALARM_BYTES = 16_384
"""More than the message of any alarm: its description has at most 1024 characters, its reason 1023."""

OF_TOPIC = "sns:GetTopicAttributes"
OF_SUBSCRIPTION = "sns:GetSubscriptionAttributes"
BY_PEOPLE = described(
    en="a topic that reaches a person, of the alarm itself or of a composite alarm that surely"
    " fires when it does",
    ja="人に届くトピック（アラーム自身、またはその発報時に必ず発報する複合アラームのもの）",
)
EXISTS = described(Words(en="there", ja="存在"))
REFUSED = Words(en="refused by its policy", ja="ポリシーにより拒否")
ALLOWED = described(IS_ALLOWED)
USABLE = described(
    en="an enabled key whose policy allows CloudWatch to use it, or none",
    ja="CloudWatchが使える有効なキー、または暗号化なし",
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Finds who is notified of alarms, in one environment."""

    sections: Sections
    environment: Environment
    now: datetime

    def faults(self, alarm: Alarm) -> tuple[Difference, ...]:
        """Return why no person is notified of this alarm; nothing if at least one topic reaches a person."""
        silences, failed = self._silent(alarm), alarm.failed_action
        if silences and any(not self._silent(firing) for firing in self._firing_with(alarm)):
            return ()
        # A person who decides that a topic reaches people another way has yet to see that nothing was sent to it.
        return (*silences, *([_of_alarm(alarm, LAST_ACTION, failed, unset())] if failed else ()))

    def route(self, alarm: Alarm) -> tuple[Alarm, ...]:
        """Return the alarms whose topics reach a person when this one fires."""
        if not self._silent(alarm):
            return (alarm,)
        return tuple(firing for firing in self._firing_with(alarm) if not self._silent(firing))

    def cut_off(self, alarm: Alarm) -> tuple[Difference, ...]:
        """Return what may keep an alarm's messages from the subscribers of its topics."""
        topics = {arn for sender in (alarm, *self.route(alarm)) for arn in _topics(sender)}
        return tuple(difference for arn in sorted(topics) for difference in self.interference(arn))

    def interference(self, arn: str) -> Iterator[Difference]:
        """Yield what is not planned of a topic and its subscriptions, and what could keep a message back."""
        topic = lookup(self.sections.topics, arn)
        if topic is None:
            return
        plain = dict.fromkeys((DATA_PROTECTION, DELIVERY_POLICY, FIRST_IN_FIRST_OUT), unset())
        yield from TOPIC.differences(arn, topic, plain, loosens=True)
        size = topic.max_message_bytes
        if size is not None and size < ALARM_BYTES:
            yield _of_topic(
                arn, LARGEST_MESSAGE, size, at_least(ALARM_BYTES, Words(en=" bytes", ja="バイト"))
            )
        for subscription in listening(topic):
            yield from _kept_back(topic, subscription)

    def others(self, email: str | None) -> Iterator[Difference]:
        """Yield topics elsewhere, subscribers other than the planned address, and where undelivered messages go."""
        topics = sorted({arn for alarm in every(self.sections.alarms) for arn in _topics(alarm)})
        beyond = (arn for arn in topics if arn.split(":")[4] != self.environment.account)
        for arn in beyond:
            yield replace(self._of_place(arn), fact=HEARD_AT, remedy="elsewhere")
        for topic in every(self.sections.topics):
            for subscription in topic.subscriptions:
                of = partial(of_subscription, topic, subscription, bound=unset())
                if email and subscription.confirmed and not self._reaches(email, subscription):
                    yield of(LISTENER, subscription.endpoint)
                if subscription.redrive:
                    yield of(DEAD_LETTERS, subscription.redrive)

    def _firing_with(self, alarm: Alarm) -> list[Alarm]:
        """Return the composite alarms that surely fire when the alarm does, directly or through others."""
        alarms = every(self.sections.alarms)
        composites = [candidate for candidate in alarms if candidate.type == COMPOSITE]
        names, above = frozenset({alarm.name}), list[Alarm]()
        while more := [
            composite
            for composite in composites
            if composite not in above and fires_with(composite.rule, names)
        ]:
            names |= {composite.name for composite in more}
            above += more
        return above

    def _silent(self, alarm: Alarm) -> tuple[Difference, ...]:
        """Return why an alarm's own topics reach no person."""
        if alarm.actions_enabled is not True:
            return (_of_alarm(alarm, ACTIONS_ENABLED, alarm.actions_enabled, exactly(value=True)),)
        topics = _topics(alarm)
        if not topics:
            return (_of_alarm(alarm, TOPICS, None, BY_PEOPLE),)
        faults, unknown = list[Difference](), list[NotTestable]()
        for arn in topics:
            try:
                silences = [*self._mute(arn, alarm)]
            except NotTestable as error:
                unknown.append(error)
                continue
            if not silences:
                return ()
            faults += silences
        if unknown:
            raise unknown[0]
        return tuple(faults)

    def _mute(self, arn: str, alarm: Alarm) -> Iterator[Difference]:
        """Yield what keeps a topic from notifying a person of an alarm: a decision on one thing hides no other."""
        if not (place := self._of_place(arn)).bound.holds(place.actual):
            yield place
            return
        if (topic := lookup(self.sections.topics, arn)) is None:
            yield _of_topic(arn, EXISTENCE, ABSENT, EXISTS)
            return
        by = alarm_beside(arn, alarm.name)
        if not (may := allows_publishing(topic, by, self.now)).allowed:
            yield _of_topic(arn, PUBLISHING, may.unknown or REFUSED, ALLOWED)
        if not usable(topic, lambda name: lookup(self.sections.keys, name), by, self.now):
            key = readable(self.sections.keys).get(topic.kms_key or "")
            state = f" ({key.state})" if key else ""
            yield _of_topic(arn, ENCRYPTION_KEY, f"{topic.kms_key}{state}", USABLE)
        if not any(subscription.confirmed for subscription in listening(topic)):
            yield _unconfirmed(arn, PEOPLE, 0, at_least(1))
        elif not self._notifies_the_planned(topic):
            yield _unconfirmed(arn, PLANNED, NOT_CONFIRMED, CONFIRMED)

    def _of_place(self, arn: str) -> Difference:
        """Compare where a topic is: in another Region or account, nothing is read of who listens."""
        here = exactly(f"{self.environment.region}:{self.environment.account}")
        return _of_topic(arn, PLACE, ":".join(arn.split(":")[3:5]), here, CALL)

    def _notifies_the_planned(self, topic: Topic) -> bool:
        """Whether the decided address, if there is one, is subscribed; others may be as well."""
        email = self.environment.alert_email
        return not email or any(
            subscription.confirmed and self._reaches(email, subscription)
            for subscription in topic.subscriptions
        )

    def _reaches(self, email: str, subscription: Subscription) -> bool:
        planned = masked_address("email", email, self.environment.prefix)
        return (subscription.protocol, subscription.endpoint) == ("email", planned)


def listening(topic: Topic) -> Iterator[Subscription]:
    """Yield the subscriptions that reach a person."""
    return (
        subscription
        for subscription in topic.subscriptions
        if subscription.protocol in REACHES_PEOPLE
    )


def _topics(alarm: Alarm) -> list[str]:
    return [arn for arn in alarm.alarm_actions if arn.split(":")[2:3] == ["sns"]]


def _kept_back(topic: Topic, subscription: Subscription) -> Iterator[Difference]:
    """Yield what a person's confirmed subscription filters out or changes."""
    if not subscription.confirmed:
        return
    if subscription.unread is not None:
        raise Unread(subscription.unread)
    of = partial(of_subscription, topic, subscription)
    if subscription.filter_policy and not _passes_alarms(subscription):
        yield of(FILTER, subscription.filter_policy, unset())
    if subscription.raw and subscription.protocol == "https":
        yield of(RAW, subscription.raw, one_of(False))
    if subscription.delivery_policy:
        yield of(DELIVERY_POLICY, subscription.delivery_policy, unset())


def _passes_alarms(subscription: Subscription) -> bool:
    """Whether a filter only requires that the state in the message body be ALARM."""
    policy = json.loads(subscription.filter_policy)
    states = policy.get("NewStateValue")
    alone = isinstance(states, list) and len(policy) == 1 and "ALARM" in states
    return alone and subscription.filter_scope == "MessageBody"


def _of_alarm(alarm: Alarm, fact: Words, actual: object, bound: Bound) -> Difference:
    return Difference(ALARM.words, alarm.name, fact, actual, bound, call=CALL, loosens=True)


def _of_topic(
    arn: str, fact: Words, actual: object, bound: Bound, call: str = OF_TOPIC
) -> Difference:
    return Difference(TOPIC.words, arn, fact, actual, bound, call=call, loosens=True)


def _unconfirmed(arn: str, fact: Words, actual: object, bound: Bound) -> Difference:
    """Return what a person alone can end, by the link in AWS's mail."""
    of_topic = _of_topic(arn, fact, actual, bound, "sns:ListSubscriptionsByTopic")
    return replace(of_topic, remedy="mail")


def of_subscription(
    topic: Topic, subscription: Subscription, fact: Words, actual: object, bound: Bound
) -> Difference:
    """Return a difference that names a subscription by topic and masked address: its ARN means nothing to a person."""
    name = f"{topic.arn.rpartition(':')[2]} {subscription.protocol} {subscription.endpoint}"
    return Difference(
        SUBSCRIPTION,
        name,
        fact,
        actual,
        bound,
        call=OF_SUBSCRIPTION,
        loosens=fact not in {LISTENER, DEAD_LETTERS},
        id=subscription.arn,
    )
