"""What ``signoff load`` and ``python -m load`` take; what they do is imported when they run."""

from pathlib import Path

import click

from aws.words import Words
from signoff import ROOT
from signoff.commands.command_line import (
    Argument,
    Command,
    CommandGroup,
    CommandOption,
    environment_option,
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


def _run_options() -> tuple[CommandOption, ...]:
    """Return the options of whatever sends requests."""
    return (
        environment_option(),
        CommandOption(
            "--plan",
            type=click.Choice(PLANS),
            default="smoke",
            words=Words(en="default: smoke", ja="既定: smoke"),
        ),
        CommandOption(
            "--host",
            metavar="URL",
            words=Words(
                en="one of the environment's own addresses", ja="環境自身のアドレスのいずれか"
            ),
        ),
        CommandOption(
            "--journey",
            is_flag=True,
            words=Words(
                en="whole visits instead of requests", ja="リクエスト単位でなく来訪単位の負荷"
            ),
        ),
        CommandOption(
            "--unlock",
            metavar="HOST",
            words=Words(
                en="required for production: its host, typed out",
                ja="本番で必須。ホスト名を入力する",
            ),
        ),
        _file(
            "--pool",
            Words(
                en="users, sessions and spots (mode 0600)",
                ja="利用者、セッション、スポット（モード0600）",
            ),
        ),
        _file(
            "--objectives",
            Words(en="another file of objectives", ja="別の目標ファイル"),
            ROOT / "load" / "slo.toml",
        ),
        CommandOption(
            "--workers",
            type=COUNT,
            default=1,
            metavar="N",
            words=Words(en="Locust processes", ja="Locustのプロセス数"),
        ),
    )


def _file(flag: str, words: Words, default: Path | None = None) -> CommandOption:
    return CommandOption(
        flag, type=click.Path(path_type=Path), metavar="FILE", default=default, words=words
    )


PLANS_COMMAND = Command(
    "plans",
    Words(
        en="list the plans of an environment with their prices",
        ja="環境の計画と消費するクォータを一覧する",
    ),
    environment_option(),
    does="load.called:plans",
)
RUN = Command(
    "run",
    Words(en="load an environment and judge it", ja="環境に負荷をかけて判定する"),
    *_run_options(),
    CommandOption(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        words=Words(
            en="address at which the master waits for workers (default: 127.0.0.1)",
            ja="マスターがワーカーを待つアドレス（既定: 127.0.0.1）",
        ),
    ),
    CommandOption(
        "--port",
        type=int,
        metavar="PORT",
        words=Words(
            en="port of the master (default: a free one)",
            ja="マスターのポート（既定: 空きポート）",
        ),
    ),
    CommandOption(
        "--expect-workers",
        type=COUNT,
        metavar="N",
        words=Words(
            en="start no workers here: wait for N that other machines start with the same --run-file",
            ja="ここではワーカーを起動せず、同じ--run-fileで別のマシンが起動するN個を待つ",
        ),
    ),
    _file("--run-file", Words(en="from `prepare`", ja="`prepare`が作成したもの")),
    does="load.called:run",
)
PREPARE = Command(
    "prepare",
    Words(en="write the run file for a plain Locust", ja="単体のLocust用の実行ファイルを書き出す"),
    *_run_options(),
    CommandOption(
        "--to",
        type=click.Path(path_type=Path),
        metavar="FILE",
        required=True,
        words=Words(en="outside the repository", ja="リポジトリの外"),
    ),
    does="load.called:prepare",
)
RECORD = Command(
    "record",
    Words(en="record the verdict of a run", ja="実行の判定を記録する"),
    Argument(
        "verdict",
        metavar="FILE",
        type=click.Path(path_type=Path),
        words=Words(en="verdict.json of a run", ja="実行が残したverdict.json"),
    ),
    does="load.called:record",
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
        "prepare": "load.command_line:PREPARE",
        "record": "load.command_line:RECORD",
    },
    examples=EXAMPLES,
)
