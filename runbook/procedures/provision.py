"""Bring an environment from an empty account to its plan: guide steps 1 to 4-1 and 6, in the right order.

The order differs from the guide's in two places: tables are created before their encryption is checked,
and the usage plan comes after the API that it names.

空のアカウントから計画どおりの環境を作る。手順書のステップ1〜4-1と6を正しい順序で実行する。

手順書とは二か所で順序が異なります。テーブルの暗号化確認はテーブル作成の後、使用量プランの設定は
対象となるAPIの作成後に行います。
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import boto3

from aws.change.gate import Changes
from aws.converge.secret import GIVEN
from plan import plan_for, public_in
from runbook import out_of_scope
from runbook.engine import Clients, Procedure, Step, StepContext, step
from runbook.options import LINE_TOKEN_FILE
from runbook.procedures import (
    api,
    encryption,
    functions,
    least_privilege,
    masters,
    monitoring,
    prepare,
    secrets,
    tables,
    throttling,
)
from signoff.environment import Environment, today
from signoff.judge.decisions import Decisions

OPTIONS = (LINE_TOKEN_FILE,)

ORDER = (
    prepare,
    secrets,
    least_privilege,
    tables,
    encryption,
    functions,
    api,
    throttling,
    masters,
    monitoring,
)
"""In the order in which they work: the guide encrypts and throttles before it creates."""


def ready(context: StepContext) -> None:
    """Ask before anything is made for all that only a person can give, and stop where the design is out of scope."""
    looking = replace(context, go=False, rehearsed=False)
    out_of_scope.refuse_another_front(looking)
    out_of_scope.refuse_a_single_table(looking)
    _looked_at(monitoring.name_who_hears_of_it, looking)
    changes = _looked_at(secrets.store_the_line_token, looking)
    if context.go and any(change.after == GIVEN for change in changes):
        context.secret("line_token")


def _looked_at(step: Step, context: StepContext) -> Changes:
    return step.action(context) if step.action else ()


@step("1-3", proves=("PREP-04", "PREP-05", "PREP-06"))
def see_that_all_is_there(context: StepContext) -> Changes:
    """See that everything planned is there, and nothing else under the prefix.

    計画したものがすべて存在し、接頭辞の下に計画外のものがないことを確認する。
    """
    name = context.environment.name
    context.say(
        en=f"{name}: judge the whole with `pytest --env {name}`",
        ja=f"{name}: 全体の判定は`pytest --env {name}`で行います",
    )
    return ()


def procedure() -> Procedure:
    """Compose the whole of the procedures that it is made of."""
    return Procedure.of_parts(sys.modules[__name__], map(Procedure.of, ORDER))


def context_for(
    session: boto3.Session,
    environment: Environment,
    *,
    build: Callable[[str], bytes],
    **more: Any,
) -> StepContext:
    """Make the StepContext of any procedure here; ``more`` are fields of it. A package is built once."""
    plan = plan_for(environment)
    return StepContext(
        environment=environment,
        plan=plan,
        public=public_in(plan),
        undecided=Decisions(
            environment.name, environment.decisions, today(datetime.now(UTC))
        ).undecided,
        clients=Clients(session, environment.region),
        build=lru_cache(build),
        **more,
    )
