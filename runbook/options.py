"""The options of procedures, and what their values must be, as far as no call is needed to know it.

A procedure declares those that it reads as ``OPTIONS``.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3

from aws.desired import Function, Table
from aws.kinds import function, table
from aws.words import Words, did_you_mean, joined, nearest, there_are
from plan import Plan, plan_for
from runbook.engine.step import DescribedEnvironment, Option, Wrong
from signoff.environment import names
from signoff.environment.loading import no_environment
from signoff.environment.value_types import is_name
from signoff.judge.checklist import Checklist, ChecklistError

MOMENT_FORM = "2026-11-25T09:00:00Z"


def no_moment(value: str, _: DescribedEnvironment) -> Words | None:
    try:
        at = datetime.fromisoformat(value)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        return Words(
            en=f"{value} is not a time: write it like {MOMENT_FORM}",
            ja=f"{value}は時刻ではありません。{MOMENT_FORM}のように書いてください",
        )
    if at.tzinfo is None:
        return Words(
            en=f"{value} has no time zone: write Z for UTC, or +09:00 for Japan",
            ja=f"{value}にタイムゾーンがありません。UTCはZ、日本時間は+09:00を付けてください",
        )
    return None


def unless(holds: Callable[[str], object], en: str, ja: str) -> Wrong:
    """Return what refuses a value of which ``holds`` is not true; ``en`` and ``ja`` say so, with the value as ``{}``."""
    refusal = Words(en=en, ja=ja)
    return lambda value, _: None if holds(value) else refusal.format(value)


no_file = unless(
    lambda value: Path(value).is_file(), "there is no file {}", "ファイル{}がありません"
)


def none_of(kind: Words, planned: Callable[[Plan], Sequence[Function | Table]]) -> Wrong:
    def wrong(value: str, scope: DescribedEnvironment) -> Words | None:
        there = planned(plan_for(scope.environment))
        keys, whole = [each.key for each in there], [each.name for each in there]
        instead = did_you_mean(nearest(value, [*keys, *whole])) or there_are(keys)
        no = Words(en=f"there is no {kind.en} “{value}”", ja=f"{kind.ja}「{value}」はありません")
        return None if value in {*keys, *whole} else joined((no, instead))

    return wrong


def no_source(value: str, scope: DescribedEnvironment) -> Words | None:
    if value not in names(scope.file):
        return no_environment(value, scope.file)
    if value == scope.environment.name:
        return Words(
            en=f"{value} is the target itself: name another environment with --from",
            ja=f"{value}は移行先そのものです。--fromで別の環境を指定してください",
        )
    return None


def no_row(value: str, _: DescribedEnvironment) -> Words | None:
    try:
        Checklist.load()[value]
    except ChecklistError as error:
        return error.words
    return None


def not_among(rows: Collection[str]) -> Wrong:
    def wrong(value: str, scope: DescribedEnvironment) -> Words | None:
        listed = ", ".join(sorted(rows))
        other = Words(
            en=f"{value} names nothing that this procedure repairs by itself; --row takes {listed}",
            ja=f"{value}はこの手順だけでは修復できません。--rowに指定できるのは{listed}です",
        )
        return no_row(value, scope) or (None if value in rows else other)

    return wrong


VERSION = Option(
    name="to",
    metavar="VERSION",
    help=Words(en="the version to go to, such as 3", ja="戻し先のバージョン（例: 3）"),
    wrong=unless(
        re.compile("[1-9][0-9]*").fullmatch,
        "{} is not a version: versions are numbers, such as 3",
        "{}はバージョンではありません。3のような番号で指定してください",
    ),
)
DEPLOYMENT = Option(
    name="to",
    metavar="ID",
    help=Words(en="the deployment to go to, such as a1b2c3", ja="戻し先のデプロイ（例: a1b2c3）"),
    wrong=unless(
        re.compile("[A-Za-z0-9]+").fullmatch,
        "{} is not a deployment: their ids are letters and digits, such as a1b2c3",
        "{}はデプロイIDではありません。a1b2c3のような英数字で指定してください",
    ),
)
MOMENT = Option(
    name="to",
    metavar="TIME",
    help=Words(
        en=f"the moment to go back to, such as {MOMENT_FORM}", ja=f"戻す時点（例: {MOMENT_FORM}）"
    ),
    wrong=no_moment,
    example=MOMENT_FORM,
    needed=True,
)
FUNCTION = Option(
    name="only",
    metavar="NAME",
    help=Words(en="one function, such as award", ja="一つの関数だけ（例: award）"),
    wrong=none_of(function.FUNCTION.words, lambda plan: plan.functions),
)
TABLE = Option(
    name="only",
    metavar="NAME",
    help=Words(en="one table, such as userstamps", ja="一つのテーブルだけ（例: userstamps）"),
    wrong=none_of(table.TABLE.words, lambda plan: plan.tables),
)
UNPLANNED = Option(
    name="only",
    metavar="WHAT",
    help=Words(
        en="one thing, named as a decision names it, such as 'table Users-prod: time to live'",
        ja="例外承認と同じ書き方をした一つだけ（例: 'table Users-prod: time to live'）",
    ),
)
ROW = Option(
    name="row",
    metavar="ID",
    help=Words(
        en="only what this row of the checklist names", ja="チェックリストのこの項目が示すものだけ"
    ),
    wrong=no_row,
)
SITE = Option(
    name="site",
    metavar="FOLDER",
    help=Words(en="where the front end's files are", ja="フロントエンドのファイルがあるフォルダ"),
    wrong=unless(
        lambda value: Path(value).is_dir(),
        "{} is not a folder: name that of the front end's files with --site",
        "{}はフォルダではありません。フロントエンドのファイルのフォルダを--siteで指定してください",
    ),
    example="../frontend/liff-app",
)
SIGNER = Option(
    name="by",
    metavar="NAME",
    help=Words(en="who signs for what people do", ja="人が行った作業に署名する人の氏名"),
    wrong=unless(
        is_name,
        "--by takes the name of a person",
        "--byには人の氏名を指定してください",
    ),
)
DECIDED_BY = replace(
    SIGNER,
    help=Words(en="who decided that it may be done", ja="実施を決めた人の氏名"),
    example="Yamada",
    needed=True,
)
RELEASED_BY = replace(
    DECIDED_BY, help=Words(en="who released what is live", ja="稼働中のものをリリースした人の氏名")
)
READER = Option(
    name="reader",
    metavar="ACCOUNT",
    help=Words(
        en="account that may read the records: of a later environment that names none in the file",
        ja="記録を読み取れるアカウント（ファイルにaccountのない後続の環境のもの）",
    ),
    wrong=unless(
        re.compile("[0-9]{12}").fullmatch,
        "{} is not an AWS account: accounts are 12 digits, such as 111122223333",
        "{}はAWSアカウントではありません。111122223333のような12桁の数字で指定してください",
    ),
)
SOURCE = Option(
    name="from",
    metavar="NAME",
    help=Words(en="environment of the items: dev (default)", ja="移行元の環境: dev（既定）"),
    wrong=no_source,
    example="dev",
)
SOURCE_PROFILE = Option(
    name="from_profile",
    metavar="NAME",
    help=Words(en="AWS profile that may read them", ja="移行元を読み取れるAWSプロファイル"),
    wrong=unless(
        lambda value: value in boto3.Session().available_profiles,
        "there is no AWS profile {}; `aws configure list-profiles` prints those that there are",
        "AWSプロファイル{}がありません。`aws configure list-profiles`で確認できます",
    ),
)
SOURCE_FILE = Option(
    name="file",
    metavar="FILE",
    help=Words(en="items in a file, instead of a table", ja="テーブルの代わりに項目を読むファイル"),
    wrong=no_file,
    excludes=("from", "from_profile"),
)
TARGET = Option(
    name="to",
    metavar="NAME",
    help=Words(
        en="the environment that items go to; the same as --env", ja="移行先の環境（--envと同じ）"
    ),
)
ROTATE = Option(
    name="rotate",
    metavar="KEY",
    help=Words(
        en="token_key: create a new session key, which ends every session",
        ja="token_key: セッション署名鍵を作り直す（すべてのセッションが無効になる）",
    ),
    choices=("token_key",),
)
LINE_TOKEN_FILE = Option(
    name="line_token_file",
    metavar="FILE",
    help=Words(
        en="file that holds the channel access token of LINE",
        ja="LINEのチャネルアクセストークンを書いたファイル",
    ),
    wrong=no_file,
)


def row_of(rows: Collection[str]) -> Option:
    """Return ``--row`` of a procedure that repairs these rows alone."""
    return replace(ROW, wrong=not_among(rows))
