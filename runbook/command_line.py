"""What ``signoff run``, ``python -m runbook``, ``fix`` and ``up`` take, and what they refuse; what they do is imported when they run."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aws.words import LANGUAGES, SILENCE, Words
from signoff.commands.command_line import (
    Command,
    CommandGroup,
    CommandOption,
    environment_option,
    environments_option,
    file_option,
)
from signoff.commands.help_page import HelpLine

if TYPE_CHECKING:
    from runbook.engine import Procedure

PAGES = Path(__file__).with_name("pages")
OF_NO_PROCEDURE = {"index", "alarms"}
"""Pages that help and completion do not offer."""
EXAMPLES = Words(
    en="""\
examples:
  python -m runbook                                  list the procedures by step of the guide
  python -m runbook secrets --env prod               rehearse: show what would change
  python -m runbook secrets --env prod --go          run it; ask before anything is deleted
  python -m runbook fix --env prod                   the red rows of the newest report, one by one
  python -m runbook provision --env prod --go        everything from an empty account
  python -m runbook provision --env prod --policy    the IAM policy that this takes
  python -m runbook migrate_masters --from dev --to prod    rehearse the migration

--help after a procedure's name lists its own options. To resume a run that stopped, enter the
same command again. signoff run is the same as python -m runbook.
""",
    ja="""\
例:
  python -m runbook                                  手順の一覧（手順書の順）
  python -m runbook secrets --env prod               リハーサル: 変更内容を表示する
  python -m runbook secrets --env prod --go          実行する。削除の前には確認する
  python -m runbook fix --env prod                   最新のレポートの不合格項目を順に扱う
  python -m runbook provision --env prod --go        空のアカウントからすべて作成する
  python -m runbook provision --env prod --policy    そのために必要なIAMポリシー
  python -m runbook migrate_masters --from dev --to prod    移行のリハーサル

