"""What ``signoff load`` and ``python -m load`` take; what they do is imported when they run."""

import click

from aws.words import Words
from signoff.commands.command_line import (
    Command,
    CommandGroup,
    CommandOption,
    environment_option,
    environments_option,
    file_argument,
    file_option,
)

EXAMPLES = Words(
    en="""\
examples:
  python -m load plans                                 list the plans with their prices
  python -m load run --env local --plan smoke          start a local stack if none is up, load it, judge it
  python -m load run --env prod --plan baseline --unlock HOST --workers 2
  python -m load record verdict.json                   record what a run could not record itself

""",
    ja="""\
例:
  python -m load plans                                 計画と消費するクォータの一覧
  python -m load run --env local --plan smoke          ローカルスタックに負荷をかけて判定する（なければ起動する）
  python -m load run --env prod --plan baseline --unlock HOST --workers 2
  python -m load record verdict.json                   実行が自分で記録できなかった判定を記録する

""",
)
PLANS = ("smoke", "baseline", "step", "spike", "soak")
COUNT = click.IntRange(min=1)


PLANS_COMMAND = Command(
    "plans",
    environment_option(),
    environments_option(),
    en="list the plans of an environment with their prices",
    ja="環境の計画と消費するクォータを一覧する",
    does="load.listing:plans",
)
RUN = Command(
    "run",
    environment_option(),
    environments_option(),
    CommandOption(
        "--plan", en="default: smoke", ja="既定: smoke", type=click.Choice(PLANS), default="smoke"
    ),
    CommandOption(
        "--host",
        en="one of the environment's own addresses",
        ja="環境自身のアドレスのいずれか",
        metavar="URL",
    ),
    CommandOption(
        "--unlock",
        en="required for production: its host, typed out",
        ja="本番で必須。ホスト名を入力する",
        metavar="HOST",
    ),
    file_option(
        "--pool",
        en="users, sessions and spots (mode 0600)",
        ja="利用者、セッション、スポット（モード0600）",
    ),
    file_option(
        "--objectives",
        en="another file of objectives (default: slo.toml beside app.toml, else load/slo.toml)",
        ja="別の目標ファイル（既定: app.tomlと同じ場所のslo.toml、なければload/slo.toml）",
    ),
    CommandOption(
        "--workers",
        en="Locust processes",
        ja="Locustのプロセス数",
        type=COUNT,
        default=1,
        metavar="N",
    ),
    CommandOption(
        "--listen",
        en="address at which the master waits for workers (default: 127.0.0.1)",
        ja="マスターがワーカーを待つアドレス（既定: 127.0.0.1）",
        default="127.0.0.1",
        metavar="ADDRESS",
    ),
    CommandOption(
        "--port",
        en="port of the master (default: a free one)",
        ja="マスターのポート（既定: 空きポート）",
        type=int,
        metavar="PORT",
    ),
    CommandOption(
        "--expect-workers",
        en="start no workers here: wait for N that other machines start with --run-file",
        ja="ここではワーカーを起動せず、別のマシンが--run-fileで起動するN個を待つ",
        type=COUNT,
        metavar="N",
    ),
    file_option(
        "--run-file",
        en="where to write what those workers need; outside the repository",
        ja="それらのワーカーに必要なファイルの書き出し先（リポジトリの外）",
    ),
    en="load an environment and judge it",
    ja="環境に負荷をかけて判定する",
    does="load.commands:run",
)
RECORD = Command(
    "record",
    environments_option(),
    file_argument("verdict", en="verdict.json of a run", ja="実行が残したverdict.json"),
    en="record the verdict of a run",
    ja="実行の判定を記録する",
    does="load.commands:record",
)
LOAD = CommandGroup(
    "load",
    en="load-test the core endpoints of an environment, and judge the result",
    ja="環境の主要エンドポイントに負荷をかけ、結果を判定する",
    declared={
        "plans": "load.command_line:PLANS_COMMAND",
        "run": "load.command_line:RUN",
        "record": "load.command_line:RECORD",
    },
    examples=EXAMPLES,
)
