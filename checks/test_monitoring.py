"""MON: what would be noticed, when, and by whom."""

from datetime import datetime
from itertools import filterfalse

import pytest

from aws import desired
from aws.bounds import exactly, within
from aws.difference import unallowed
from aws.firing import misnamed, shortfalls
from aws.inventory import Sections
from aws.kinds.alarm import Alarm
from aws.kinds.dashboard import DASHBOARD, shown
from aws.kinds.function import FUNCTION, WRITES_TO
from aws.kinds.log_group import LOG_CLASS, LOG_GROUP, RETENTION, expiring
from aws.section import every, known, lookup
from aws.words import Words
from checks import alarms, dashboards
from checks.delivery import Delivery
from checks.deployed import Deployed
from checks.encryption import log_key_flaws
from checks.resource_policies import access, only_counts, unplanned_attachments
from plan import Plan
from signoff.environment import Environment, where
from signoff.evidence import Records
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.observations import Observations

JUDGED = (
    "metric",
    "dimensions",
    "statistic",
    "period_s",
    "evaluation_periods",
    "datapoints_to_alarm",
    "threshold",
    "comparison",
    "missing_data",
    "expressions",
)
COUNTED = {
    "function-errors": expectation(
        "MON-01", en="errors of every function are counted", ja="すべての関数のエラーを監視している"
    ),
    "api-4xx": expectation(
        "MON-02", en="client errors of the api are counted", ja="APIの4XXエラーを監視している"
    ),
    "api-5xx": expectation(
        "MON-03", en="server errors of the api are counted", ja="APIの5XXエラーを監視している"
    ),
    "throttle": expectation(
        "MON-04",
        en="throttling of every table and index is counted",
        ja="すべてのテーブルとインデックスのスロットリングを監視している",
    ),
    "function-faults": expectation(
        "MON-05", en="faults of every function are counted", ja="すべての関数の障害を監視している"
    ),
}
"""Kind of alarm -> the row that its alarms prove, and what they prove."""
EXECUTION_LOGS = "API-Gateway-Execution-Logs_{api}/{stage}"
"""Made by API Gateway itself as soon as a stage logs its executions, and never expiring."""
GHOSTS = Words(en="resources shown that do not exist", ja="表示しているが存在しないリソース")


@pytest.fixture
def live(alarm: desired.Alarm, delivery: Delivery, row: str) -> Alarm:
    return alarms.alarm_for(alarm, delivery, row)


def test_alarm_counts_what_it_watches(
    watched: desired.Alarm, delivery: Delivery, plan: Plan, row: str, judge: Judge
) -> None:
    alarm = judge.observe(alarms.alarm_for(watched, delivery, row), *JUDGED)

    judge((*shortfalls(alarm, watched), *misnamed(alarm, plan.alarms)))


@expectation("MON-05", ja="ログの障害がメトリクスになる")
def test_faults_in_the_logs_become_a_metric(
    function: desired.Function, plan: Plan, deployed: Deployed, judge: Judge
) -> None:
    planned = next(
        log_group for log_group in plan.log_groups if log_group.name == function.log_group
    )
    counted = {LOG_CLASS: planned.bounds[LOG_CLASS]}
    judge.hold(LOG_GROUP, deployed.log_group(planned), counted, loosens=True)


@expectation("MON-06", ja="アラームが人に届く")
def test_alarm_reaches_a_person(live: Alarm, delivery: Delivery, judge: Judge) -> None:
    judge.observe(live, "actions_enabled", "alarm_actions")
    judge.observe.note(failed_action=live.failed_action)

    judge(alarms.unnotified(live, delivery, judge.decisions))


@expectation("MON-07", ja="アラームが発報していない")
def test_alarm_is_not_in_alarm(live: Alarm, records: Records, now: datetime, judge: Judge) -> None:
    judge.observe(live, "state", "state_since")

    judge(alarms.in_alarm_state([live], records, now))


@expectation("MON-07", ja="本環境の他のアラームも発報していない")
def test_no_other_alarm_of_ours_is_in_alarm(
    sections: Sections, records: Records, now: datetime, judge: Judge
) -> None:
    others = [alarm for alarm in every(sections.alarms) if not alarms.scales(alarm)]
    judge.observe.note(alarms=len(others))

    judge(alarms.in_alarm_state(others, records, now))


@expectation("MON-08", ja="アラームがミュートも抑制もされていない")
def test_alarm_is_neither_muted_nor_held_back(
    live: Alarm, delivery: Delivery, judge: Judge
) -> None:
    judge.observe(live, "alarm_actions")
    held_back = alarms.silencing(live, delivery)
    judge.observe.note(unplanned=[difference.what for difference in held_back])

    judge(held_back)


@expectation("MON-08", ja="本環境のアラームは通知だけを行う")
def test_alarms_of_ours_only_tell(sections: Sections, judge: Judge) -> None:
    judge.observe.note(alarms=len(every(sections.alarms)))

    judge(alarms.other_actions(sections))


@expectation("MON-09", ja="トピックがアラームの通知を伝える")
def test_topic_passes_on_what_alarms_tell_it(live: Alarm, delivery: Delivery, judge: Judge) -> None:
    judge.observe(live, "alarm_actions")

    judge(delivery.cut_off(live))


