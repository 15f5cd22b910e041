"""Find the likely cause of an unexplained fault from the evidence.

It changes nothing. Start here when an alarm fires or a row is red without a remedy of its own.

原因不明の異常について、証拠を集めて考えられる原因を示す。

何も変更しません。アラームが発報したとき、または固有の対処がない項目が不合格のときに、最初に実行します。
"""

from dataclasses import replace

from aws.change import Changes
from aws.converge import alarm as alarms
from aws.desired import Function
from aws.words import Words
from runbook import releases
from runbook.diagnosis.cause import cause
from runbook.diagnosis.telemetry import MetricQuery, measured, tell_signs
from runbook.engine import StepContext, step

PAST_THE_PROCEDURES = cause(
    "a change past the procedures",
    "手順を通さない変更",
    "python -m runbook rollback_functions --env {env} --go",
)


@step("troubleshooting")
def see_which_alarms_burn(context: StepContext) -> Changes:
    """Check which alarms are in ALARM, and since when.

    発報中のアラームと、その開始時刻を確認する。
    """
    found = alarms.read(context, context.plan.alarms)
    burning = [one for one in context.plan.alarms if _state(found.get(one.name)) == "ALARM"]
    for one in burning:
        since = found[one.name].get("StateUpdatedTimestamp")
        context.tell(
            Words(
                en=f"{one.name} since {since}: runbook/pages/alarms.en.md#{one.kind}",
                ja=f"{one.name} ({since}から): runbook/pages/alarms.ja.md#{one.kind}",
            )
        )
    absent = [one.name for one in context.plan.alarms if one.name not in found]
    if absent:
        remedy = f"python -m runbook monitoring --env {context.environment.name} --go"
        context.tell(
            Words(
                en=f"{len(absent)} alarms do not exist: {remedy}",
                ja=f"アラームが{len(absent)}個ありません: {remedy}",
            )
        )
    if not burning:
        context.tell(Words(en="no alarm is firing", ja="発報中のアラームはありません"))
    return ()


@step("troubleshooting")
def see_what_was_changed(context: StepContext) -> Changes:
    """Check whether what is live is what was released.

    Suspect a change that bypassed the procedures, or a recent release, first.

    稼働中の内容が、記録されたリリースと一致するかを確認する。

    手順を通さない変更や直前のリリースを、まず疑います。
    """
    recorded, live = context.recorded(releases.KIND), releases.read_live(context)
    for one in releases.record(replace(context, go=False), recorded, live):
        context.tell(
            Words(
                en=f"live differs from the recorded release: {one.before} -> {one.after}",
                ja=f"稼働中の内容が記録されたリリースと異なります: {one.before} -> {one.after}",
            )
        )
        context.tell(PAST_THE_PROCEDURES.told(context.environment.name))
    return ()


@step("troubleshooting")
def see_what_functions_say(context: StepContext) -> Changes:
    """Count errors, faults and throttles of the last hour, and what the logs mention.

    Lines are counted by what they mean, and not shown: a log may hold more than a ticket should.

    直近1時間のエラー、障害、スロットリングと、ログの内容を集計する。

    ログは意味ごとに数え、本文は表示しません。チケットに載せるべきでない情報が含まれ得るためです。
    """
    figures = measured(context, [one for f in context.plan.functions for one in _metrics(f)])
    for label, value in sorted(figures.items()):
        if value:
            context.tell(
                Words(
                    en=f"{label}: {value:g} in the last hour",
                    ja=f"{label}: 直近1時間で{value:g}",
                )
            )
    spoken = [tell_signs(context, function) for function in context.plan.functions]
    if not any(spoken):
        context.tell(
            Words(
                en="the functions' logs of the last hour show no known sign",
                ja="直近1時間の関数ログに、既知の兆候はありません",
            )
        )
    return ()


def _metrics(function: Function) -> tuple[MetricQuery, ...]:
    named = {"FunctionName": function.name}
    counted = [("AWS/Lambda", name) for name in ("Errors", "Throttles")]
    return tuple(
        MetricQuery(label=f"{function.name} {name}", namespace=space, name=name, dimensions=named)
        for space, name in [*counted, ("StampRally", "Faults")]
    )


def _state(alarm: object) -> str | None:
    return alarm.get("StateValue") if isinstance(alarm, dict) else None
