"""The one command: its subcommands and their options, and, called without any, what to do next.

This module and those that it names are light: what a subcommand does is imported when it runs.
"""

import json
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from aws.visible import visible_line
from aws.words import Words
from signoff import environments_file, home_of
from signoff.commands.command_line import (
    Argument,
    Command,
    CommandGroup,
    CommandOption,
    Day,
    environment_names,
    environment_option,
    environments_option,
    file_argument,
    file_option,
    row_ids,
)
from signoff.commands.judging_options import JUDGING
from signoff.judge.exit_codes import EXIT_CODES

FIRST = Words(
    en="signoff judge                      no report yet: judge the embedded stack, in a quarter of a minute",
    ja="signoff judge                      レポートがありません。まず組み込みスタックを判定します（約15秒）",
)
PROD = (
    Words(
        en="signoff init --env prod --to environments.toml   fill in your account",
        ja="signoff init --env prod --to environments.toml   アカウントの内容を環境ファイルに書く",
    ),
    Words(
        en="signoff needs --env prod                         list what a GO of production needs",
        ja="signoff needs --env prod                         本番のGOに必要な前提を一覧する",
    ),
)
SUBCOMMANDS: Mapping[str, str] = {
    "judge": "signoff.commands.subcommands:JUDGE",
    "needs": "signoff.commands.subcommands:NEEDS",
    "init": "signoff.commands.subcommands:INIT",
    "run": "runbook.command_line:RUN",
    "fix": "runbook.command_line:FIX",
    "accept": "signoff.commands.subcommands:ACCEPT",
    "load": "load.command_line:LOAD",
    "verify": "signoff.commands.subcommands:VERIFY",
    "replay": "signoff.commands.subcommands:REPLAY",
    "policy": "signoff.commands.subcommands:POLICY",
    "clean": "smoke.command_line:CLEAN",
    "up": "runbook.command_line:UP",
}
"""Subcommand -> where it is declared. Named, not imported: the judge knows no other room."""
EXAMPLES = Words(
    en="""\
examples:
  signoff judge                                     the embedded stack; no account, no network
  signoff needs --env prod                          what a GO needs: there or not, who, how long, which command
  signoff judge --env prod                          the same as: pytest --env prod
  signoff run tables --env prod                     rehearse a procedure; --go runs it
  signoff accept MON-14 --by "Hanako Sato" --until 2026-12-31

completion (bash; zsh and fish likewise): eval "$(_SIGNOFF_COMPLETE=bash_source signoff)"
""",
    ja="""\
例:
  signoff judge                                     組み込みスタックを判定（アカウント、ネットワーク不要）
  signoff needs --env prod                          GOに必要な前提（有無、担当、時間、コマンド）
  signoff judge --env prod                          pytest --env prodと同じ
  signoff run tables --env prod                     手順のリハーサル（--goで実行）
  signoff accept MON-14 --by 佐藤花子 --until 2026-12-31

補完（bash。zsh、fishも同様）: eval "$(_SIGNOFF_COMPLETE=bash_source signoff)"
""",
)
EXITS = Words(en="exit codes:", ja="終了コード:")
NEXT = Words(en="next:", ja="次の操作:")
KINDS = ("reader", "smoke", "ci", "trust")
NEEDS = Command(
    "needs",
    environment_option(),
    environments_option(),
    en="list every prerequisite of a GO, in the order in which nothing is lost; exit code 0 if all are there",
    ja="GOに必要な前提を、やり直しの生じない順に一覧する。すべて揃っていれば終了コード0",
    does="checks.needs:show_needs",
)
ACCEPT = Command(
    "accept",
    Argument(
        "conditions",
        nargs=-1,
        metavar="[CONDITION...]",
        shell_complete=row_ids,
        en="a row, or a condition of the newest run",
        ja="項目、または最新の実行の条件",
    ),
    environment_option("prod"),
    CommandOption("--by", metavar="NAME", en="who answers for it", ja="担当者の氏名"),
    CommandOption(
        "--until",
        type=Day(),
        metavar="DAY",
        en="until when, such as 2026-12-31",
        ja="期限（例: 2026-12-31）",
    ),
    environments_option(),
    en="name who answers for a condition of the verdict, and until when; without one, list those without an owner",
    ja="判定の条件に担当者と期限を付ける。条件を省略すると、担当者のない条件を一覧する",
    does="signoff.commands.accept:accept_conditions",
)
POLICY = Command(
    "policy",
    Argument(
        "kind",
        type=click.Choice(KINDS),
        metavar="|".join(KINDS),
        en="reader: what reading takes; smoke: what the smoke calls take beyond it; ci: all of it, and recording; trust: who may take CI's role",
        ja="reader: 読み取り、smoke: スモークの呼び出しに追加で必要な権限、ci: そのすべてと記録、trust: CIのロールの信頼ポリシー",
    ),
    environment_option("prod"),
    CommandOption(
        "--repository",
        metavar="OWNER/NAME",
        en="at GitHub, for trust",
        ja="GitHubのリポジトリ（trust用）",
    ),
    environments_option(),
    en="print the rights of a reader as JSON, scoped to the environment's names",
    ja="必要な権限を、環境のリソース名に絞ったJSONで表示する",
    does="signoff.commands.policies:print_policy",
)
INIT = Command(
    "init",
    environment_option("prod"),
    CommandOption(
        "--region",
        metavar="REGION",
        en="default: that of your profile",
        ja="既定: プロファイルのリージョン",
    ),
    CommandOption(
        "--profile",
        metavar="NAME",
        en="AWS profile that may read the account",
        ja="アカウントを読み取れるAWSプロファイル",
    ),
    CommandOption(
        "--prefix", metavar="TEXT", en="what the functions' names begin with", ja="関数名の接頭辞"
    ),
    CommandOption(
        "--origin", metavar="URL", en="origin of the front end", ja="フロントエンドのオリジン"
    ),
    CommandOption(
        "--line-channel",
        metavar="ID",
        en="id of the LINE Login channel",
        ja="LINEログインチャネルのID",
    ),
    file_option(
        "--to", en="add it there; default: print it", ja="追記先のファイル（既定: 表示するだけ）"
    ),
    en="propose an environment from what the account holds; what is not given is asked",
    ja="アカウントの内容から環境を提案する。指定のない項目は質問する",
    does="signoff.commands.init_command:propose",
)


