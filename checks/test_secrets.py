"""SEC-01 to SEC-08: the secrets are there, are secrets, and are nowhere else."""

from aws import desired
from aws.bounds import exactly, within
from aws.difference import differences, unallowed
from aws.inventory import Sections
from aws.key import SECRETS_DEFAULT
from aws.ledgers.apigateway import REST_API, STAGE
from aws.ledgers.dynamodb import TABLE
from aws.ledgers.lambda_ import FUNCTION
from aws.ledgers.secretsmanager import SECRET
from aws.section import lookup
from aws.words import Words
from checks.access import strangers_let_in
from checks.denials import denials
from checks.deployed import Deployed
from checks.encryption import secret_key_flaws
from checks.labels import labels, tags_of, variables_of
from checks.leaks import (
    holding,
    labelled,
    leaked,
    require_values,
    suspicious,
)
from checks.secret_values import (
    VALUE_CALL,
    digest_in,
    digest_under,
    field_of,
    further_fields,
    malformed,
    weak,
)
from plan import Plan
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.environment.calendar import in_japan
from signoff.evidence import Records
from signoff.observations import Observations

GET_FUNCTION = "lambda:GetFunction"
DELETION = Words(en="scheduled deletion", ja="予定された削除")
CURRENT = Words(en="version AWSCURRENT", ja="AWSCURRENTのバージョン")
HELD = Words(en="places that hold the value of a secret", ja="シークレットの値を含む場所")


def equal_to(before: str) -> Words:
    return Words(en=f"same value as in {before}", ja=f"{before}と同じ値")


