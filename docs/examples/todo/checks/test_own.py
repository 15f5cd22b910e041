"""Two rows of the team's own: what was read of a function and of a table, against a bound."""

from aws import desired
from aws.bounds import at_least, at_most
from aws.kinds.function import MEMORY
from aws.kinds.table_backups import WINDOW
from aws.words import Words
from checks.deployed import Deployed
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

TABLE = Words(en="table", ja="テーブル")
FUNCTION = Words(en="function", ja="関数")


@expectation("TODO-01", ja="関数のメモリが512 MB以下である")
def test_function_is_as_small_as_the_budget_has_it(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "memory_mb")

    compared = {MEMORY: (current.memory_mb, at_most(512, "MB"))}
    judge.compare(FUNCTION, current.name, compared, call="lambda:GetFunction")


@expectation("TODO-02", ja="項目を過去5週間の任意の時点に復元できる")
def test_items_can_be_restored_to_five_weeks_ago(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    backups = judge.observe(deployed.backups(table), "pitr", "window_days")

    compared = {WINDOW: (backups.days, at_least(35))}
    judge.compare(TABLE, table.name, compared, call="dynamodb:DescribeContinuousBackups")
