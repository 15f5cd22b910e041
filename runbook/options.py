"""The options of procedures; a procedure declares those that it reads as ``OPTIONS``."""

from collections.abc import Collection
from dataclasses import replace

from aws.words import Words
from runbook import option_values as values
from runbook.engine.step import Option

VERSION = Option(
    name="to",
    metavar="VERSION",
    help=Words(en="the version to go to: 3", ja="戻し先のバージョン: 3"),
    wrong=values.no_version,
)
DEPLOYMENT = Option(
    name="to",
    metavar="ID",
    help=Words(en="the deployment to go to: a1b2c3", ja="戻し先のデプロイ: a1b2c3"),
    wrong=values.no_deployment,
)
MOMENT = Option(
    name="to",
    metavar="TIME",
    help=Words(
        en=f"the moment to go back to: {values.MOMENT_FORM}", ja=f"戻す時点: {values.MOMENT_FORM}"
    ),
    wrong=values.no_moment,
    example=values.MOMENT_FORM,
    needed=True,
)
FUNCTION = Option(
    name="only",
    metavar="NAME",
    help=Words(en="one function of them: award", ja="そのうち一つの関数: award"),
    wrong=values.no_function,
)
TABLE = Option(
    name="only",
    metavar="NAME",
    help=Words(en="one table of them: userstamps", ja="そのうち一つのテーブル: userstamps"),
    wrong=values.no_table,
)
UNPLANNED = Option(
    name="only",
    metavar="WHAT",
    help=Words(
        en="one thing, named as a decision names it: 'table Users-prod: time to live'",
        ja="例外承認と同じ書き方をした一つ: 'table Users-prod: time to live'",
    ),
)
ROW = Option(
    name="row",
    metavar="ID",
    help=Words(
        en="only what this row of the checklist names",
        ja="チェックリストのこの項目が示すものだけ",
    ),
    wrong=values.no_row,
)
SITE = Option(
    name="site",
    metavar="FOLDER",
    help=Words(en="where the front end's files are", ja="フロントエンドのファイルがあるフォルダ"),
    wrong=values.no_folder,
    example="../frontend/liff-app",
)
SIGNER = Option(
    name="by",
    metavar="NAME",
    help=Words(en="who signs for what people do", ja="人が行った作業に署名する人の氏名"),
    wrong=values.no_name,
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
    wrong=values.no_account,
)
SOURCE = Option(
    name="from",
    metavar="NAME",
    help=Words(en="environment of the items: dev (default)", ja="移行元の環境: dev（既定）"),
    wrong=values.no_source,
    example="dev",
)
SOURCE_PROFILE = Option(
    name="from_profile",
    metavar="NAME",
    help=Words(en="AWS profile that may read them", ja="移行元を読み取れるAWSプロファイル"),
    wrong=values.no_profile,
)
SOURCE_FILE = Option(
    name="file",
    metavar="FILE",
    help=Words(en="items in a file, instead of a table", ja="テーブルの代わりに項目を読むファイル"),
    wrong=values.no_file,
    excludes=("from", "from_profile"),
)
TARGET = Option(
    name="to",
    metavar="NAME",
    help=Words(
        en="the environment that items go to; the same as --env",
        ja="移行先の環境（--envと同じ）",
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
    wrong=values.no_file,
)


def row_of(rows: Collection[str]) -> Option:
    """Return ``--row`` of a procedure that repairs these rows alone."""
    return replace(ROW, wrong=values.not_among(rows))