def next_step(root: Path) -> Sequence[Words]:
    """Return what to enter next, with the reason."""
    newest = _newest(root / "report")
    if newest is None:
        return (FIRST,)
    name, decision = newest
    match decision:
        case "NO-GO":
            en = "the newest verdict is NO-GO: fix its red rows"
            ja = "最新の判定はNO-GOです。不合格項目を直します"
            return (_line(f"signoff fix --env {name}", en, ja),)
        case "CONDITIONAL":
            en = "the newest verdict is CONDITIONAL: list what has no owner yet"
            ja = "最新の判定は条件付きGOです。担当者のいない条件を一覧します"
            return (_line(f"signoff accept --env {name}", en, ja),)
    en = f"the newest verdict is {decision}: prove its files"
    ja = f"最新の判定は{decision}です。ファイルを検証します"
    verified = _line(f"signoff verify report/{name}/latest", en, ja)
    return (verified, *PROD) if name == "local" else (verified,)


def _line(command: str, en: str, ja: str) -> Words:
    return Words(en=visible_line(f"{command}   {en}"), ja=visible_line(f"{command}   {ja}"))


def _newest(reports: Path) -> tuple[str, str] | None:
    """Return environment and decision of the newest finished run; None where none can be read."""
    results = sorted(reports.glob("*/latest/signoff.json"), key=lambda path: path.stat().st_mtime)
    try:
        newest: Mapping[str, Any] = json.loads(results[-1].read_bytes()) if results else {}
        return str(newest["provenance"]["environment"]), str(newest["verdict"]["decision"])
    except (ValueError, KeyError, TypeError):
        return None


class SignOff(CommandGroup):
    """The top of the command line."""

    def examples_of(self, ctx: click.Context) -> Words:
        return Words(en=_below(ctx, "en"), ja=_below(ctx, "ja"))


class Judging(Command):
    """A command whose arguments behind ``--`` are pytest's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        parsed = super().parse_args(ctx, args[:at])
        ctx.params["of_pytest"] = tuple(args[at + 1 :])
        return parsed


def _below(ctx: click.Context, lang: str) -> str:
    codes = (f"  {code:<4}{words[lang]}" for code, words in EXIT_CODES.items())
    blocks = [EXAMPLES[lang], "\n".join([EXITS[lang], *codes, ""])]
    if ctx.obj == lang:
        home = home_of(environments_file())
        blocks.append("\n".join([NEXT[lang], *(f"  {words[lang]}" for words in next_step(home))]))
    return "\n".join(blocks)


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        print("signoff", metadata.version("stamp-rally-signoff"))
        ctx.exit()


SIGNOFF = SignOff(
    "signoff",
    CommandOption(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_version,
        en="show the version and exit",
        ja="バージョンを表示して終了する",
    ),
    en="Decides, with evidence, whether a stamp rally may go live on AWS.",
    ja="スタンプラリーをAWSで公開してよいかを、証跡に基づいて判定する。",
    declared=SUBCOMMANDS,
)
JUDGE = Judging(
    "judge",
    *JUDGING,
    en="judge an environment: may it go live?",
    ja="環境を判定する（公開してよいか）",
    does="signoff.commands.judging:judge",
    examples=Words(
        en="what stands behind -- goes to pytest as it is: signoff judge --env prod -- --tb=short",
        ja="--より後の引数はそのままpytestに渡す: signoff judge --env prod -- --tb=short",
    ),
)
REPLAY = Command(
    "replay",
    file_argument("inventory", en="inventory.json of a run", ja="実行が残したinventory.json"),
    CommandOption(
        "--env",
        metavar="NAME",
        shell_complete=environment_names,
        en="default: the environment of that run",
        ja="既定: その実行の環境",
    ),
    environments_option(None),
    en="judge what a run read then by today's checks; no call is made",
    ja="保存したインベントリを現在のチェックで判定する（呼び出しなし）",
    does="signoff.commands.judging:replay",
)
VERIFY = Command(
    "verify",
    file_argument(
        "folder",
        en="folder of the run: report/prod/latest",
        ja="実行のフォルダ: report/prod/latest",
        metavar="FOLDER",
    ),
    environments_option(None),
    en="prove that the files of a run are unaltered, by the signed run record, and that no newer run says worse",
    ja="署名付きの実行記録によって、実行のファイルが改変されておらず、新しい実行の判定がそれより悪くないことを確かめる",
    does="signoff.commands.verifying:verify_run",
)