@expectation("SEC-01", ja="シークレットが存在し、読み取れる")
def test_secret_is_there_to_be_read(
    secret: desired.Secret, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = observe(deployed.secret(secret), "arn", "deleted", "current")

    deleted = in_japan(found.deleted) if found.deleted else None
    facts = {DELETION: deleted, CURRENT: bool(found.current or found.deleted)}
    bounds = {DELETION: exactly(None), CURRENT: exactly(True)}
    about = {"call": "secretsmanager:DescribeSecret", "decidable": False}
    decided(differences(SECRET, found.name, facts, bounds, **about), observe)


@expectation("SEC-02", ja="シークレットが決められた一つのフィールドを持つ")
def test_secret_is_an_object_with_the_one_expected_field(
    secret: desired.Secret, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    value = deployed.secret_value(secret)
    observe.note(secret=secret.name, fields=value.fields)

    decided(malformed(value, secret), observe)


@expectation("SEC-02", ja="シークレットに計画外のフィールドがない")
def test_secret_has_no_field_that_nobody_planned(
    secret: desired.Secret, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    value = deployed.secret_value(secret)
    observe.note(secret=secret.name, fields=value.fields)

    decided(further_fields(value, secret), observe)


@expectation("SEC-03", ja="シークレットが本物の値である")
def test_secret_is_a_real_one(
    secret: desired.Secret, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    value = deployed.secret_value(secret)
    field = field_of(value, secret)
    observe.note(secret=secret.name, value=field, bits=field.bits, placeholder=value.placeholder)

    decided(weak(value, secret), observe)


@expectation("SEC-04", ja="シークレットがdevと異なる")
def test_secret_differs_from_that_of_dev(
    secret: desired.Secret,
    deployed: Deployed,
    dev: Records,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    run = deployed.run_before(dev, environment.before)
    field = field_of(deployed.secret_value(secret), secret)
    salt, theirs = digest_in(run, environment.before, secret)
    ours = digest_under(salt, field)
    observe.note(secret=secret.name, ours=ours[:12], theirs=theirs[:12], run_before=run.created)

    equal = equal_to(environment.before)
    facts, bounds = {equal: ours == theirs}, {equal: exactly(False)}
    about = {"call": VALUE_CALL, "decidable": False, "remedy": secret.key}
    decided(differences(SECRET, secret.name, facts, bounds, **about), observe)


@expectation("SEC-05", ja="シークレットが使用可能な鍵で暗号化されている")
def test_secret_is_encrypted_under_a_key_that_works(
    secret: desired.Secret,
    deployed: Deployed,
    environment: Environment,
    found: Sections,
    decided: Decided,
    observe: Observations,
) -> None:
    there = observe(deployed.secret(secret), "kms_key")

    decided(secret_key_flaws(there, environment, found), observe)


@expectation("SEC-05", ja="シークレットの鍵に計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_key_of_the_secret(
    secret: desired.Secret, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    key = deployed.secret(secret).kms_key or SECRETS_DEFAULT
    attached = observe.attached(deployed.key_attachments(key), key=key)

    decided(unallowed(attached), observe)


@expectation("SEC-06", ja="関数にシークレットらしい値の環境変数がない")
def test_function_has_no_variable_that_looks_like_a_secret(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    there = observe(deployed.function(function), "environment")
    ours, variables = environment.secrets.values(), variables_of(there.environment)

    decided(suspicious(FUNCTION, there.name, variables, ours, GET_FUNCTION), observe)


@expectation("SEC-06", ja="関数の環境変数にシークレットの値がない")
def test_function_holds_no_secret_in_its_environment(
    function: desired.Function,
    deployed: Deployed,
    plan: Plan,
    decided: Decided,
    observe: Observations,
) -> None:
    variables = observe(deployed.function(function), "environment").environment
    require_values(deployed, plan.secrets)

    held = holding(variables)
    about = {"call": GET_FUNCTION, "decidable": False}
    decided(
        differences(FUNCTION, function.name, {HELD: held}, {HELD: within(())}, **about), observe
    )


@expectation("SEC-07", ja="ステージ変数にシークレットらしいものがない")
def test_no_stage_variable_looks_like_a_secret(
    deployed: Deployed, environment: Environment, decided: Decided, observe: Observations
) -> None:
    stage = observe(deployed.stage(), "variables", "tags")
    ours = environment.secrets.values()
    values = variables_of(stage.variables) | tags_of(stage.tags)

    decided(suspicious(STAGE, stage.name, values, ours, "apigateway:GetStages"), observe)


@expectation("SEC-07", ja="APIのタグにシークレットらしいものがない")
def test_no_tag_of_the_api_looks_like_a_secret(
    deployed: Deployed, environment: Environment, decided: Decided, observe: Observations
) -> None:
    api = observe(deployed.rest_api(), "tags")
    ours, tags = environment.secrets.values(), tags_of(api.tags)

    decided(suspicious(REST_API, api.name, tags, ours, "apigateway:GetRestApis"), observe)


@expectation("SEC-07", ja="関数のタグにシークレットらしいものがない")
def test_no_tag_of_a_function_looks_like_a_secret(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    there = observe(deployed.function(function), "tags")
    ours, tags = environment.secrets.values(), tags_of(there.tags)

    decided(suspicious(FUNCTION, there.name, tags, ours, GET_FUNCTION), observe)


@expectation("SEC-07", ja="テーブルのタグにシークレットらしいものがない")
def test_no_tag_of_a_table_looks_like_a_secret(
    table: desired.Table,
    deployed: Deployed,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    tags = deployed.table_tags(table).tags
    observe.note(table=table.name, tags=tags)
    ours, call = environment.secrets.values(), "dynamodb:ListTagsOfResource"

    decided(suspicious(TABLE, table.name, tags_of(tags), ours, call), observe)


@expectation("SEC-07", ja="ステージ変数とタグにシークレットの値がない")
def test_no_stage_variable_and_no_tag_is_a_secret(
    deployed: Deployed, plan: Plan, decided: Decided, observe: Observations
) -> None:
    require_values(deployed, plan.secrets)
    there = labels(deployed, plan)
    observe.note(
        labels=sorted(f"{name}: {fact}" for (_, name), of_it in there.items() for fact in of_it)
    )

    decided(labelled(there), observe)


@expectation("SEC-08", ja="シークレットがアカウント外に開かれていない")
def test_secret_is_open_to_nobody_beyond_the_account(
    secret: desired.Secret,
    deployed: Deployed,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    found = observe(deployed.secret(secret), "policy")

    decided(strangers_let_in(SECRET, found.name, found.policy, environment.account), observe)


@expectation("SEC-09", ja="シークレットに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_secret(
    secret: desired.Secret, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    attached = observe.attached(deployed.secret_attachments(secret), secret=secret.name)

    decided(unallowed(attached), observe)


@expectation("SEC-09", ja="シークレットのポリシーが関数を締め出していない")
def test_policy_of_the_secret_locks_no_function_out(
    secret: desired.Secret,
    deployed: Deployed,
    decided: Decided,
    observe: Observations,
) -> None:
    found, roles = observe(deployed.secret(secret), "arn", "policy"), deployed.roles_by_path()

    decided(denials(SECRET, found.name, found.arn, found.policy, roles), observe)


@expectation("SEC-27", ja="シークレットの値がSecrets Manager以外に存在しない")
def test_secret_stands_nowhere_but_in_secrets_manager(
    found: Sections, plan: Plan, decided: Decided, observe: Observations
) -> None:
    leaks = lookup(found.leaks, "account") or ()
    observe.note(places=[f"{one.secret}: {one.call}, {one.place}" for one in leaks])

    keys = {one.name: one.key for one in plan.secrets}
    decided([leaked(one, keys.get(one.secret, "")) for one in leaks], observe)
