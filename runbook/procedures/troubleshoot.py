"""Find the likely cause of an unexplained fault from the evidence.

It changes nothing. Start here when an alarm fires or a row is red without a remedy of its own.

原因不明の異常について、証拠を集めて考えられる原因を示す。

何も変更しません。アラームが発報したとき、または固有の対処がない項目が不合格のときに、最初に実行します。
"""

from dataclasses import replace

from aws.converge import other_alarm
from aws.converge.change import Changes
from aws.desired import Function
from aws.firing import watches
from aws.words import Words
from runbook import releases
from runbook.diagnosis.cause import cause
from runbook.diagnosis.telemetry import MetricQuery, measured, report_signs
from runbook.engine import StepContext, step
from runbook.engine.change_lines import parts
from signoff.environment.calendar import in_japan

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
    found = other_alarm.read_all(context)
    there = [
        (want, [one for one in found if one.name == want.name or watches(one, want)])
        for want in context.plan.alarms
    ]
    kinds = {one.name: (one, want.kind) for want, some in there for one in some}
    burning = [(one, kind) for one, kind in kinds.values() if one.state == "ALARM"]
    for one, kind in burning:
        since = in_japan(one.state_since) if one.state_since else "?"
        context.tell(
            Words(
                en=f"{one.name} since {since}: runbook/pages/alarms.en.md#{kind}",
                ja=f"{one.name} ({since}から): runbook/pages/alarms.ja.md#{kind}",
            )
        )
    absent = [want.name for want, some in there if not some]
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
    if recorded:
        live = releases.apart_from_versions(live, recorded)
    for one in releases.record(replace(context, go=False), recorded, live):
        for part in parts(one):
            context.tell(
                Words(
                    en=f"live differs from the recorded {part.field}: {part.before} -> {part.after}",
                    ja=f"稼働中の内容が記録された{part.field}と異なります: {part.before} -> {part.after}",
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
    spoken = [report_signs(context, function) for function in context.plan.functions]
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
