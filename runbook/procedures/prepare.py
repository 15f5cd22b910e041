"""Decide where the environment lives, how everything is named, and what will be created.

Nothing is created here. The procedure prints what `environments.toml` decided, in the form of the guide's
own tables, so that people can agree on it before anything exists: a name is hard to change later.

環境を置く場所、命名、作成するリソースを決める。

この手順では何も作成しません。`environments.toml`の決定内容を移行手順書と同じ表の形で表示し、
リソースを作る前に関係者で合意します。名前は後から変えるのが困難です。
"""

from collections.abc import Iterable

from rich.cells import set_cell_size

from aws.change.gate import Changes
from aws.kind.description import REGION
from aws.kinds.alarm import ALARM
from aws.kinds.function_invocation import ACCOUNT
from aws.kinds.log_group import LOG_GROUP
from aws.kinds.rest_api import STAGE
from aws.kinds.secret import SECRET
from aws.ledgers import ROUTE
from aws.words import SILENCE, Words
from runbook.engine import StepContext, ask, step
from runbook.engine.change_lines import WIDTH
from runbook.engine.screen import INDENT
from signoff.judge.decisions import ENVIRONMENT

COLUMN = 24
"""Columns of a kind; Japanese takes two for a character."""
ORIGIN = Words(en="origin", ja="オリジン")
FUNCTION = Words(en="Lambda function", ja="Lambda関数")
TABLE = Words(en="DynamoDB table", ja="DynamoDBテーブル")
API = Words.same("REST API")
ROLE = Words(en="IAM role", ja="IAMロール")


@step("1-1", proves=("PREP-06",))
def see_account_and_region(context: StepContext) -> Changes:
    """Check the account and the Region.

    With credentials of another account, or set to another Region, you do not get this far: the procedure
    stops before its first step.

    One account with two Regions is simpler and cheaper, but dev's credentials reach prod; a separate
    account isolates prod completely, at the cost of a second set of roles, alarms and bills. A small team
    may begin with the first; choose the second if others work in the account. Tokyo (ap-northeast-1) is
    nearest to users in Japan; Virginia (us-east-1) only pays off for users elsewhere.

    アカウントとリージョンを確認する。

    別のアカウントの認証情報や別のリージョンの設定では、最初のステップの前に停止します。

    同じアカウントの別リージョンは簡単で安価ですが、開発環境の認証情報で本番にもアクセスできます。別アカウントは完全に分離できる一方、
    ロール、アラーム、請求の管理が二重になります。小規模なら前者から始められ、同じアカウントで他の人も作業するなら後者を
    選びます。日本の利用者には東京（ap-northeast-1）が最も近く、バージニア（us-east-1）は海外の利用者が多い場合に限り有利です。
    """
    environment = context.environment
    _row(context, ENVIRONMENT, environment.name)
    _row(context, ACCOUNT, environment.account)
    _row(context, REGION, environment.region)
    _row(context, ORIGIN, environment.origin)
    return ()


@step("1-2")
def see_the_names(context: StepContext) -> Changes:
    """Check the names.

    Names begin with the prefix of the environment, tables end with its own suffix. Functions find tables
    through environment variables, so another name does no harm as long as it is decided.

    命名を確認する。

    リソース名は環境の接頭辞で始まり、テーブル名は環境ごとの接尾辞で終わります。テーブルは環境変数で
    参照されるため、決めてあれば別の名前でも構いません。
    """
    plan = context.plan
    _row(context, FUNCTION, plan.functions[0].name)
    _row(context, TABLE, plan.tables[0].name if plan.tables else "-")
    _row(context, API, plan.api.name)
    _row(context, ROLE, plan.roles[0].name)
    _row(context, STAGE.words, plan.api.stage)
    return ()


@step("1-3", proves=("PREP-05",))
def see_the_plan(context: StepContext) -> Changes:
    """Check the plan of resources.

    The plan follows from the environment alone; checks expect it, and procedures bring AWS to it.

    リソース計画を確認する。

    計画は環境の定義だけから決まります。検証はこの計画を期待値とし、各手順はAWSをこの計画に合わせます。
    """
    plan = context.plan
    for kind, names in (
        (TABLE, plan.tables),
        (SECRET.words, plan.secrets),
        (ROLE, plan.roles),
        (FUNCTION, plan.functions),
        (ROUTE, plan.api.routes),
        (ALARM.words, plan.alarms),
        (LOG_GROUP.words, plan.log_groups),
    ):
        for number, line in enumerate(_broken(map(str, names))):
            _row(context, SILENCE if number else kind, line)
    return ()


@ask("1-3")
def agree_on_it() -> None:
    """Agree on it with all people concerned.

    Is it the right account and Region, and do all accept the names? Correct what is wrong in
    `environments.toml`, in a reviewed commit.

    関係者で合意する。

    アカウントは正しいか、リージョンは決定済みか、名前に異論はないか。誤りがあれば、レビューを経て
    `environments.toml`を修正します。
    """


def _row(context: StepContext, kind: Words, name: str) -> None:
    en, ja = (set_cell_size(text, COLUMN) for text in (kind.en, kind.ja))
    context.say(en=f"{en}{name}", ja=f"{ja}{name}")


def _broken(names: Iterable[str]) -> list[str]:
    """Put as many names into a line as it takes; a name is never broken, so that it can be copied."""
    lines = [""]
    for name in names:
        if lines[-1] and len(f"{lines[-1]}, {name}") > WIDTH - COLUMN - INDENT - 1:
            lines[-1] += ","
            lines.append("")
        lines[-1] += f", {name}" if lines[-1] else name
    return lines
