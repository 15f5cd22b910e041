"""SEC-01 to SEC-09, SEC-27: the secrets are there, are secrets, and are nowhere else."""

from datetime import datetime

from aws import desired
from aws.access.keys import secret_key_flaws
from aws.bounds import exactly, within
from aws.inventory import Sections
from aws.kind.description import VALUE
from aws.kinds.function import FUNCTION
from aws.kinds.key import SECRETS_DEFAULT
from aws.kinds.rest_api import REST_API, STAGE
from aws.kinds.secret import SECRET
from aws.kinds.table import TABLE
from aws.section import known, lookup
from aws.words import Words
from checks.access import allowed_accounts
from checks.deployed import Deployed
from checks.labels import labels, tags_of, variables_of
from checks.resource_policies import denials
from checks.secret_values import (
    VALUE_CALL,
    digest_under,
    digests_in,
    field_of,
    further_fields,
    holding,
    labelled,
    leaked,
    malformed,
    require_values,
    suspicious,
    weak,
)
from plan import Plan
from signoff.environment import Environment, in_japan
from signoff.evidence import Records
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

GET_FUNCTION = "lambda:GetFunction"
DELETION = Words(en="scheduled deletion", ja="予定された削除")
CURRENT = Words(en="label of a version", ja="バージョンのラベル")
OF_ITS_OWN = Words(en="its own", ja="専用の値")
HELD = Words(en="places that hold the value of a secret", ja="シークレットの値を含む場所")


@expectation("SEC-01", ja="シークレットが存在し、読み取れる")
def test_secret_is_there_to_be_read(
    secret: desired.Secret, deployed: Deployed, judge: Judge
) -> None:
    stored = judge.observe(deployed.secret(secret), "arn", "deleted", "current")

    deleted = in_japan(stored.deleted) if stored.deleted else None
    label = "AWSCURRENT" if stored.current or stored.deleted else None
    about = {"call": "secretsmanager:DescribeSecret", "decidable": False}
    compared = {DELETION: (deleted, exactly(None)), CURRENT: (label, exactly("AWSCURRENT"))}
    judge.compare(SECRET.words, stored.name, compared, **about)


@expectation("SEC-02", ja="シークレットが決められた一つのフィールドを持つ")
def test_secret_is_an_object_with_the_one_expected_field(
    secret: desired.Secret, deployed: Deployed, judge: Judge
) -> None:
    value = deployed.secret_value(secret)
    judge.observe.note(secret=secret.name, fields=value.fields)

    judge(malformed(value, secret))


@expectation("SEC-02", ja="シークレットに計画外のフィールドがない")
def test_secret_has_no_unplanned_field(
    secret: desired.Secret, deployed: Deployed, judge: Judge
) -> None:
    value = deployed.secret_value(secret)
    judge.observe.note(secret=secret.name, fields=value.fields)

    judge(further_fields(value, secret))


@expectation("SEC-03", ja="シークレットが本物の値である")
def test_secret_is_a_real_one(secret: desired.Secret, deployed: Deployed, judge: Judge) -> None:
    value = deployed.secret_value(secret)
    field = field_of(value, secret)
    judge.observe.note(
        secret=secret.name, value=field, bits=field.bits, placeholder=value.placeholder
    )

    judge(weak(value, secret))


@expectation("SEC-04", ja="シークレットがdevと異なる")
def test_secret_differs_from_that_of_dev(
    secret: desired.Secret, deployed: Deployed, dev: Records, environment: Environment, judge: Judge
) -> None:
    run = deployed.run_before(dev, environment.before)
    field = field_of(deployed.secret_value(secret), secret)
    salt, theirs = digests_in(run, environment.before, secret)
    ours = digest_under(salt, field)
    judge.observe.note(
        secret=secret.name,
        ours=ours[:12],
        theirs=[name[:12] for name in theirs],
        run_before=run.created,
    )

    before = environment.before
    same = Words(en=f"that of {before}", ja=f"{before}と同じ") if ours in theirs else OF_ITS_OWN
    about = {"call": VALUE_CALL, "decidable": False, "remedy": secret.key}
    judge.compare(SECRET.words, secret.name, {VALUE: (same, exactly(OF_ITS_OWN))}, **about)


@expectation("SEC-05", ja="シークレットが使用可能なキーで暗号化されている")
def test_secret_is_encrypted_under_a_key_that_works(
    secret: desired.Secret,
    deployed: Deployed,
    environment: Environment,
    sections: Sections,
    judge: Judge,
) -> None:
    there = judge.observe(deployed.secret(secret), "kms_key")

    judge(secret_key_flaws(there, environment.secret_key, sections))


