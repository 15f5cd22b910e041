"""Values that only a person has: asked for without an echo, or read from a file, never an argument."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from aws.words import Words
from runbook.engine import Refused


class Typed(Protocol):
    """Asks a person at the terminal, ``hidden`` without an echo."""

    def __call__(self, question: Words, /, *, hidden: bool = False) -> str: ...


def secret_source(token_file: Path | None, typed: Typed | None) -> Callable[[str], str]:
    """Return what asks for the one secret that no machine can make; raises Refused where no person can be asked.

    A command line is readable by every user of the machine, so no option takes the value itself.
    """

    @cache
    def ask(_: str) -> str:
        if token_file is not None:
            value = _text_of(token_file).strip()
        elif typed is not None:
            question = Words(
                en="LINE channel access token (not shown): ",
                ja="LINEのチャネルアクセストークン（表示されません）: ",
            )
            value = typed(question, hidden=True)
        else:
            raise Refused(
                en="the LINE channel access token is needed, and there is no terminal to ask at: name its file with --line-token-file",
                ja="LINEのチャネルアクセストークンが必要ですが、ターミナルがありません。--line-token-fileでファイルを指定してください",
            )
        if not value:
            raise Refused(
                en="the LINE channel access token is empty: issue one, then run it again",
                ja="LINEのチャネルアクセストークンが空です。発行してから再実行してください",
            )
        return value

    return ask


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            en=f"{file} can't be read as UTF-8 text ({error}): put the token alone into it",
            ja=f"{file}をUTF-8のテキストとして読み取れません（{error}）。トークンだけを書いてください",
        ) from None


def signer(name: str | None, typed: Typed | None) -> Callable[[], str]:
    """Return what asks for the name of the person who signs, once; Refused where no person is there."""

    @cache
    def ask() -> str:
        asked = Words(en="Who signs (your name): ", ja="署名者（氏名）: ")
        given = name or (typed(asked) if typed is not None else "")
        if not given:
            raise Refused(
                en="a signature needs the name of a person: give it with --by",
                ja="署名には人の氏名が必要です。--byで指定してください",
            )
        return given

    return ask
