"""Alarms that fire, each with its page, and those that are absent."""

from aws.converge import other_alarm
from aws.firing import watches
from aws.kinds.alarm import Alarm
from aws.words import Words
from runbook.diagnosis.own_runs import OwnRuns
from runbook.engine import StepContext
from signoff.environment import in_japan


def report_alarms(context: StepContext, ours: OwnRuns) -> None:
    """Report each alarm in ALARM, and how many planned ones do not exist under any name."""
    found = other_alarm.read_all(context)
    there = [
        (
            want,
            [
                candidate
                for candidate in found
                if candidate.name == want.name or watches(candidate, want)
            ],
        )
        for want in context.plan.alarms
    ]
    kinds = {watching.name: (watching, want.kind) for want, some in there for watching in some}
    burning = [(watching, kind) for watching, kind in kinds.values() if watching.state == "ALARM"]
    for alarm, kind in burning:
        context.tell(_told(alarm, kind, ours))
    if absent := sum(not some for _, some in there):
        remedy = f"python -m runbook monitoring --env {context.environment.name} --go"
        context.say(
            en=f"{absent} alarms do not exist: {remedy}",
            ja=f"アラームが{absent}個ありません: {remedy}",
        )
    if not burning:
        context.say(en="no alarm is firing", ja="発報中のアラームはありません")


def _told(alarm: Alarm, kind: str, ours: OwnRuns) -> Words:
    since = in_japan(alarm.state_since) if alarm.state_since else "?"
    if alarm.state_since and ours.fired(alarm.state_since):
        return Words(
            en=f"{alarm.name} since {since}: one of our own runs may have fired it, and it ends by itself",
            ja=f"{alarm.name} ({since}から): 自分たちの実行によるものと考えられ、自然に収まります",
        )
    return Words(
        en=f"{alarm.name} since {since}: runbook/pages/alarms.en.md#{kind}",
        ja=f"{alarm.name} ({since}から): runbook/pages/alarms.ja.md#{kind}",
    )