@expectation("SEC-05", ja="シークレットのキーに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_key_of_the_secret(
    secret: desired.Secret, deployed: Deployed, judge: Judge
) -> None:
    key = deployed.secret(secret).kms_key or SECRETS_DEFAULT
    judge.attached(deployed.key_attachments(key), key=key)


@expectation("SEC-06", ja="関数にシークレットらしい値の環境変数がない")
def test_function_has_no_variable_that_looks_like_a_secret(
    function: desired.Function, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    there = judge.observe(deployed.function(function), "environment")
    variables = variables_of(there.environment)
    judge(suspicious(FUNCTION.words, there.name, variables, environment, GET_FUNCTION))


@expectation("SEC-06", ja="関数の環境変数にシークレットの値がない")
def test_function_holds_no_secret_in_its_environment(
    function: desired.Function, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    variables = judge.observe(deployed.function(function), "environment").environment
    require_values(deployed, plan.secrets)

    holders = holding(variables)
    about = {"call": GET_FUNCTION, "decidable": False}
    judge.compare(FUNCTION.words, function.name, {HELD: (holders, within(()))}, **about)


@expectation("SEC-07", ja="ステージ変数にシークレットらしいものがない")
def test_no_stage_variable_looks_like_a_secret(
    deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    stage = judge.observe(deployed.stage(), "variables", "tags")

    values = variables_of(stage.variables) | tags_of(stage.tags)
    judge(suspicious(STAGE.words, stage.name, values, environment, "apigateway:GetStages"))


@expectation("SEC-07", ja="APIのタグにシークレットらしいものがない")
def test_no_tag_of_the_api_looks_like_a_secret(
    deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    api = judge.observe(deployed.rest_api(), "tags")
    tags = tags_of(api.tags)
    judge(suspicious(REST_API.words, api.name, tags, environment, "apigateway:GetRestApis"))


@expectation("SEC-07", ja="関数のタグにシークレットらしいものがない")
def test_no_tag_of_a_function_looks_like_a_secret(
    function: desired.Function, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    there = judge.observe(deployed.function(function), "tags")
    judge(suspicious(FUNCTION.words, there.name, tags_of(there.tags), environment, GET_FUNCTION))


@expectation("SEC-07", ja="テーブルのタグにシークレットらしいものがない")
def test_no_tag_of_a_table_looks_like_a_secret(
    table: desired.Table, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    tags = deployed.table_tags(table).tags
    judge.observe.note(table=table.name, tags=tags)

    call = "dynamodb:ListTagsOfResource"
    judge(suspicious(TABLE.words, table.name, tags_of(tags), environment, call))


@expectation("SEC-07", ja="ステージ変数とタグにシークレットの値がない")
def test_no_stage_variable_and_no_tag_is_a_secret(
    deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    require_values(deployed, plan.secrets)
    there = labels(deployed, plan)
    judge.observe.note(
        labels=sorted(f"{name}: {fact}" for (_, name), of_it in there.items() for fact in of_it)
    )

    judge(labelled(there))


@expectation("SEC-08", ja="シークレットがアカウント外に開かれていない")
def test_secret_is_not_open_beyond_the_account(
    secret: desired.Secret, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    current = judge.observe(deployed.secret(secret), "policy")

    judge(allowed_accounts(SECRET.words, current.name, current.policy, environment.account))


@expectation("SEC-09", ja="シークレットに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_secret(
    secret: desired.Secret, deployed: Deployed, judge: Judge
) -> None:
    judge.attached(deployed.secret_attachments(secret), secret=secret.name)


@expectation("SEC-09", ja="シークレットのポリシーが関数のアクセスを拒否していない")
def test_policy_of_the_secret_locks_no_function_out(
    secret: desired.Secret, deployed: Deployed, judge: Judge, now: datetime
) -> None:
    current, roles = judge.observe(deployed.secret(secret), "arn", "policy"), deployed.roles()

    judge(denials(SECRET.words, current.name, current.arn, current.policy, roles, now))


@expectation("SEC-27", ja="シークレットの値がSecrets Manager以外に存在しない")
def test_secret_stands_nowhere_but_in_secrets_manager(
    sections: Sections, plan: Plan, judge: Judge
) -> None:
    leaks = lookup(sections.leaks, "account") or ()
    searched = (
        () if leaks else [lookup(sections.packages, code) for code in known(sections.packages)]
    )
    judge.observe.note(packages=len(searched))
    judge.observe.note(places=[f"{leak.secret}: {leak.call}, {leak.place}" for leak in leaks])

    keys = {secret.name: secret.key for secret in plan.secrets}
    judge([leaked(leak, keys.get(leak.secret, "")) for leak in leaks])
