"""What ``signoff load`` and ``python -m load`` take; what they do is imported when they run."""

from typing import Any

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


def _option(flag: str, en: str, ja: str, **more: Any) -> CommandOption:
    return CommandOption(flag, words=Words(en, ja), **more)


PLANS_COMMAND = Command(
    "plans",
    Words(
        "list the plans of an environment with their prices",
        "環境の計画と消費するクォータを一覧する",
    ),
    environment_option(),
    environments_option(),
    does="load.listing:plans",
)
RUN = Command(
    "run",
    Words("load an environment and judge it", "環境に負荷をかけて判定する"),
    environment_option(),
    environments_option(),
    _option("--plan", "default: smoke", "既定: smoke", type=click.Choice(PLANS), default="smoke"),
    _option(
        "--host",
        "one of the environment's own addresses",
        "環境自身のアドレスのいずれか",
        metavar="URL",
    ),
    _option(
        "--unlock",
        "required for production: its host, typed out",
        "本番で必須。ホスト名を入力する",
        metavar="HOST",
    ),
    file_option(
        "--pool",
        Words(
            "users, sessions and spots (mode 0600)", "利用者、セッション、スポット（モード0600）"
        ),
    ),
    file_option(
        "--objectives",
        Words(
            "another file of objectives (default: slo.toml beside app.toml, else load/slo.toml)",
            "別の目標ファイル（既定: app.tomlと同じ場所のslo.toml、なければload/slo.toml）",
        ),
    ),
    _option(
        "--workers", "Locust processes", "Locustのプロセス数", type=COUNT, default=1, metavar="N"
    ),
    _option(
        "--listen",
        "address at which the master waits for workers (default: 127.0.0.1)",
        "マスターがワーカーを待つアドレス（既定: 127.0.0.1）",
        default="127.0.0.1",
        metavar="ADDRESS",
    ),
    _option(
        "--port",
        "port of the master (default: a free one)",
        "マスターのポート（既定: 空きポート）",
        type=int,
        metavar="PORT",
    ),
    _option(
        "--expect-workers",
        "start no workers here: wait for N that other machines start with --run-file",
        "ここではワーカーを起動せず、別のマシンが--run-fileで起動するN個を待つ",
        type=COUNT,
        metavar="N",
    ),
    file_option(
        "--run-file",
        Words(
            "where to write what those workers need; outside the repository",
            "それらのワーカーに必要なファイルの書き出し先（リポジトリの外）",
        ),
    ),
    does="load.commands:run",
)
RECORD = Command(
    "record",
    Words("record the verdict of a run", "実行の判定を記録する"),
    environments_option(),
    file_argument("verdict", Words("verdict.json of a run", "実行が残したverdict.json")),
    does="load.commands:record",
)
LOAD = CommandGroup(
    "load",
    Words(
        en="load-test the core endpoints of an environment, and judge the result",
        ja="環境の主要エンドポイントに負荷をかけ、結果を判定する",
    ),
    declared={
        "plans": "load.command_line:PLANS_COMMAND",
        "run": "load.command_line:RUN",
        "record": "load.command_line:RECORD",
    },
    examples=EXAMPLES,
)
