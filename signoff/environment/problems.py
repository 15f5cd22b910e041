"""What is wrong with an environment: where, what was found, what to write; one sentence per problem.

EnvironmentFileError      all problems of one environment, one per line
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copymode
from typing import Any
from uuid import uuid4

from pydantic_core import ErrorDetails

from aws.words import SILENCE, Bilingual, Words, did_you_mean, joined, nearest, words_of

LETTERS = Words(
    en="letters, digits, hyphens and underscores", ja="英数字、ハイフン、アンダースコア"
)
QUOTED_OR_COMMENT = re.compile(
    r"""\"{3}(?s:.*?)\"{3}|'{3}(?s:.*?)'{3}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#.*"""
)
A_DAY = Words(en="a day, such as 2026-12-01", ja="日付（例: 2026-12-01）")
A_TABLE = Words(en="a table, {{ … }}", ja="テーブル {{ … }}")
FORMS: Mapping[str, Words] = {
    "account": Words(en="the 12 digits of the AWS account", ja="AWSアカウントの12桁の数字"),
    "prefix": Words(
        en=f"3 or more {LETTERS.en}, of which the first is a letter, and the last a letter or a digit",
        ja=f"{LETTERS.ja}から成る3文字以上（先頭は英字、末尾は英数字）",
    ),
    "stage": LETTERS,
    "channel_id": Words(en="the 10 digits of the LINE channel", ja="LINEチャネルの10桁の数字"),
    "metrics": Words(
        en="a namespace of CloudWatch that does not begin with AWS/",
        ja="AWS/で始まらないCloudWatchの名前空間",
    ),
    "indexes": Words(
        en="3 to 255 letters, digits, underscores, hyphens and dots",
        ja="3〜255文字の英数字、アンダースコア、ハイフン、ピリオド",
    ),
    "paths": Words(
        en="a path that begins with / and does not end with it, each {{variable}} as a whole part, {{variable+}} as the last",
        ja="/で始まり/で終わらないパス（{{変数}}は/の間に単独で、{{変数+}}は末尾にだけ）",
    ),
    **dict.fromkeys(
        ("calls", "reads", "writes"),
        Words(
            en="a service and an action as IAM has them, such as dynamodb:GetItem",
            ja="IAMのサービスとアクション（例: dynamodb:GetItem）",
        ),
    ),
    "json_key": Words(en="a name that is not blank", ja="空白以外を含む名前"),
    "settings": Words(
        en="a variable of letters, digits and _ that begins with a letter, and that Lambda does not set itself as it does AWS_REGION",
        ja="英字で始まる英数字と_の変数名（AWS_REGIONのようにLambdaが設定するものを除く）",
    ),
}
"""Last part of a key, the table whose keys have the pattern, or that of a list -> what it asks for, in words."""

WANTED: Mapping[str, Words] = {
    **dict.fromkeys(("bool_type", "bool_parsing"), Words.same("true / false")),
    "dataclass_type": A_TABLE,
    **dict.fromkeys(("date_parsing", "date_type", "date_from_datetime_inexact"), A_DAY),
    "dict_type": A_TABLE,
    **dict.fromkeys(
        ("finite_number", "float_type", "float_parsing"), Words(en="a number", ja="数値")
    ),
    "greater_than": Words(en="a number greater than {gt}", ja="{gt}より大きい数値"),
    "greater_than_equal": Words(en="a number of at least {ge}", ja="{ge}以上の数値"),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float"),
        Words(en="a whole number, without quotes", ja="引用符なしの整数"),
    ),
    "less_than_equal": Words(en="a number of at most {le}", ja="{le}以下の数値"),
    **dict.fromkeys(("enum", "literal_error"), Words(en="{expected}", ja="{expected}のいずれか")),
    "multiple_of": Words(en="a multiple of {multiple_of}", ja="{multiple_of}の倍数"),
    "string_type": Words(en="text, in quotes", ja="引用符で囲んだ文字列"),
    "tuple_type": Words(en="a list, [ … ]", ja="リスト [ … ]"),
}
"""Pydantic's error -> what to write, with its context filled in."""


REMOVED = frozenset({"secrets_in"})
"""Keys of earlier releases, which no other key replaces."""
AN_ENVIRONMENT = Words(en="an environment", ja="環境")


class EnvironmentFileError(Bilingual):
    """The environment cannot be used; ``problems`` has one sentence for each thing to fix."""

    def __init__(self, problems: Iterable[Words] = (), **texts: str) -> None:
        self.problems = tuple(problems) or (Words(**texts),)
        super().__init__(joined(self.problems, "\n"))


