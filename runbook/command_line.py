"""The command line of ``python -m runbook``, in both languages: what each command takes, and what it refuses."""

import argparse
import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from aws.words import Words
from runbook.engine import Procedure
from runbook.engine.option import Option, OptionScope
from signoff.commands.command_line import CommandLine

FIX = "fix"
"""Not a procedure: it walks through the red rows and runs theirs."""
PROG = "python -m runbook"
DESCRIPTION = Words(
    en="The migration guide, made executable. Without --go, nothing is changed.",
    ja="移行手順書を実行可能にしたもの。--goを付けない限り何も変更しない。",
)
OF_FIX = Words(
    en="Walk through the red rows of the newest report: shows each remedy, asks, runs it, judges again.",
    ja="最新のレポートの不合格項目を順に扱う。対処を表示し、確認のうえ実行し、再判定する。",
)
EXAMPLES = Words(
    en="""\
examples:
  python -m runbook                                  list the procedures by step of the guide
  python -m runbook secrets --env prod               rehearse: show what would change
  python -m runbook secrets --env prod --go          run it; ask before anything is deleted
  python -m runbook fix --env prod                   the red rows of the newest report, one by one
  python -m runbook provision --env prod --go        everything from an empty account
  python -m runbook provision --env prod --policy    the IAM policy that this takes (docs/rights/)
  python -m runbook migrate_masters --from dev --to prod    rehearse the migration

--help after a procedure's name lists its own options. To resume a run that stopped, enter the
same command again.

exit codes: 0 done, or nothing to do; 1 a step failed, was declined, or its rows are red;
            2 the command line or the environment file is wrong; 4 wrong account or Region
""",
    ja="""\
例:
  python -m runbook                                  手順の一覧（手順書の順）
  python -m runbook secrets --env prod               リハーサル: 変更内容を表示する
  python -m runbook secrets --env prod --go          実行する。削除の前には確認する
  python -m runbook fix --env prod                   最新のレポートの不合格項目を順に扱う
  python -m runbook provision --env prod --go        空のアカウントからすべて作成する
  python -m runbook provision --env prod --policy    そのために必要なIAMポリシー（docs/rights/）
  python -m runbook migrate_masters --from dev --to prod    移行のリハーサル

手順名の後に--helpを付けると、その手順のオプションを表示する。止まった実行を再開するには、同じコマンドをもう一度実行する。

終了コード: 0 完了、または変更なし。1 ステップが失敗、中止、または項目が不合格。
            2 コマンドラインまたは環境ファイルの誤り。4 アカウントまたはリージョンの誤り
""",
)
SWITCHES = {
    "--go": ("run it; without it, rehearse", "実行する。付けなければリハーサル"),
    "--full": (
        "show every value whole; so it is where no terminal is",
        "値を省略せずに表示する（出力先がターミナルでない場合は常に）",
    ),
    "--yes": (
        "agree to every deletion, and leave open what only a person can do",
        "削除にすべて同意し、人にしかできない作業は未完了のままにする",
    ),
    "--no-judge": (
        "do not judge the rows that the steps prove",
        "ステップが証明する項目を判定しない",
    ),
    "--wait": (
        "wait for what only time repairs before rows are judged",
        "時間だけが解決するものを待ってから項目を判定する",
    ),
    "--policy": (
        "print the IAM policy that the procedure needs in this environment, and end (docs/rights/ has examples)",
        "手順に必要なIAMポリシーをこの環境向けに表示して終了する（例はdocs/rights/）",
    ),
}
"""Options without a value, of every procedure."""
PROCEDURES = Words(en="procedures", ja="手順")
OF_EVERY_COMMAND = ("--env", "--lang", "--environments", "--journal")
"""Options with a value that stand before a procedure's name as well as after it."""


def command_line(lang: str = "en", command: Procedure | str = "") -> CommandLine:
    """Describe the command line of a procedure, of ``fix``, or of the listing."""
    if isinstance(command, Procedure):
        return _of_procedure(command, lang)
    prog, says = (f"{PROG} {command}", OF_FIX) if command else (PROG, DESCRIPTION)
    more = None if command else EXAMPLES[lang]
    parser = CommandLine(
        prog=prog, description=says[lang], epilog=more, lang=lang, allow_abbrev=False
    )
    parser.add_argument("procedure", nargs="?", help=_which(parser))
    parser.add_environment()
    parser.add_language()
    if command:
        parser.add_environments()
        _add_journal(parser)
    return parser


def _which(parser: CommandLine) -> str:
    return parser.say("which one; without it, list them", "手順名。省略すると一覧を表示する")


