"""``signoff init``: asks what an account can't say, and proposes a table of the file of environments."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from aws.door.clients import Aws
from aws.door.sessions import RetryPolicy
from aws.kinds import LEDGERS
from aws.visible import toml_key, visible_line
from aws.words import Words, in_language
from signoff import environments_file
from signoff.commands.command_line import CommandLineError
from signoff.commands.init import Answers, discover, table
from signoff.environment import EnvironmentFileError, option_of, peek
from signoff.environment.application import application_beside
from signoff.environment.guard import open_session
from signoff.environment.loading import require_name
from signoff.environment.problems import replace_text, text_of, toml
from signoff.judge.exit_codes import Exit

PREFIX = Words(
    en="What do the functions' names begin with? (empty: look for it)",
    ja="関数名の接頭辞は？（空欄なら探します）",
)
ORIGIN = Words(
    en="What is the origin of the front end? (https://…)",
    ja="フロントエンドのオリジンは？（https://…）",
)
CHANNEL = Words(en="What is the id of the LINE Login channel?", ja="LINEログインチャネルのIDは？")


def propose(  # noqa: PLR0913 - the options of the command
    *,
    env: str,
    region: str | None,
    profile: str | None,
    prefix: str | None,
    origin: str | None,
    line_channel: str | None,
    to: Path | None,
    lang: str,
) -> int:
    require_name(env)
    file = to or environments_file()
    planned = peek(env, "region", file) if file.is_file() else None
    session = open_session(region or planned, profile)
    if session.region_name is None:
        raise CommandLineError(
            en="no Region is set; add --region ap-northeast-1, or set AWS_DEFAULT_REGION",
            ja="リージョンが未設定です。--region ap-northeast-1を加えるか、AWS_DEFAULT_REGIONを設定してください",
        )
    say = in_language(lang)
    app = application_beside(file)
    answers = Answers(
        name=env,
        region=session.region_name,
        account=session.client("sts").get_caller_identity()["Account"],
        prefix=prefix or _ask(PREFIX[lang]),
        origin=origin or _ask(ORIGIN[lang]),
        line_channel=line_channel or (_ask(CHANNEL[lang]) if app.talks_to_line else None),
        application=app,
    )
    _aside(
        say(
            f"reading account {answers.account} in {answers.region}",
            f"アカウント{answers.account}（{answers.region}）を読み取ります",
        )
    )
    proposals = discover(Aws(session, answers.region, RetryPolicy(), LEDGERS), answers)
    for problem in proposals.unread:
        _aside(say(f"not read: {problem.en}", f"読み取れません: {problem.ja}"))
    if not proposals.functions:
        _aside(_none_of_ours(answers)[lang])
        return Exit.NO
    there = keys_of(to, env) if to else None
    today = datetime.now(UTC).date()
    text = table(answers, proposals, lang=lang, today=today, there=there)
    if to is None:
        print(text, end="")
        return 0
    add_to(to, text, env)
    judge = f"signoff judge --env {env} {option_of(to)}".rstrip()
    print(
        say(
            f"the table {env} of {to} has what was found; fill in what is commented out, then: {judge}",
            f"見つかった値を{to}のテーブル{env}に書きました。コメントの項目を記入してから: {judge}",
        )
    )
    return 0


def keys_of(file: Path, name: str) -> frozenset[str] | None:
    """Return the keys of a table of that name; None if the file has none."""
    table = toml(file).get(name) if file.exists() else None
    return None if table is None else frozenset(table)


def add_to(file: Path, text: str, name: str) -> None:
    """Append a table to an environment file, or add the keys to the table that is there, which keep theirs.

    Raises EnvironmentFileError if the table that is there has no header of its own.
    """
    content = text_of(file) if file.exists() else ""
    before, after = content, ""
    if keys_of(file, name) is not None:
        line = f"[{toml_key(name)}]"
        header = re.search(rf"(?m)^{re.escape(line)}[ \t]*(#.*)?\r?$\n?", content)
        if header is None:
            raise EnvironmentFileError(
                en=f"{file} has a table {name}, but no line {line} below which keys could be added; add them by hand",
                ja=f"{file}の{name}には、キーを追加できる{line}の行がありません。手動で追加してください",
            )
        before, after = content[: header.end()].rstrip(), content[header.end() :]
    replace_text(file, f"{before}\n{text}{after}")


def _none_of_ours(answers: Answers) -> Words:
    names = ", ".join(answers.application.functions)
    account = f"{answers.account} ({answers.region})"
    return Words(
        en=f"account {account} has none of the application's functions ({names}), so nothing is proposed: name what"
        " their names begin with by --prefix, or another account or Region by --profile and --region; functions that"
        " are called something else are named in environments.toml, key names",
        ja=f"アカウント{account}に本アプリケーションの関数（{names}）がないため、何も提案しません。--prefixで関数名の接頭辞を、"
        "または--profileと--regionで別のアカウントやリージョンを指定してください。関数名がまったく異なる場合は、environments.tomlの"
        "キーnamesに書いてください",
    )


def _aside(line: str) -> None:
    print(visible_line(line), file=sys.stderr)


def _ask(question: str) -> str | None:
    """Ask at the terminal; None if there is no terminal, or the answer is empty."""
    if not sys.stdin.isatty():
        return None
    print(question, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or None
