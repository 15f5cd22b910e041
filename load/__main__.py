"""``python -m load``: load-test the core endpoints of the stamp rally, and judge the result."""

from signoff.commands.start import quiet_until_framed

if __name__ == "__main__":
    quiet_until_framed()

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from aws.visible import visible_line
from aws.words import Words, language
from load import commands
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.objectives import OBJECTIVES_FILE as OBJECTIVES
from load.launch import Distribution
from load.prepare import ROOT, RunOptions
from load.target import LoadComposition
from signoff.commands.command_line import CommandLine
from signoff.commands.frame import framed

DESCRIPTION = Words(
    en="Load-test the core endpoints of the stamp rally, and judge the result.",
    ja="スタンプラリーの主要エンドポイントに負荷をかけ、結果を判定する。",
)
EXAMPLES = Words(
    en="""\
examples:
  python -m load plans                                 list the plans with their prices
  python -m load run --env local --plan smoke          start a local stack if none is up, load it, judge it
  python -m load run --env prod --plan baseline --unlock HOST --workers 2
  python -m load record verdict.json                   record what a run could not record itself

exit codes: 0 pass, 1 fail, 3 invalid (the run says nothing about the target), 4 refused (nothing
was sent), 5 inconclusive (more samples are needed), 2 wrong command line, 70 a fault of this software.
""",
    ja="""\
例:
  python -m load plans                                 計画と消費するクォータの一覧
  python -m load run --env local --plan smoke          ローカルスタックに負荷をかけて判定する（なければ起動する）
  python -m load run --env prod --plan baseline --unlock HOST --workers 2
  python -m load record verdict.json                   実行が自分で記録できなかった判定を記録する

終了コード: 0 合格、1 不合格、3 無効（対象について何も示さない）、4 拒否（何も送信していない）、
5 判断不能（サンプル不足）、2 コマンドラインの誤り、70 本ソフトウェアの不具合。
""",
)
STOPPED = Words(
    en="INVALID: stopped before the end, so nothing was judged",
    ja="INVALID: 途中で止めたため、何も判定していません",
)
PLANS = ("smoke", "baseline", "step", "spike", "soak")


def parser(lang: str = "en") -> CommandLine:
    """Make the command line."""
    cli = CommandLine(
        prog="python -m load", description=DESCRIPTION[lang], epilog=EXAMPLES[lang], lang=lang
    )
    verbs = cli.commands()
    for name, add, words in (
        (
            "plans",
            _plans,
            Words(
                en="list the plans of an environment with their prices",
                ja="環境の計画と消費するクォータを一覧する",
            ),
        ),
        (
            "run",
            _run,
            Words(en="load an environment and judge it", ja="環境に負荷をかけて判定する"),
        ),
        (
            "prepare",
            _prepare,
            Words(
                en="write the run file for a plain Locust",
                ja="単体のLocust用の実行ファイルを書き出す",
            ),
        ),
        (
            "record",
            _record,
            Words(en="record the verdict of a run", ja="実行の判定を記録する"),
        ),
    ):
        verb = verbs.add_parser(name, help=words[lang])
        add(verb)
        verb.add_language()
    return cli


def _run_options(cli: CommandLine) -> None:
    say = cli.say
    cli.add_environment()
    cli.add_argument(
        "--plan", default="smoke", choices=PLANS, help=say("default: smoke", "既定: smoke")
    )
    cli.add_argument(
        "--host",
        metavar="URL",
        help=say("one of the environment's own addresses", "環境自身のアドレスのいずれか"),
    )
    cli.add_argument(
        "--journey",
        action="store_true",
        help=say("whole visits instead of requests", "リクエスト単位でなく来訪単位の負荷"),
    )
    cli.add_argument(
        "--unlock",
        metavar="HOST",
        help=say("required for production: its host, typed out", "本番で必須。ホスト名を入力する"),
    )
    cli.add_argument(
        "--pool",
        type=Path,
        metavar="FILE",
        help=say(
            "users, sessions and spots (mode 0600)", "利用者、セッション、スポット（モード0600）"
        ),
    )
    cli.add_argument(
        "--objectives",
        type=Path,
        default=OBJECTIVES,
        metavar="FILE",
        help=say("another file of objectives", "別の目標ファイル"),
    )