def _of_procedure(procedure: Procedure, lang: str) -> CommandLine:
    parser = CommandLine(
        prog=f"{PROG} {procedure.name}",
        description=procedure.text.title[lang],
        lang=lang,
        allow_abbrev=False,
    )
    parser.add_argument("procedure", help=argparse.SUPPRESS)
    parser.add_environment()
    _add_running(parser)
    for one in procedure.options:
        parser.add_argument(
            one.flag, dest=one.name, metavar=one.metavar, choices=one.choices, help=one.help[lang]
        )
    parser.add_language()
    parser.add_environments()
    _add_journal(parser)
    return parser


def _add_running(parser: CommandLine) -> None:
    for flag, (en, ja) in SWITCHES.items():
        parser.add_argument(flag, action="store_true", help=parser.say(en, ja))


def _add_journal(parser: CommandLine) -> None:
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help=parser.say("another journal", "別のジャーナル")
    )


def parsed(
    arguments: Sequence[str], lang: str, known: Mapping[str, Procedure]
) -> tuple[CommandLine, argparse.Namespace]:
    """Parse a command line; end with a suggestion where it holds what its command does not take."""
    name = _named_in(arguments, (each for one in known.values() for each in one.options))
    parser = command_line(lang, FIX if name == FIX else known.get(name or "", ""))
    if name not in {None, FIX, *known}:
        parser.refuse(_unknown(str(name), known))
    asked, more = parser.parse_known_args(arguments)
    if more:
        parser.refuse(_not_taken(parser, more[0].partition("=")[0], known))
    return parser, asked


def _named_in(arguments: Sequence[str], options: Iterable[Option]) -> str | None:
    """Return the first word that is neither an option nor an option's value."""
    valued = {*OF_EVERY_COMMAND, *(one.flag for one in options)}
    words = (
        word
        for last, word in zip(["", *arguments], arguments, strict=False)
        if not word.startswith("-") and last not in valued
    )
    return next(words, None)


def _not_taken(parser: CommandLine, word: str, known: Mapping[str, Procedure]) -> Words:
    command = parser.prog.removeprefix("python -m ")
    of_others = [one.name for one in known.values() if word in {each.flag for each in one.options}]
    if of_others or word in SWITCHES:
        others = Words.same(", ".join(of_others)) if of_others else PROCEDURES
        en, ja = f"; it is an option of {others.en}", f"（{others.ja}のオプションです）"
    elif near := _near(word, parser):
        en, ja = f"; did you mean {near}?", f"。{near}の誤りではありませんか"
    else:
        en, ja = "; --help lists what it takes", "。--helpで一覧を表示します"
    return Words(en=f"{command} does not take {word}{en}", ja=f"{command}に{word}は使えません{ja}")


def _near(word: str, parser: CommandLine) -> str:
    actions = parser._actions  # noqa: SLF001 - argparse has no other list
    taken = {flag.strip("-"): flag for one in actions for flag in one.option_strings}
    near = difflib.get_close_matches(word.strip("-"), taken, n=1)
    return taken[near[0]] if near else ""


def _unknown(name: str, known: Collection[str]) -> Words:
    """Say that there is no such procedure, and which one is near."""
    if close := difflib.get_close_matches(name, known, n=1):
        en, ja = f"did you mean {close[0]}?", f"{close[0]}の誤りではありませんか"
    else:
        there = ", ".join(known)
        en, ja = f"there are {there}", f"あるのは次のとおりです: {there}"
    return Words(en=f"there is no procedure {name}; {en}", ja=f"手順{name}はありません。{ja}")


def wrong_choice(
    procedure: Procedure, asked: argparse.Namespace, scope: OptionScope
) -> Words | None:
    """Return what is wrong with the options of a procedure, as far as no call is needed; None if nothing is."""
    given = chosen(procedure, asked)
    unfit = (_unfit(one, given) for one in procedure.options)
    wrong = (one.wrong(given[one.name], scope) for one in procedure.options if one.name in given)
    return next(filter(None, chain(unfit, wrong)), None)


def chosen(procedure: Procedure, asked: argparse.Namespace) -> dict[str, str]:
    """Return the options of the procedure that were given, by name."""
    values = {one.name: getattr(asked, one.name) for one in procedure.options}
    return {name: value for name, value in values.items() if value is not None}


def _unfit(option: Option, given: Mapping[str, str]) -> Words | None:
    """Say that an option is missing, or means nothing beside another one."""
    if option.name not in given:
        missing = Words(
            en=f"{option.flag} {option.metavar} is missing: {option.help.en}",
            ja=f"{option.flag} {option.metavar}（{option.help.ja}）が必要です",
        )
        return missing if option.needed else None
    if beside := [name for name in option.excludes if name in given]:
        other = f"--{beside[0].replace('_', '-')}"
        return Words(
            en=f"{option.flag} and {other} contradict each other: give one of the two",
            ja=f"{option.flag}と{other}は同時に指定できません。どちらか一方にしてください",
        )
    return None
