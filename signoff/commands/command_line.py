"""What every command is made of: declared options, suggestions for unknown ones, help and errors in both languages.

Click parses. Its own sentences exist in English alone, and its help knows no letter that is two columns wide: so
help and errors are written here, from what click holds as data.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from shutil import get_terminal_size
from types import MappingProxyType
from typing import Any

import click
from click.shell_completion import shell_complete

from aws.visible import visible_line
from aws.words import LANGUAGES, SILENCE, Bilingual, Words, did_you_mean, nearest, there_are
from signoff import ROOT, environments_file
from signoff.commands.help_page import WIDEST, HelpLine, broken

USAGE = 2
HELP = {"help_option_names": ["--help", "-h"]}
USAGE_LINE = Words(en="usage: {} [options]", ja="使い方: {} [オプション]")
ARGUMENTS, OPTIONS = Words(en="arguments", ja="引数"), Words(en="options", ja="オプション")
SHOW_HELP = Words(en="show this help and exit", ja="このヘルプを表示して終了する")


def environment_names(ctx: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Complete the tables of the file of environments."""
    file = Path(ctx.params.get("environments") or ROOT / "environments.toml")
    return [name for name in _keys(file) if name.startswith(typed)]


def row_ids(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    rows = _keys(ROOT / "checks" / "checklist.toml")
    return [id_ for id_ in rows if "-" in id_ and id_.startswith(typed.upper())]


def _keys(file: Path) -> list[str]:
    try:
        read: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a shell that completes has no place for a sentence
        return []
    return list(read)


class CommandLineError(Bilingual):
    """What was asked can't be done: the message says what to write instead."""


class CommandOption(click.Option):
    """An option with its meaning in both languages."""

    def __init__(
        self, *names: str, words: Words = SILENCE, en: str = "", ja: str = "", **more: Any
    ) -> None:
        super().__init__(names, **more)
        self.words = words or Words(en=en, ja=ja)


class Argument(click.Argument):
    """A positional argument with its meaning in both languages."""

    def __init__(self, name: str, *, en: str, ja: str, **more: Any) -> None:
        super().__init__([name], **more)
        self.words = Words(en=en, ja=ja)


class Day(click.ParamType[date]):
    """A calendar day, such as 2026-12-31."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value}", param, ctx)


class Command(click.Command):
    """A command: its parameters, what it does in both languages, and the function that does it and returns an exit code.

    The function is named as ``module:function`` and imported when the command runs, so that help is shown at once;
    it takes its parameters by name, and ``lang``. ``examples`` stand below the options.
    """

    def __init__(
        self,
        name: str,
        *params: click.Parameter,
        en: str,
        ja: str,
        does: str = "",
        examples: Words = SILENCE,
        **more: Any,
    ) -> None:
        super().__init__(name, params=[*params, language_option()], context_settings=HELP, **more)
        self.words, self.examples, self.does = Words(en=en, ja=ja), examples, does

    def invoke(self, ctx: click.Context) -> Any:
        return imported(self.does)(**ctx.params) if self.does else super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        try:
            _refuse_repeated(self.make_parser(ctx).parse_args([*args])[2], ctx)
            super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # the parser of options knows none
            raise
        if ctx.args and not isinstance(self, click.Group):
            raise click.NoSuchOption(ctx.args[0], ctx=ctx)
        return ctx.args

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(help_of(self, ctx))

    def pages(self, _: click.Context) -> Mapping[Words, Sequence[HelpLine]]:
        """Return heading -> entries that stand below the options."""
        return {}

    def examples_of(self, _: click.Context) -> Words:
        return self.examples

    def reason_not_taken(self, _: click.Context, __: str) -> Words:
        """Return what there is to say of an option or argument that this command does not take; empty: nothing."""
        return SILENCE


def _refuse_repeated(parameters: Sequence[click.Parameter], ctx: click.Context) -> None:
    """Raise GivenTwice for an option that stands there twice and takes one value: Click would ignore the first one."""
    for param in parameters:
        takes_one = isinstance(param, CommandOption) and not (param.is_flag or param.multiple)
        if takes_one and parameters.count(param) > 1:
            raise GivenTwice(param.opts[0], ctx)


class CommandGroup(Command, click.Group):
    """Commands by name; ``declared`` says where each is declared, as ``module:attribute``. Without one: its help."""

    kind = Words(en="command", ja="コマンド")
    """What its members are."""

    def __init__(
        self, *about: Any, declared: Mapping[str, str] = MappingProxyType({}), **more: Any
    ) -> None:
        super().__init__(*about, **{"invoke_without_command": True, "callback": _help, **more})
        self.declared = declared

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.declared)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        path = self.declared.get(name)
        command: click.Command | None = imported(path) if path else None
        return command

    def pages(self, ctx: click.Context) -> Mapping[Words, Sequence[HelpLine]]:
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        return {
            Words(en=f"{self.kind.en}s", ja=self.kind.ja): [
                HelpLine(name, command.words)
                for name, command in commands.items()
                if isinstance(command, Command)
            ]
        }


def imported(path: str) -> Any:
    """Return what ``module:attribute`` names."""
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def _help(**_: object) -> int:
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        print(ctx.get_help(), end="")
    return 0


class GivenTwice(click.UsageError):
    """A command was given two values of an option that takes one."""


def language_option() -> CommandOption:
    return CommandOption(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=lambda: click.get_current_context().obj,
        en="language (default: that of LC_ALL, LC_MESSAGES or LANG)",
        ja="言語（既定: LC_ALL、LC_MESSAGES、LANGの言語）",
    )


def environment_option(default: str | None = "local") -> CommandOption:
    """Return ``--env``, the name of the environment; ``local`` is the embedded stack."""
    return CommandOption(
        "--env",
        default=default,
        metavar="NAME",
        shell_complete=environment_names,
        en=f"table of environments.toml (default: {default})",
        ja=f"environments.tomlの環境名（既定: {default}）",
    )


def file_option(
    flag: str, *, metavar: str = "FILE", default: Callable[[], Path] | None = None, **more: Any
) -> CommandOption:
    kind = click.Path(path_type=Path)
    return CommandOption(flag, type=kind, default=default, metavar=metavar, **more)


def file_argument(name: str, *, metavar: str = "FILE", **texts: str) -> Argument:
    return Argument(name, type=click.Path(path_type=Path), metavar=metavar, **texts)


def environments_option(
    default: Callable[[], Path] | None = environments_file,
) -> CommandOption:
    """Return ``--environments``, the file that describes the environments."""
    return file_option(
        "--environments", default=default, en="another file of environments", ja="別の環境ファイル"
    )


def help_of(command: Command, ctx: click.Context) -> str:
    """Return the help of a command, as wide as the terminal allows."""
    lang, room = str(ctx.obj), min(WIDEST, get_terminal_size().columns)
    options = [
        HelpLine(_spelled(param, ctx), param.words)
        for param in command.params
        if isinstance(param, CommandOption)
    ]
    sections = {
        ARGUMENTS: _arguments(command, ctx),
        **command.pages(ctx),
        OPTIONS: [*options, HelpLine("--help", SHOW_HELP)],
    }
    blocks = [usage_of(command, ctx), "\n".join(broken(command.words[lang], room))]
    for heading, entries in sections.items():
        if entries:
            lines = (entry.text(lang, room) for entry in entries)
            blocks.append("\n".join([f"{heading[lang]}:", *lines]))
    return "\n\n".join(filter(None, [*blocks, command.examples_of(ctx)[lang].rstrip()])) + "\n"


def usage_of(command: Command, ctx: click.Context) -> str:
    takes = [argument.name for argument in _arguments(command, ctx)]
    if isinstance(command, CommandGroup):
        takes.append(f"[{command.kind.en.upper()}]")
    return " ".join([USAGE_LINE[ctx.obj].format(ctx.command_path), *takes])


def _arguments(command: Command, ctx: click.Context) -> list[HelpLine]:
    arguments = (param for param in command.params if isinstance(param, Argument))
    return [HelpLine(param.make_metavar(ctx), param.words) for param in arguments]


def _spelled(option: CommandOption, ctx: click.Context) -> str:
    name = max(option.opts, key=len)
    return name if option.is_flag else f"{name} {option.make_metavar(ctx)}"


def run(command: Command, arguments: Sequence[str], *, prog: str, lang: str, **parts: Any) -> int:
    """Run a command line and return its exit code. A wrong one ends with its usage, one sentence, and 2.

    What a command does finds ``parts`` in its context's ``meta``: seams of a test.
    """
    _complete(command, prog)
    try:
        with command.make_context(prog, list(arguments), obj=lang) as ctx:
            ctx.meta.update(parts)
            return int(command.invoke(ctx) or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        print(_refusal(error, prog, lang), file=sys.stderr)
        return USAGE


def _complete(command: Command, prog: str) -> None:
    """Answer a shell that asks for completions, and exit; return if none asks."""
    variable = f"_{prog.upper()}_COMPLETE"
    if instruction := os.environ.get(variable):
        sys.exit(shell_complete(command, {"obj": "en"}, prog, variable, instruction))


def _refusal(error: click.UsageError, prog: str, lang: str) -> str:
    ctx = error.ctx
    path = ctx.command_path if ctx else prog
    usage = usage_of(ctx.command, ctx) if ctx and isinstance(ctx.command, Command) else path
    return f"{usage}\n{visible_line(_why(error, path)[lang])}"


def _why(error: click.UsageError, path: str) -> Words:  # noqa: PLR0911 - one sentence for each kind of error
    param = getattr(error, "param", None)
    match error:
        case click.NoSuchOption():
            near = nearest(error.option_name, _options(error), "--") or _doubled(error)
            return _not_taken(error, error.option_name, near, path)
        case click.NoSuchCommand():
            return _no_command(error, path)
        case GivenTwice():
            return Words(
                en=f"{path}: {error.message} is given twice, and takes one value",
                ja=f"{path}: {error.message}は2回指定できません",
            )
        case click.MissingParameter() if isinstance(param, (CommandOption, Argument)):
            of_option = isinstance(param, CommandOption)
            name = param.opts[0] if of_option else param.human_readable_name
            return Words(
                en=f"{path}: {name} is missing: {param.words.en}",
                ja=f"{path}: {name}（{param.words.ja}）が必要です",
            )
        case click.BadOptionUsage(option_name=name):
            options = error.ctx.command.params if error.ctx else ()
            if any(name in option.opts and not getattr(option, "is_flag", 0) for option in options):
                return Words(
                    en=f"{path}: {name} takes a value", ja=f"{path}: {name}には値が必要です"
                )
            return Words(en=f"{path}: {name} takes no value", ja=f"{path}: {name}は値を取りません")
        case click.BadParameter() if param is not None:
            return _unfit(error, param, path)
    return Words.same(error.format_message())


def _unfit(error: click.BadParameter, param: click.Parameter, path: str) -> Words:
    option = path if isinstance(param, Argument) else f"{path}: {param.opts[0]}"
    if isinstance(param.type, click.Choice):
        choices = ", ".join(map(str, param.type.choices))
        return Words(
            en=f"{option} takes one of {choices}",
            ja=f"{option}に指定できるのは{choices}のいずれかです",
        )
    form = _form_of(param.type) or Words.same(error.message)
    return Words(en=f"{option} takes {form.en}", ja=f"{option}には{form.ja}を指定してください")


def _form_of(kind: click.ParamType[Any]) -> Words:
    """Return what a value of this type looks like; empty for a type that no command has."""
    match kind:
        case Day():
            return Words(en="a day, such as 2026-12-31", ja="日付（例: 2026-12-31）")
        case click.IntRange():
            return Words(en=f"a whole number of at least {kind.min}", ja=f"{kind.min}以上の整数")
        case click.types.IntParamType():
            return Words(en="a whole number", ja="整数")
    return SILENCE


def _doubled(error: click.NoSuchOption) -> str | None:
    """Return the option that was meant where one hyphen is missing: click reads ``-env`` as ``-e``."""
    return next(
        (name for name in _options(error) if name.startswith(f"-{error.option_name}")), None
    )


def _options(error: click.NoSuchOption) -> list[str]:
    return (
        [name for option in error.ctx.command.params for name in option.opts] if error.ctx else []
    )


def _not_taken(error: click.UsageError, word: str, near: str | None, path: str) -> Words:
    ctx = error.ctx
    assert ctx is not None  # noqa: S101 - click gives each of these its context
    why = ctx.command.reason_not_taken(ctx, word) if isinstance(ctx.command, Command) else SILENCE
    if why:
        en, ja = f"; {why.en}", f"（{why.ja}）"
    elif meant := did_you_mean(near):
        en, ja = f"; {meant.en}", f"。{meant.ja}"
    else:
        en, ja = "; --help lists what it takes", "。--helpで一覧を表示します"
    return Words(en=f"{path} does not take {word}{en}", ja=f"{path}に{word}は使えません{ja}")


def _no_command(error: click.NoSuchCommand, path: str) -> Words:
    name, ctx = error.command_name, error.ctx
    group = ctx.command if ctx and isinstance(ctx.command, CommandGroup) else None
    commands = group.list_commands(ctx) if group and ctx else []
    instead = did_you_mean(nearest(name, commands)) or there_are(commands)
    kind = group.kind if group else CommandGroup.kind
    return Words(
        en=f"{path} has no {kind.en} {name}; {instead.en}",
        ja=f"{path}に{kind.ja}{name}はありません。{instead.ja}",
    )
