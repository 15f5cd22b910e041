"""Two rows of a team's own: one holds a fact against a bound, one asserts about the plan and what is deployed."""

from aws import desired
from aws.bounds import at_most, exactly
from aws.kinds.function import TIMEOUT
from aws.words import Words
from checks.deployed import Deployed
from signoff.environment import Environment
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

ENDS_SO = Words(en="ends with the environment's name", ja="末尾が環境名")
TABLE = Words(en="table", ja="テーブル")
FUNCTION = Words(en="function", ja="関数")


@expectation("TEAM-01", ja="関数が30秒以内に終わる")
def test_function_ends_while_a_visitor_still_waits(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "timeout_s")

    compared = {TIMEOUT: (current.timeout_s, at_most(30, "s"))}
    judge.compare(FUNCTION, current.name, compared, call="lambda:GetFunction")


@expectation("TEAM-02", ja="テーブル名が環境名で終わる")
def test_table_name_ends_with_the_environment(
    table: desired.Table, environment: Environment, deployed: Deployed, judge: Judge
) -> None:
    current = judge.observe(deployed.table(table), "name")

    ours = current.name.endswith(f"-{environment.name}")
    compared = {ENDS_SO: (ours, exactly(True))}
    judge.compare(TABLE, current.name, compared, call="dynamodb:DescribeTable")