@expectation("MON-10", ja="ダッシュボードに各種類のウィジェットがある")
def test_dashboard_has_a_widget_of_each_kind(
    widget: desired.Widget, deployed: Deployed, judge: Judge
) -> None:
    dashboard = deployed.dashboard()
    judge.observe.note(
        dashboard=dashboard.name, titles=[shown.title for shown in dashboard.widgets]
    )

    judge(dashboards.lacking_kind(dashboard, widget))


@expectation("MON-11", ja="ダッシュボードがその種類の対象をすべて表示する")
def test_dashboard_shows_every_subject_of_a_kind(
    widget: desired.Widget, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    dashboard = deployed.dashboard()
    judge.observe.note(dashboard=dashboard.name, metrics=len(shown(dashboard.widgets)))

    lacking, fact = dashboards.lacking_kind(dashboard, widget), dashboards.absent_from(widget)
    judge.follow("MON-10", lacking, dashboards.not_shown(dashboard, widget))
    missing = [] if lacking else dashboards.missing_from(dashboard, widget, environment)
    compared = {fact: (missing, within(()))}
    judge.compare(DASHBOARD.words, dashboard.name, compared, **dashboards.about(dashboard))


@expectation("MON-11", ja="ダッシュボードが存在するものだけを表示する")
def test_dashboard_shows_only_what_exists(
    deployed: Deployed, sections: Sections, plan: Plan, environment: Environment, judge: Judge
) -> None:
    dashboard = deployed.dashboard()
    judge.observe.note(dashboard=dashboard.name, metrics=len(shown(dashboard.widgets)))

    compared = {
        GHOSTS: (frozenset(dashboards.ghosts(dashboard, sections, plan, environment)), within(()))
    }
    judge.compare(DASHBOARD.words, dashboard.name, compared, call=dashboards.GET_DASHBOARD)


@expectation("MON-12", ja="ロググループが存在する")
def test_log_group_exists(
    log_group: desired.LogGroup, deployed: Deployed, observe: Observations
) -> None:
    observe(deployed.log_group(log_group), "arn")


@expectation("MON-12", ja="関数が自身のロググループに書き込む")
def test_function_writes_into_its_log_group(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    planned = {WRITES_TO: exactly(function.log_group)}
    judge.hold(FUNCTION, deployed.function(function), planned, loosens=True)


@expectation("MON-13", ja="APIの実行ログに保持期間がある")
def test_execution_logs_of_the_api_do_expire(
    deployed: Deployed, sections: Sections, plan: Plan, judge: Judge
) -> None:
    name = EXECUTION_LOGS.format(api=deployed.rest_api().id, stage=plan.api.stage)
    group = lookup(sections.log_groups, name)
    judge.observe.note(
        group=name, retention_days=group.retention_days if group else "no such group"
    )

    bounds = {RETENTION: expiring()} if group else {}
    judge(LOG_GROUP.differences(name, group, bounds, loosens=True))


@expectation("MON-13", ja="ログの保持期間が決定どおりである")
def test_logs_are_kept_as_long_as_decided(
    log_group: desired.LogGroup, deployed: Deployed, judge: Judge
) -> None:
    bounds = {RETENTION: log_group.bounds[RETENTION]}
    about = {"decided_in": where("retention_days"), "loosens": True}
    judge.hold(LOG_GROUP, deployed.log_group(log_group), bounds, **about)


@expectation("MON-15", ja="ロググループに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_log_group(
    log_group: desired.LogGroup, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    attached = deployed.log_group_attachments(log_group)
    counts = only_counts(environment.application.metrics)
    judge.attached(filterfalse(counts, attached), group=log_group.name)


@expectation("MON-15", ja="ロググループの暗号化キーが使える")
def test_key_of_the_log_group_can_be_used(
    log_group: desired.LogGroup,
    deployed: Deployed,
    sections: Sections,
    now: datetime,
    judge: Judge,
) -> None:
    group = judge.observe(deployed.log_group(log_group), "kms_key")

    judge(log_key_flaws(group, sections, now))


@expectation("MON-15", ja="アカウントの設定が本環境のログに影響しない")
def test_account_leaves_our_logs_as_they_are(
    sections: Sections, plan: Plan, environment: Environment, judge: Judge
) -> None:
    attached = unplanned_attachments(sections, [group.name for group in plan.log_groups])
    judge.observe.note(policies=len(attached))

    altering = filterfalse(only_counts(environment.application.metrics), attached)
    judge((*unallowed(altering), *access(sections)))


@expectation("MON-16", ja="ほかにアラームの通知を受ける者がいない")
def test_only_planned_addresses_receive_the_alarms(
    delivery: Delivery, plan: Plan, judge: Judge
) -> None:
    judge.observe.note(topics=len(known(delivery.sections.topics)), planned=bool(plan.topic.email))

    judge(delivery.others(plan.topic.email))


@expectation("MON-16", ja="ほかにロググループの内容を集計するものがない")
def test_nothing_else_counts_what_the_log_group_holds(
    log_group: desired.LogGroup, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    attached = deployed.log_group_attachments(log_group)
    counts = only_counts(environment.application.metrics)
    judge.attached(filter(counts, attached), group=log_group.name)