def _workers(cli: CommandLine) -> None:
    say = cli.say
    cli.add_argument(
        "--workers",
        type=_count,
        default=1,
        metavar="N",
        help=say("Locust processes", "Locustのプロセス数"),
    )


def _plans(cli: CommandLine) -> None:
    cli.add_environment()
    cli.set_defaults(command=lambda asked, one: commands.show_plans(one, asked.env, asked.lang))


def _run(cli: CommandLine) -> None:
    say = cli.say
    _run_options(cli)
    _workers(cli)
    cli.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help=say(
            "address at which the master waits for workers (default: 127.0.0.1)",
            "マスターがワーカーを待つアドレス（既定: 127.0.0.1）",
        ),
    )
    cli.add_argument(
        "--port",
        type=int,
        help=say(
            "port of the master (default: a free one)", "マスターのポート（既定: 空きポート）"
        ),
    )
    cli.add_argument(
        "--expect-workers",
        type=_count,
        default=0,
        metavar="N",
        help=say(
            "start no workers here: wait for N that other machines start with the same --run-file",
            "ここではワーカーを起動せず、同じ--run-fileで別のマシンが起動するN個を待つ",
        ),
    )
    cli.add_argument(
        "--run-file",
        type=Path,
        metavar="FILE",
        help=say("from `prepare`", "`prepare`が作成したもの"),
    )
    cli.set_defaults(
        command=lambda asked, one: commands.run(
            one,
            asked.env,
            _options(asked),
            Distribution(listen=asked.listen, port=asked.port, expected=asked.expect_workers),
            host=asked.host,
            run_file=asked.run_file,
            lang=asked.lang,
        )
    )


def _prepare(cli: CommandLine) -> None:
    say = cli.say
    _run_options(cli)
    _workers(cli)
    cli.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FILE",
        help=say("outside the repository", "リポジトリの外"),
    )
    cli.set_defaults(
        command=lambda asked, one: commands.prepare_run(
            one, asked.env, _options(asked), asked.to, host=asked.host, lang=asked.lang
        )
    )


def _record(cli: CommandLine) -> None:
    cli.add_argument(
        "verdict",
        type=Path,
        help=cli.say("verdict.json of a run", "実行が残したverdict.json"),
    )
    cli.set_defaults(
        command=lambda asked, one: commands.record_verdict(one, asked.verdict, asked.lang)
    )


def _options(asked: argparse.Namespace) -> RunOptions:
    return RunOptions(
        plan=asked.plan,
        workers=asked.workers,
        journey=asked.journey,
        unlock=asked.unlock,
        pool_file=asked.pool,
        objectives=asked.objectives,
    )


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} (1, 2, 3 …)")
    return int(text)


def main(
    arguments: Sequence[str] | None = None, *, join: Callable[[Path], LoadComposition] | None = None
) -> int:
    """Run one command and return its exit code; a refusal is one sentence.

    ``join`` composes the project at a root folder: the real one unless a test passes its own.
    """
    asked = parser(language(sys.argv[1:] if arguments is None else arguments)).parse_args(arguments)
    return framed("load", lambda: _run_command(asked, join or _composed), asked.lang)


def _run_command(asked: argparse.Namespace, join: Callable[[Path], LoadComposition]) -> int:
    try:
        code: ExitCode = asked.command(asked, join(ROOT))
    except LoadRefused as refusal:
        said = Words(en=f"refused: {refusal}", ja=f"拒否: {refusal.ja}")
        print(visible_line(said[asked.lang]), file=sys.stderr)
        return int(ExitCode.REFUSED)
    except KeyboardInterrupt:
        print(STOPPED[asked.lang], file=sys.stderr)
        return int(ExitCode.INVALID)
    return int(code)


def _composed(root: Path) -> LoadComposition:
    from load.composition import load_composition  # noqa: PLC0415 - it joins the local stack, a second of imports: not for --help

    return load_composition(root)


if __name__ == "__main__":
    sys.exit(main())
