"""SEC-10 to SEC-19, SEC-23 to SEC-26, SEC-28: each role may do what its function needs; no other person may do anything."""

from datetime import datetime

import pytest

from aws import desired
from aws.access.assuming import trust_flaws
from aws.access.callers import CALLERS, callers_of, strangers
from aws.access.keys import unusable_for
from aws.access.privileges import lacks
from aws.access.surplus_permissions import unsound
from aws.access.targets import INVOCATION
from aws.bounds import exactly, within
from aws.inventory import Sections
from aws.kinds.function import FUNCTION
from aws.kinds.function_invocation import URLS, spans
from aws.kinds.role import ROLE
from aws.kinds.secret import SECRET
from aws.kinds.table import TABLE
from aws.section import every, known
from aws.words import Words
from checks import access
from checks.deployed import Deployed
from checks.encryption import denied_keys, keys_of
from checks.functions import role_is_gone, unread_versions
from checks.reached import automated
from checks.role_permissions import RolePermissions, denied_by_boundary, unclear
from plan import Plan
from signoff.environment import Environment
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.observations import Observations
from signoff.judge.snapshot import Snapshot

UNSOUND = Words(en="wrong ARNs of secrets", ja="正しくないシークレットのARN")
OF_ROLE = {"call": "iam:GetAccountAuthorizationDetails"}


@pytest.fixture
def permissions(
    role: desired.Role, deployed: Deployed, judge: Judge, now: datetime
) -> RolePermissions:
    judge.observe(deployed.role(role), "policies", "boundary")
    return RolePermissions(deployed, role, judge, now)


@expectation("SEC-10", ja="ロールが計画した名前で存在する")
def test_role_exists_under_its_name(
    role: desired.Role, deployed: Deployed, observe: Observations
) -> None:
    observe(deployed.role(role), "arn")


