"""Set up the alarms and who receives them, the dashboard, and how long logs are kept.

The guide watches throttling by `UserErrors` of each table. That metric has no table dimension and does
not count throttling, so its alarm never fires. The procedure uses `ReadThrottleEvents` and
`WriteThrottleEvents`, of the tables and of their indexes.

アラームとその通知先、ダッシュボード、ログ保持期間を設定する。

手順書はスロットリングをテーブルごとの`UserErrors`で監視しますが、このメトリクスにはテーブル名のディメンションが
なく、スロットリングも数えません。このアラームが発報することはありません。この手順では、テーブルとインデックスの
`ReadThrottleEvents`と`WriteThrottleEvents`を使います。
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.change.gate import Changes
from aws.converge import alarm, dashboard, log_group, rest_api, topic
from aws.desired import Alarm, LogGroup
from runbook.engine import StepContext, ask, step

OF_ALARMS = ("MON-01", "MON-02", "MON-03", "MON-04", "MON-05")


@step("6-1")
def create_the_topic(context: StepContext) -> Changes:
    """Create the topic that alarms notify, and allow CloudWatch to publish to it.

    If the existing alarms notify people through topics of their own, no further topic is created.

    アラームの通知先となるトピックを作成し、CloudWatchからの発行を許可する。

    既存のアラームが別のトピックで人に通知している場合は、作成しません。
    """
    needed = _needed(context, alarm.read(context, context.plan.alarms))
    if not (needed or topic.is_there(context, context.plan.topic)):
        return ()
    return topic.converge(context, context.plan.topic, [alarm.name for alarm in needed])


@step("6-1", proves=OF_ALARMS)
def create_the_alarms(context: StepContext) -> Changes:
    """Create the alarms of functions, API, tables and indexes.

    Alarms sum over the period in `environments.toml` (`alarms.period_s`; five minutes in the guide), and
    missing data fires none. Errors that a function answers itself never reach Lambda's own count, so the
    functions' count of faults has alarms of its own. If an alarm of another name fires whenever the planned
    one would, and reaches a person, no second one is created.

    関数、API、テーブル、インデックスのアラームを作成する。

    `environments.toml`の期間（`alarms.period_s`、手順書では5分）の合計で判定し、データがない間は発報しません。
    関数が自分で500を返した場合はLambdaのエラー数に現れないため、関数が記録する障害数にも専用のアラームを
    設けます。別名のアラームが同じ条件で必ず発報し、人に届く場合は、重ねて作成しません。
    """
    current = alarm.read(context, context.plan.alarms)
    return alarm.converge(context, _needed(context, current), current)


@step("6-2", proves=("MON-10", "MON-11"))
def create_the_dashboard(context: StepContext) -> Changes:
    """Create the dashboard with its five widgets.

    A dashboard that shows all that it has to, on resources that exist, stays as it is. The widgets of any
    other are shown, and replaced only after you agree.

    5種類のウィジェットを持つダッシュボードを作成する。

    ダッシュボードに不足や存在しない対象がある場合、既存のウィジェットは内容を表示し、確認のうえ置き換えます。
    """
    planned = context.plan.dashboard
    redrawn = dashboard.converge(replace(context, go=False), planned)
    if any(not change.creates for change in redrawn) and context.all_green("MON-10", "MON-11"):
        return ()
    return dashboard.converge(context, planned)


@step("6-3", proves=("MON-05", "MON-12", "MON-13"))
def keep_logs_as_long_as_decided(context: StepContext) -> Changes:
    """Set how long the logs of functions and API are kept.

    That includes API Gateway's own execution log, which never expires by default. Where logs were kept
    for ever, older ones are deleted, so this asks first.

    関数とAPIのログ保持期間を設定する。

    既定では無期限のAPI Gateway実行ログも対象です。無期限だったロググループでは古いログが消えるため、
    先に確認を求めます。
    """
    groups = list(context.plan.log_groups)
    if api := rest_api.find(context, context.plan.api):
        name = f"API-Gateway-Execution-Logs_{api['id']}/{context.plan.api.stage}"
        days = context.environment.retention_days
        groups.append(LogGroup(name=name, retention_days=days, tags=context.plan.tags))
    return context.each(log_group.converge, groups)


@step("6-1")
def name_who_hears_of_it(context: StepContext) -> Changes:
    """Subscribe the address of the environment to the topic.

    An environment that is not production may have none (`alert_email`): its alarms then notify no person.

    環境の定義にあるメールアドレスをトピックに登録する。

    本番以外の環境では省略できます（`alert_email`）。その場合、アラームは誰にも通知されません。
    """
    if not _notifies(context):
        return ()
    return topic.converge_subscription(context, context.plan.topic, context.mailed)


def _needed(context: StepContext, current: Mapping[str, Any]) -> list[Alarm]:
    """Return the alarms to bring to the plan: those that are there, and those that no other one makes needless.

    Whether one that is heard in a roundabout way does so, or one that people decided about, only the checks say.
    """
    absent = [alarm for alarm in context.plan.alarms if alarm.name not in current]
    planned = context.plan.alarms
    needless = alarm.doing_the_same(context, absent, planned) if absent else frozenset[str]()
    needed = [alarm for alarm in absent if alarm.name not in needless]
    if needless and needed and context.all_green(*OF_ALARMS, "MON-06"):
        needed = []
    return [alarm for alarm in planned if alarm.name in current or alarm in needed]


def _notifies(context: StepContext) -> bool:
    """Whether people are to hear of it, and the planned topic exists, or an alarm is to notify it."""
    if not context.environment.notifies_people:
        return False
    current = alarm.read(context, context.plan.alarms)
    return topic.is_there(context, context.plan.topic) or bool(_needed(context, current))


def _is_confirmed(context: StepContext) -> bool:
    return not _notifies(context) or topic.is_confirmed(context, context.plan.topic)


@ask("6-1", proves=("MON-06",), is_done=_is_confirmed)
def confirm_the_mail() -> None:
    """Open the mail from AWS Notifications and confirm the subscription.

    Until then, no alarm reaches a person. The link is valid for two days.

    AWS Notificationsからのメールを開き、登録を承認する。

    承認されるまで、アラームは誰にも届きません。リンクの有効期間は2日間です。
    """