def text_of(path: Path) -> str:
    """Return the text of a file, with its line ends; raise EnvironmentFileError if there is none. A mark of UTF-8 at its start is no fault."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise EnvironmentFileError(
            en=f"{path} does not exist; create it, or name another file",
            ja=f"{path}がありません。作成するか、別のファイルを指定してください",
        ) from None
    except OSError as error:
        raise EnvironmentFileError(
            en=f"{path} can't be read ({error.strerror}); name a file that can",
            ja=f"{path}を読み取れません（{error.strerror}）。読み取れるファイルを指定してください",
        ) from None
    except UnicodeDecodeError:
        raise EnvironmentFileError(
            en=f"{path} is not UTF-8 text; save it as UTF-8",
            ja=f"{path}がUTF-8のテキストではありません。UTF-8で保存してください",
        ) from None


def replace_text(path: Path, text: str) -> None:
    """Write a file as a whole, or leave the one there; line ends, rights and a link to it stay."""
    path = path.resolve()
    staged = path.with_name(f"{uuid4().hex}.staged")
    try:
        staged.write_bytes(text.encode())
        if path.exists():
            copymode(path, staged)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def toml(path: Path) -> dict[str, Any]:
    """Return what a file says; raise EnvironmentFileError with its place if that is not TOML."""
    text = text_of(path)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise EnvironmentFileError(
            en=f"{path} has lists or tables in each other, too deep to be read; take them apart",
            ja=f"{path}のリストまたはテーブルの入れ子が深すぎて読み取れません。浅くしてください",
        ) from None
    except tomllib.TOMLDecodeError as error:
        wide = _wide_character(text)
        raise EnvironmentFileError(
            en=f"{path} is not TOML: {error}; {wide.en or 'fix that place'}",
            ja=f"{path}がTOMLではありません: {error}。{wide.ja or 'その箇所を修正してください'}",
        ) from None


def _wide_character(text: str) -> Words:
    """Name the first letter outside of quotes and comments that only looks like one of TOML's, as input methods and word processors write it."""
    bare = QUOTED_OR_COMMENT.sub(lambda quoted: "\n" * quoted[0].count("\n"), text)
    for number, line in enumerate(bare.split("\n"), 1):
        if match := re.search(r"[^\x00-\x7f]", line):
            name = unicodedata.name(match[0], f"U+{ord(match[0]):04X}")
            return Words(
                en=f"line {number} has {match[0]} ({name}) outside quotes: write it in ASCII",
                ja=f"{number}行目の引用符の外に{match[0]}（{name}）があります。半角で書いてください",
            )
    return SILENCE


@dataclass(frozen=True, slots=True)
class FileTable:
    """Where a table comes from, and which keys and variables there could have been."""

    table: str
    """``environments.toml: prod``."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Key -> the variable that set it."""
    keys: Collection[str] = ()
    required: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Table -> those of its keys that have no default."""
    settable: Collection[str] = ()
    """Keys that a variable may set in this environment."""
    of: Words = AN_ENVIRONMENT
    """What it is a table of."""

    def where(self, key: str) -> str:
        """Return where the value of a key is: the variable that set it, or the key itself."""
        return self.sources.get(key) or f"{self.table}.{key}".rstrip(".")


def problem(error: ErrorDetails, place: FileTable) -> Words:
    """Put one of pydantic's errors into a sentence."""
    path = [str(part) for part in error["loc"]]
    of_key = path[-1:] == ["[key]"]  # a key of a table is refused, and its name is the value
    path = path[:-2] if of_key else path
    key = ".".join(path)
    key_path = place.where(key)
    if error["type"] == "missing":
        assignment, instead = _assignment(key, place), _or_variable(key, place)
        return Words(
            en=f"{key_path} is missing; write {assignment.en}{instead.en}",
            ja=f"{key_path}がありません。{assignment.ja}と{instead.ja or '書いてください'}",
        )
    if error["type"] == "unexpected_keyword_argument":
        elsewhere = (each for each in place.keys if each.rpartition(".")[2] == path[-1])
        inside = key.removesuffix(path[-1])
        start = inside if all(each.startswith(inside) for each in place.keys) else ""
        near = None if key in REMOVED else next(elsewhere, None) or nearest(key, place.keys, start)
        if near and key.startswith(f"{near}."):
            near = None  # of what an open table has by name, only the table is known
        instead = did_you_mean(near) or Words(en="remove it", ja="削除してください")
        return Words(
            en=f"{key_path} is not a key of {place.of.en}; {instead.en}",
            ja=f"{key_path}は{place.of.ja}のキーではありません。{instead.ja}",
        )
    value, advice = _shown(error["input"]), _advice(error, path)
    verb = Words(en="has the key", ja="のキー") if of_key else Words(en="is", ja="")
    return Words(
        en=f"{key_path} {verb.en} {value}; {advice.en}",
        ja=f"{key_path}{verb.ja}が{value}です。{advice.ja}",
    )


def variable(key: str) -> str:
    """``line.channel_id`` -> ``SIGNOFF_LINE__CHANNEL_ID``."""
    return "SIGNOFF_" + key.replace(".", "__").upper()


def _assignment(key: str, place: FileTable) -> Words:
    name = key.rpartition(".")[2]
    if inner := place.required.get(key):
        return Words.same(f"{name} = {{ {', '.join(f'{field} = …' for field in inner)} }}")
    form = FORMS.get(name)
    if form is None:
        return Words.same(f"{name} = …")
    return Words(en=f"{name} = … ({form.en})", ja=f"{name} = …（{form.ja}）")


def _or_variable(key: str, place: FileTable) -> Words:
    """Name the variable that could be set instead, if this environment allows it."""
    leaves = [f"{key}.{name}" for name in place.required.get(key, ())] or [key]
    if not set(leaves) <= set(place.settable):
        return SILENCE
    names = [variable(leave) for leave in leaves]
    return Words(
        en=f", or set {' and '.join(names)}",
        ja=f"書くか、環境変数{'と'.join(names)}を設定してください",
    )


def _shown(value: object) -> str:
    """Write a value, but not the user and password of a URL."""
    return re.sub(r"(?<=://)[^/\s]*(?=@)", "…", json.dumps(value, ensure_ascii=False, default=str))


def _advice(error: ErrorDetails, path: Sequence[str]) -> Words:
    kind = error["type"]
    if kind == "value_error":  # our own validators say what to do themselves
        return words_of(error["ctx"]["error"])
    by_pattern = kind == "string_pattern_mismatch"
    named = (FORMS.get(part) for part in (*path[-1:], *path[-3:-2]))
    form = next(filter(None, named), None) if by_pattern else WANTED.get(kind)
    if form is None:
        return Words(en=error["msg"], ja=f"修正してください（{error['msg']}）")
    filled = form.format(**error.get("ctx", {}))
    return Words(en=f"write {filled.en}", ja=f"{filled.ja.replace(' or ', ', ')}を書いてください")