@expectation("SEC-10", ja="関数が自身のロールで動く")
def test_function_runs_under_its_own_role(
    function: desired.Function, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    used = judge.observe(deployed.function(function), "role_arn").role_arn
    own = judge.observe(deployed.role(function.role), "arn").arn

    gone = role_is_gone(used, function.role, deployed, environment)
    about = {"call": "lambda:GetFunction", "decidable": not gone, "stops_calls": gone}
    compared = {ROLE.words: (used, exactly(own))}
    judge.compare(FUNCTION.words, function.name, compared, loosens=True, **about)


@expectation("SEC-11", ja="ロールを引き受けられるのがLambdaだけである")
def test_role_is_trusted_by_lambda_only(
    role: desired.Role, deployed: Deployed, judge: Judge, now: datetime
) -> None:
    current = judge.observe(deployed.role(role), "trust")

    judge(trust_flaws(current, role, now))


@expectation("SEC-12", ja="ロールに計画外の権限がない")
def test_role_may_do_nothing_beyond_the_plan(
    permissions: RolePermissions, row: str, judge: Judge
) -> None:
    judge(permissions.surplus(row))
    permissions.follow_graver(row)
    permissions.follow_names()


@expectation("SEC-13", ja="ロールに必要な権限がそろっている")
def test_role_lacks_nothing_that_it_needs(permissions: RolePermissions, judge: Judge) -> None:
    judge.observe.note(required=permissions.want.required, secrets=permissions.secrets)

    missing = permissions.missing()
    judge(lacks(permissions.current, permissions.surely_needed(missing)))
    judge(unclear(permissions.current, missing))


@expectation("SEC-13", ja="暗号化に使うキーのポリシーも、ロールにその使用を許している")
def test_role_may_use_the_keys_of_what_it_reads(
    role: desired.Role, deployed: Deployed, environment: Environment, judge: Judge, now: datetime
) -> None:
    current = judge.observe(deployed.role(role), "policies", "boundary")
    uses, sections = keys_of(role, deployed, environment, judge.decisions), deployed.sections
    judge.observe.note(kms_keys=[use.name for use in uses])

    judge(unusable_for(current, role, uses, sections, now))
    judge(denied_keys(current, role, uses, sections, now))


@expectation("SEC-14", ja="ロールに権限昇格や全権限がない")
def test_role_can_neither_widen_itself_nor_do_everything(
    permissions: RolePermissions, row: str, judge: Judge
) -> None:
    judge(permissions.surplus(row))


@expectation("SEC-15", ja="ロールが本環境の外に届かない")
def test_role_reaches_nothing_outside_this_environment(
    permissions: RolePermissions, row: str, judge: Judge
) -> None:
    judge(permissions.surplus(row))
    permissions.follow_graver(row)


@expectation("SEC-16", ja="シークレットを正確なARNで指定している")
def test_secret_is_named_by_its_exact_arn(
    secret_reader: desired.Function, deployed: Deployed, judge: Judge, now: datetime
) -> None:
    permissions = RolePermissions(deployed, secret_reader.role, judge, now)
    role, names = permissions.current.name, permissions.names
    resources = [name.resources for name in names]
    judge.observe.note(role=role, secrets=permissions.secrets, resources=resources)

    permissions.follow_unnamed()
    wrong = [flaw for name in names for flaw in unsound(name, deployed.secret_names)]
    about = {**OF_ROLE, "decidable": False}
    judge.compare(ROLE.words, role, {UNSOUND: (wrong, within(()))}, **about)


@expectation("SEC-17", ja="関数を呼び出せるのがこのAPIだけである")
def test_only_this_api_may_invoke_the_function(
    function: desired.Function, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    api_id = deployed.rest_api().id
    policies = deployed.function_policies(function)
    judge.observe.note(function=function.name, api=api_id, policies=policies)
    callers = callers_of(function, api_id, plan.roles)

    compared = {CALLERS: (strangers(policies, callers), within(()))}
    judge.compare(FUNCTION.words, function.name, compared, call="lambda:GetPolicy")
    unread = unread_versions(function.name, deployed.versions(function), policies)
    judge.follow("SEC-28", unread)


@expectation("SEC-28", ja="全バージョンのポリシーを読み取れている")
def test_own_policy_of_every_version_is_read(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    policies = deployed.function_policies(function)
    versions = deployed.versions(function)
    judge.observe.note(
        function=function.name, published=spans(int(version.number) for version in versions)
    )

    judge(unread_versions(function.name, versions, policies))


@expectation("SEC-18", ja="関数がURLを持たない")
def test_function_has_no_url_of_its_own(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    there = deployed.function_urls(function)
    urls = [f"{url.url} ({url.auth_type})" for url in there]
    judge.observe.note(function=function.name, urls=urls)

    about = {"call": "lambda:ListFunctionUrlConfigs", "ids": tuple(url.url for url in there)}
    judge.compare(FUNCTION.words, function.name, {URLS: (urls, within(()))}, **about)


@expectation("SEC-19", ja="テーブルがアカウント外に開かれていない")
def test_table_is_not_open_beyond_the_account(
    table: desired.Table, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    policy = deployed.table_policy(table)
    judge.observe.note(table=table.name, policy=policy.document)

    judge(access.allowed_accounts(TABLE.words, table.name, policy.document, environment.account))


@expectation("SEC-23", ja="ロールに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_role(
    role: desired.Role, deployed: Deployed, judge: Judge
) -> None:
    judge.attached(deployed.role_attachments(role), role=role.name)


@expectation("SEC-23", ja="アクセス許可の境界が関数に必要な権限を残す")
def test_boundary_leaves_the_role_what_its_function_needs(
    permissions: RolePermissions, judge: Judge
) -> None:
    current, lost = permissions.current, permissions.lost_by_boundary()
    judge.follow("SEC-13", lacks(current, lost), denied_by_boundary(current, lost))


@expectation("SEC-24", ja="他の者が本環境のリソースを操作できない")
def test_no_other_principal_may_act_on_our_resources(
    deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    principals = deployed.principals()
    judge.observe.note(
        administrators=snapshot.environment.administrators,
        acting=[
            principal.arn
            for principal in principals
            if any(r.kind != INVOCATION for r in principal.reach)
        ],
    )

    judge((*access.acting(principals, snapshot), *access.assumable_by_others(principals, snapshot)))


@expectation("SEC-24", ja="テーブルのポリシーが他の相手を許可していない")
def test_policy_of_the_table_names_no_other_principal(
    table: desired.Table, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    policy = deployed.table_policy(table)
    judge.observe.note(table=table.name, policy=policy.document)

    judge(access.allowed_by_policy(TABLE.words, table.name, table.arn, policy.document, snapshot))
    strangers = access.allowed_accounts(
        TABLE.words, table.name, policy.document, snapshot.environment.account
    )
    judge.follow("SEC-19", strangers)


@expectation("SEC-24", ja="キーのポリシーがアカウント外の相手を許可していない")
def test_policy_of_no_key_allows_a_stranger(
    sections: Sections, environment: Environment, judge: Judge
) -> None:
    keys = {key.arn: key.policy for key in every(sections.keys) if key.policy}
    judge.observe.note(kms_keys=sorted(keys))

    judge(access.keys_opened(keys, environment.account))


@expectation("SEC-24", ja="シークレットのポリシーが他の相手を許可していない")
def test_policy_of_the_secret_names_no_other_principal(
    secret: desired.Secret, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    current = judge.observe(deployed.secret(secret), "policy")

    judge(
        access.allowed_by_policy(SECRET.words, current.name, current.arn, current.policy, snapshot)
    )
    strangers = access.allowed_accounts(
        SECRET.words, current.name, current.policy, snapshot.environment.account
    )
    judge.follow("SEC-08", strangers)


@expectation("SEC-24", ja="トピックのポリシーが他の相手を許可していない")
def test_policy_of_the_topic_names_no_other_principal(
    sections: Sections, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    topics = every(sections.topics)
    judge.observe.note(topics={topic.arn: topic.policy for topic in topics})

    judge(each for topic in topics for each in access.allowed_to_publish(topic, snapshot))


@expectation("SEC-25", ja="ロールを使うのがその関数だけである")
def test_role_is_used_by_its_function_alone(
    role: desired.Role, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    current = judge.observe(deployed.role(role), "last_used_in")
    users = deployed.role_users(role)
    judge.observe.note(role=role.name, functions=[user.function for user in users])

    judge(access.used_elsewhere(current, users, environment.region))


@expectation("SEC-26", ja="他の者が関数を呼び出せない")
def test_no_other_principal_may_invoke_a_function(
    deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    principals = deployed.principals()
    inside = [
        principal.arn
        for principal in principals
        if any(r.kind == INVOCATION for r in principal.reach)
    ]
    judge.observe.note(administrators=snapshot.environment.administrators, invoking=inside)

    judge(access.invoking(principals, snapshot))
    acts = (*access.acting(principals, snapshot), *access.assumable_by_others(principals, snapshot))
    judge.follow("SEC-24", access.also_invoking(principals, snapshot), further=acts)


@expectation("SEC-26", ja="本環境のロールで動く関数にURLがない")
def test_function_under_our_role_has_no_url(
    role: desired.Role, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    users = deployed.role_users(role)
    judge.observe.note(role=role.name, urls=[url for user in users for url in user.urls])
    current = deployed.role(role)

    used, why = access.used_elsewhere(current, users, environment.region), access.with_url(users)
    judge.follow("SEC-25", used if why else (), why)


@expectation("SEC-26", ja="本システムのロールは、計画した関数以外を呼び出せない")
def test_no_role_of_ours_may_invoke_more_than_planned(permissions: RolePermissions) -> None:
    permissions.follow_invoking()


@expectation("SEC-36", ja="本環境のリソースを自動で操作するものがない")
def test_no_rule_schedule_or_pipe_acts_on_what_is_ours(
    sections: Sections, now: datetime, judge: Judge
) -> None:
    automations = known(sections.automations)
    judge.observe.note(automations=sorted(automations))

    judge(automated(map(known, automations.values()), now))
