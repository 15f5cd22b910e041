"""Take away what nobody planned: what is attached to tables, functions, secrets, roles and log groups, and what mutes alarms.

It reads what the checks read (rows DEP-08, DEP-19, SEC-09, SEC-23, MON-08 and MON-15), and shows each difference with what is lost by
undoing it. What a decision in `environments.toml` allows is left alone. `--only "table Users-prod: time to
live"` takes away that one, as the red row names it.

計画外の設定（テーブル、関数、シークレット、ロール、ロググループに付けられたもの、アラームのミュート）を取り除く。

検証と同じ内容（DEP-08、DEP-19、SEC-09、SEC-23、MON-08、MON-15）を読み取り、相違点ごとに、取り除くと失われるものを表示します。
`environments.toml`の決定（decisions）で認めたものには触れません。`--only`に赤い行と同じ書き方で指定すると、
その設定だけを取り除きます。
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from aws.bounds import Bound
from aws.change import Changes, Refused
from aws.converge import attachments
from aws.difference import Difference, unallowed
from aws.firing import muted_by
from aws.inventory import Sections
from aws.ledger import Unplanned
from aws.section import Section, Unreadable
from aws.words import Words
from runbook.engine import StepContext, step
from signoff.decisions import Decided, Differs
from signoff.observations import Observations

T = TypeVar("T")
ROWS = ("DEP-08", "DEP-19", "SEC-09", "SEC-23", "MON-08", "MON-15")


@step("3-1", proves=ROWS)
def take_away_what_nobody_planned(context: StepContext) -> Changes:
    """Take away what a call of AWS can take away, after you agreed.

    API呼び出しで取り除けるものを、同意を得てから取り除く。
    """
    made: Changes = ()
    for one in _undecided(context):  # one after another: two may be of the same function
        context.watch(one.what)
        made += attachments.detach(context, one)
    return made


@step("3-1", proves=ROWS)
def see_what_only_a_person_can_take_away(context: StepContext) -> Changes:
    """See what no call can take away, and where a person does.

    It stops the procedure: after that, give the same command again.

    APIでは取り除けないものと、人が行う操作を確認する。

    残っている場合はここで止まります。操作した後、同じコマンドを実行してください。
    """
    left = attachments.by_hand(_undecided(context))
    for one in left:
        context.tell(one)
    if left and context.go:
        raise Refused("; ".join(one.en for one in left))
    return ()


def _undecided(context: StepContext) -> tuple[Difference, ...]:
    """Read anew, as the checks do, and return what neither the plan nor a decision allows."""
    environment, inventory = context.environment, context.inventory()
    decided = Decided(environment.name, environment.decisions, inventory.read_at.date())
    allowed = {one.name: one.allows for one in context.plan.tables}
    sections = inventory.sections
    found = [
        *_differences("table_attachments", sections.table_attachments, allowed),
        *_differences("function_attachments", sections.function_attachments, allowed),
        *_differences("secret_attachments", sections.secret_attachments, allowed),
        *_differences("role_attachments", sections.role_attachments, allowed),
        *_differences("alarm_attachments", sections.alarm_attachments, allowed),
        *_differences("log_group_attachments", sections.log_group_attachments, allowed),
        *_differences("account_log_policies", sections.account_log_policies, allowed),
        *_muted(sections),
    ]
    only = context.chosen.get("only")
    left = tuple(one for one in found if _open(decided, one) and only in (None, one.what))
    if only and not left:
        context.tell(Words(en=f"there is no {only}", ja=f"{only}はありません"))
    return left


def _muted(sections: Sections) -> Iterator[Difference]:
    """Yield the mute rules of every alarm of ours, whatever its name."""
    alarms, rules = _read("alarms", sections.alarms), _read("mute_rules", sections.mute_rules)
    for alarm in alarms:
        yield from muted_by(alarm, rules.values())


def _read(section: str, found: Section[T]) -> Mapping[str, T]:
    if isinstance(found, Unreadable):
        raise Refused(f"{section}: {found.unreadable}: have it allowed, then run it again")
    return {name: one for name, one in found.items() if not isinstance(one, Unreadable)}


def _differences(
    section: str, found: Section[tuple[Unplanned, ...]], allowed: Mapping[str, Mapping[str, Bound]]
) -> Iterator[Difference]:
    if isinstance(found, Unreadable):
        raise Refused(f"{section}: {found.unreadable}: have it allowed, then run it again")
    for name, item in found.items():
        if isinstance(item, Unreadable):
            raise Refused(
                f"{section} {name}: {item.unreadable}: have it allowed, then run it again"
            )
        yield from unallowed(item, allowed.get(name))


def _open(decided: Decided, one: Difference) -> bool:
    """Whether no decision answers it."""
    try:
        decided([one], Observations())
    except Differs:
        return True
    return False
