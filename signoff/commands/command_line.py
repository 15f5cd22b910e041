"""The parser of every command: its help, and what it says itself, in the language of the person."""

import argparse
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from aws.words import LANGUAGES, Bilingual, Say, Words, in_language, language
from signoff.environment import ENVIRONMENTS

ARGPARSE = (
    (r"^argument (.+?): ", r"引数\1: "),
    (r"^the following arguments are required: ", "必要な引数がありません: "),
    (r"^unrecognized arguments: ", "不明な引数: "),
    (r"^ambiguous option: (\S+) could match (.+)", r"\1は\2のどれか特定できません"),
    (r"invalid choice: (.+?) \(choose from (.+)\)$", r"\1は選べません（選択肢: \2）"),
    (r"expected (?:at least )?one argument", "値が必要です"),
    (r"invalid \S+ value: (.+)", r"\1は値として正しくありません"),
    (r"ignored explicit argument (.+)", r"値\1は指定できません"),
    (r"not allowed with argument (.+)", r"\1と同時には指定できません"),
)
"""What argparse itself says is wrong with a command line, and the same in Japanese."""


class CommandLineError(Bilingual):
    """What was asked can't be done: the message says what to write instead."""


def refuse_rest(rest: Sequence[str], command: str) -> None:
    """Refuse what a command does not know. Raises CommandLineError."""
    if rest:
        raise CommandLineError(
            Words(
                en=f"there is no {rest[0]}; see signoff {command} --help",
                ja=f"{rest[0]}はありません。signoff {command} --helpを参照してください",
            )
        )


class CommandLine(argparse.ArgumentParser):
    """A parser that knows its language before it reads the arguments, since ``--help`` is one of them."""

    def __init__(self, *, lang: str = "en", **more: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **more)
        self.lang = lang
        self.say = in_language(lang)
        self._positionals.title = self.say("arguments", "引数")
        self._optionals.title = self.say("options", "オプション")
        for action in self._actions:
            action.help = self.say("show this help and exit", "このヘルプを表示して終了する")

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", self.say("usage: ", "使い方: "), 1)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", self.say("usage: ", "使い方: "), 1)

    def commands(self) -> Any:
        """Return the object to add subcommands to; each speaks this language, and its help describes it."""
        made: Any = partial(CommandLine, lang=self.lang)
        added: Any = self.add_subparsers(metavar="COMMAND", required=True, parser_class=made)
        add_parser = added.add_parser
        added.add_parser = lambda name, **more: add_parser(
            name, **{"description": more.get("help")} | more
        )
        return added

    def add_environment(self) -> None:
        """Add ``--env``, the name of the environment; the default is ``local``, the embedded stack."""
        self.add_argument(
            "--env",
            default="local",
            metavar="NAME",
            help=self.say(
                "table of environments.toml (default: local)",
                "environments.tomlの環境名（既定: local）",
            ),
        )

    def add_environments(self) -> None:
        """Add ``--environments``, the file that describes the environments."""
        self.add_argument(
            "--environments",
            type=Path,
            default=ENVIRONMENTS,
            metavar="FILE",
            help=self.say("another file of environments", "別の環境ファイル"),
        )

    def add_language(self) -> None:
        """Add ``--lang``."""
        self.add_argument(
            "--lang",
            default=self.lang,
            choices=LANGUAGES,
            help=self.say(
                "language (default: that of LC_ALL, LC_MESSAGES or LANG)",
                "言語（既定: LC_ALL、LC_MESSAGES、LANGの言語）",
            ),
        )

    def refuse(self, words: Words) -> NoReturn:
        """End with a sentence about the command line, and code 2."""
        self.error(words[self.lang])

    def error(self, message: str) -> NoReturn:
        said = self.say("error", "エラー")
        told = self.say(message, _in_japanese(message))
        self.exit(2, f"{self.format_usage()}{self.prog}: {said}: {told}\n")


def _in_japanese(message: str) -> str:
    for said, instead in ARGPARSE:
        message = re.sub(said, instead, message)
    return message


def language_of(arguments: Sequence[str] | None, given: Sequence[str]) -> tuple[str, Say]:
    """Return the language of a command: from its own arguments, else from those of the process."""
    lang = language(given if arguments is None else arguments)
    return lang, in_language(lang)