手順名の後に--helpを付けると、その手順のオプションを表示する。止まった実行を再開するには、同じコマンドをもう一度実行する。
同じことをsignoff runでも実行できる。
""",
)
SWITCHES = {
    "--go": Words(en="run it; without it, rehearse", ja="実行する。付けなければリハーサル"),
    "--full": Words(
        en="show every value whole; so it is where no terminal is",
        ja="値を省略せずに表示する（出力先がターミナルでない場合は常に）",
    ),
    "--yes": Words(
        en="agree to every deletion, but not to answering 503, and leave open what only a person can do",
        ja="削除の確認をすべて省略し（503を返す状態への変更を除く）、人にしかできない作業は未完了のままにする",
    ),
    "--no-judge": Words(
        en="do not judge the rows that the steps prove",
        ja="ステップの完了条件となる項目を判定しない",
    ),
    "--wait": Words(
        en="wait for what only time repairs before rows are judged",
        ja="時間だけが解決するものを待ってから項目を判定する",
    ),
    "--policy": Words(
        en="print the IAM policy that the procedure needs in this environment, and end",
        ja="手順に必要なIAMポリシーをこの環境向けに表示して終了する",
    ),
}
"""Options without a value, of every procedure."""
OF_EVERY_PROCEDURE = Words(en="it is an option of procedures", ja="手順のオプションです")


def _journal() -> CommandOption:
    return file_option("--journal", en="another journal", ja="別のジャーナル")


class OfRunbook(Command):
    """A command of the runbook: it says of which procedures an option is that it does not take itself."""

    def reason_not_taken(self, _: click.Context, word: str) -> Words:
        by_name: Mapping[str, Procedure] = import_module("runbook.catalogue").procedures()
        of_others = [
            procedure.name
            for procedure in by_name.values()
            if word in {each.flag for each in procedure.options}
        ]
        if of_others:
            names = ", ".join(of_others)
            return Words(en=f"it is an option of {names}", ja=f"{names}のオプションです")
        return OF_EVERY_PROCEDURE if word in SWITCHES else SILENCE


class ProcedureCommand(OfRunbook):
    """The command of one procedure, with the options that it declares."""

    def __init__(self, procedure: "Procedure") -> None:
        super().__init__(
            procedure.name,
            environment_option(),
            *(CommandOption(flag, is_flag=True, words=words) for flag, words in SWITCHES.items()),
            *_declared(procedure),
            environments_option(),
            _journal(),
            en=procedure.text.title.en,
            ja=procedure.text.title.ja,
        )
        self.procedure = procedure

    def invoke(self, ctx: click.Context) -> int:
        own = {option.name for option in self.procedure.options}
        chosen = {
            name: value for name, value in ctx.params.items() if name in own and value is not None
        }
        shared = {name: value for name, value in ctx.params.items() if name not in own}
        code: int = import_module("runbook.commands").perform(self.procedure, chosen, **shared)
        return code


def _declared(procedure: "Procedure") -> Iterator[CommandOption]:
    for option in procedure.options:
        kind = (
            {"type": click.Choice(option.choices)}
            if option.choices
            else {"metavar": option.metavar}
        )
        yield CommandOption(option.flag, option.name, words=option.help, **kind)


class Procedures(OfRunbook, CommandGroup):
    """All procedures; their names and titles are those of their pages, so that help and completion load none of them."""

    kind = Words(en="procedure", ja="手順")

    def list_commands(self, _: click.Context) -> list[str]:
        return [*_titles("en"), FIX.name or ""]

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name == FIX.name:
            return FIX
        procedure = import_module("runbook.catalogue").procedures().get(name)
        return ProcedureCommand(procedure) if procedure else None

    def pages(self, _: click.Context) -> Mapping[Words, Sequence[HelpLine]]:
        en, ja = (_titles(lang) for lang in LANGUAGES)
        procedures = [HelpLine(name, Words(en=en[name], ja=ja[name])) for name in en]
        return {
            Words(en="procedures", ja="手順"): [*procedures, HelpLine(FIX.name or "", FIX.words)]
        }

    def invoke(self, ctx: click.Context) -> int:
        """Run a procedure; options that stood before its name are its own. Without one, list them."""
        source = ctx.get_parameter_source
        shared = {
            key: value
            for key, value in ctx.params.items()
            if source(key) is click.core.ParameterSource.COMMANDLINE
        }
        if not ctx.args and not ctx._protected_args:  # noqa: SLF001 - click has no other name for what is left
            show = import_module("runbook.commands").show_list
            env, file = ctx.params["env"], ctx.params["environments"]
            return int(show(env, file, ctx.obj, chosen="env" in shared))
        ctx.default_map = dict.fromkeys(self.list_commands(ctx), shared)
        return int(super().invoke(ctx) or 0)


def _titles(lang: str) -> dict[str, str]:
    """Return procedure -> title of its page."""
    pages = {path.name.partition(".")[0]: path for path in sorted(PAGES.glob(f"*.{lang}.md"))}
    return {name: _heading(page) for name, page in pages.items() if name not in OF_NO_PROCEDURE}


def _heading(page: Path) -> str:
    with page.open(encoding="utf-8") as opened:
        return next(line for line in opened if line.startswith("# ")).strip("# \n")


FIX = OfRunbook(
    "fix",
    environment_option(),
    environments_option(),
    _journal(),
    en="walk through the red rows of the newest report: show each remedy, ask, run it, judge again",
    ja="最新のレポートの不合格項目を順に扱う。対処を表示し、確認のうえ実行し、再判定する",
    does="runbook.commands:fix_red_rows",
)
RUN = Procedures(
    "run",
    environment_option(),
    environments_option(),
    _journal(),
    en="rehearse or run a procedure of the migration guide; without --go, nothing is changed; without a name, list them",
    ja="移行手順書の手順をリハーサルまたは実行する。--goを付けない限り何も変更しない。手順名がなければ一覧",
    examples=EXAMPLES,
)
UP = Command(
    "up",
    CommandOption(
        "--empty",
        is_flag=True,
        en="start an account with nothing in it",
        ja="何もないアカウントで始める",
    ),
    environments_option(),
    en="keep a local stack running, for other commands to use, until Ctrl-C",
    ja="ローカルスタックをCtrl-Cまで起動したままにし、他のコマンドから使えるようにする",
    does="runbook.up:keep_up",
)
