"""``signoff init``: asks what an account can't say, and proposes a table of the file of environments."""

import argparse
import re
import sys
import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aws.visible import visible_line
from aws.words import Say, Words, in_language
from signoff.commands.command_line import CommandLineError, refuse_rest
from signoff.commands.init import Answers, discover, table
from signoff.environment import ENVIRONMENTS, EnvironmentFileError, names
from signoff.environment.application import application_beside
from signoff.environment.guard import open_session
from signoff.judge.exit_codes import Exit


def add_init(commands: Any, say: Say) -> None:
    """Add ``signoff init`` to the command line."""
    proposing = commands.add_parser(
        "init",
        help=say(
            "propose an environment from what the account holds",
            "アカウントの内容から環境を提案する",
        ),
    )
    proposing.add_argument(
        "--env",
        default="prod",
        metavar="NAME",
        help=say("its name (default: prod)", "環境名（既定: prod）"),
    )
    proposing.add_argument(
        "--region", help=say("default: that of your profile", "既定: プロファイルのリージョン")
    )
    proposing.add_argument(
        "--profile",
        help=say("AWS profile that may read the account", "アカウントを読み取れるAWSプロファイル"),
    )
    proposing.add_argument(
        "--prefix", help=say("what the functions' names begin with", "関数名の接頭辞")
    )
    proposing.add_argument(
        "--origin", metavar="URL", help=say("origin of the front end", "フロントエンドのオリジン")
    )
    proposing.add_argument(
        "--line-channel",
        metavar="ID",
        help=say("id of the LINE Login channel", "LINEログインチャネルのID"),
    )
    proposing.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help=say("add it there; default: print it", "追記先のファイル（既定: 表示するだけ）"),
    )
    proposing.add_language()
    proposing.set_defaults(command=_init)


def _init(asked: argparse.Namespace, rest: list[str]) -> int:
    refuse_rest(rest, "init")
    session = open_session(asked.region, asked.profile)
    if session.region_name is None:
        raise CommandLineError(
            Words(
                en="no Region is set; add --region ap-northeast-1, or set AWS_REGION",
                ja="リージョンが未設定です。--region ap-northeast-1を加えるか、AWS_REGIONを設定してください",
            )
        )
    client, say = cache(session.client), in_language(asked.lang)
    answers = _answers(asked, session.region_name, client("sts").get_caller_identity()["Account"])
    account, region = answers.account, answers.region
    _aside(
        say(
            f"reading account {account} in {region}",
            f"アカウント{account}（{region}）を読み取ります",
        )
    )
    found = discover(client, answers)
    for problem in found.unread:
        _aside(say(f"not read: {problem}", f"読み取れません: {problem}"))
    if not found.functions:
        _aside(_none_of_ours(answers)[asked.lang])
        return Exit.NO
    there = keys_of(asked.to, asked.env) if asked.to else None
    today = datetime.now(UTC).date()
    text = table(answers, found, lang=asked.lang, today=today, there=there)
    if asked.to is None:
        print(text, end="")
        return 0
    add_to(asked.to, text, asked.env)
    judge = f"signoff judge --env {asked.env}"
    print(
        say(
            f"the table {asked.env} of {asked.to} has what was found; fill in what is commented out, then: {judge}",
            f"見つかった値を{asked.to}のテーブル{asked.env}に書きました。コメントの項目を記入してから: {judge}",
        )
    )
    return 0


def keys_of(file: Path, name: str) -> frozenset[str] | None:
    """Return the keys of a table of that name; None if the file has none."""
    if not file.exists() or name not in names(file):
        return None
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))[name])


def add_to(file: Path, text: str, name: str) -> None:
    """Append a table to an environment file, or add the keys to the table that is there, which keep theirs.

    Raises EnvironmentFileError if the table that is there has no header of its own.
    """
    if keys_of(file, name) is None:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"\n{text}")
        return
    content = file.read_text(encoding="utf-8")
    header = re.search(rf"(?m)^\[{re.escape(name)}\][ \t]*(#.*)?$\n?", content)
    if header is None:
        raise EnvironmentFileError(
            [
                Words(
                    en=f"{file} has a table {name}, but no line [{name}] below which keys could be added; add them by hand",
                    ja=f"{file}の{name}には、キーを追加できる[{name}]の行がありません。手動で追加してください",
                )
            ]
        )
    before = content[: header.end()].rstrip("\n")
    file.write_text(f"{before}\n{text}{content[header.end() :]}", encoding="utf-8")


def _none_of_ours(answers: Answers) -> Words:
    names = ", ".join(answers.application.functions)
    where = f"{answers.account} ({answers.region})"
    return Words(
        en=f"account {where} has none of the application's functions ({names}), so nothing is proposed: name what"
        " their names begin with by --prefix, or another account or Region by --profile and --region",
        ja=f"アカウント{where}に本アプリケーションの関数（{names}）がないため、何も提案しません。--prefixで関数名の接頭辞を、"
        "または--profileと--regionで別のアカウントやリージョンを指定してください",
    )


def _answers(asked: argparse.Namespace, region: str, account: str) -> Answers:
    """Take answers from the command line, and ask for the rest."""
    say = in_language(asked.lang)
    prefix = say(
        "What do the functions' names begin with? (empty: look for it)",
        "関数名の接頭辞は？（空欄なら探します）",
    )
    origin = say(
        "What is the origin of the front end? (https://…)",
        "フロントエンドのオリジンは？（https://…）",
    )
    channel = say("What is the id of the LINE Login channel?", "LINEログインチャネルのIDは？")
    return Answers(
        name=asked.env,
        region=region,
        account=account,
        prefix=asked.prefix or _ask(prefix),
        origin=asked.origin or _ask(origin),
        line_channel=asked.line_channel or _ask(channel),
        application=application_beside(asked.to or ENVIRONMENTS),
    )


def _aside(said: str) -> None:
    print(visible_line(said), file=sys.stderr)


def _ask(question: str) -> str | None:
    """Ask at the terminal; None if there is no terminal, or the answer is empty."""
    if not sys.stdin.isatty():
        return None
    print(question, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or None
