"""The calls that undo what nobody planned of alarms and log groups; ``attachments`` says which fact takes which."""

from typing import Any

from aws.change import ChangeContext


def unmute(context: ChangeContext, alarm: str, found: str) -> None:
    """Take the alarm out of a mute rule; a rule that is left with none goes."""
    client, rule = context.client("cloudwatch"), found.partition(": ")[0]
    read = client.get_alarm_mute_rule(AlarmMuteRuleName=rule)
    others = [name for name in read["MuteTargets"]["AlarmNames"] if name != alarm]
    if not others:
        client.delete_alarm_mute_rule(AlarmMuteRuleName=rule)
        return
    kept: dict[str, Any] = {
        name: read[name]
        for name in ("Name", "Description", "Rule", "StartDate", "ExpireDate")
        if name in read
    }
    client.put_alarm_mute_rule(**kept, MuteTargets={"AlarmNames": others})


def stop_copying(context: ChangeContext, group: str, found: str) -> None:
    """Delete the subscription filters to the destinations that were shown."""
    client = context.client("logs")
    pages = client.get_paginator("describe_subscription_filters").paginate(logGroupName=group)
    for one in [one for page in pages for one in page["subscriptionFilters"]]:
        if one["destinationArn"] in found.split(", "):
            client.delete_subscription_filter(logGroupName=group, filterName=one["filterName"])


def stop_counting(context: ChangeContext, group: str, found: str) -> None:
    """Delete the metric filters into the namespaces that were shown."""
    client = context.client("logs")
    pages = client.get_paginator("describe_metric_filters").paginate(logGroupName=group)
    for one in [one for page in pages for one in page["metricFilters"]]:
        into = {made["metricNamespace"] for made in one["metricTransformations"]}
        if into & set(found.split(", ")):
            client.delete_metric_filter(logGroupName=group, filterName=one["filterName"])


def unmask(context: ChangeContext, group: str, _: str) -> None:
    context.client("logs").delete_data_protection_policy(logGroupIdentifier=group)


def end_account_policy(context: ChangeContext, kind: str, found: str) -> None:
    for name in found.split(", "):
        context.client("logs").delete_account_policy(policyType=kind, policyName=name)
