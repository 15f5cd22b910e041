"""The options of a judging run: declared once, for ``signoff judge`` and for ``pytest``."""

import click

from signoff.commands.command_line import (
    CommandOption,
    environment_option,
    environments_option,
    file_option,
    row_ids,
)

BY_DAY = "auto"
"""The phase that follows the day of the go-live."""
PHASES = ("before", "after", BY_DAY)
OF_PYTEST = "--strict"
"""pytest declares it itself, and it means more here."""


JUDGING = (
    environment_option(),
    CommandOption(
        "--phase",
        type=click.Choice(PHASES),
        default=PHASES[0],
        en="before the cut-over (default); after it: the cut-over's own rows as well; auto: after the day of the go-live",
        ja="切替前（既定）、切替後（切替の項目も判定する）、またはauto（稼働開始日の翌日から切替後）",
    ),
    CommandOption(
        "--row",
        multiple=True,
        metavar="ID",
        shell_complete=row_ids,
        en="judge only this row; repeatable",
        ja="この項目だけを判定する。複数回指定できる",
    ),
    CommandOption(
        "--part",
        is_flag=True,
        en="judge a part on purpose: exit 0 instead of 5 if no row is red, or a person answers for each until a day",
        ja="一部だけの判定と明示する。不合格がないか、すべてに担当者と期限があれば、5でなく0で終了する",
    ),
    CommandOption(
        OF_PYTEST,
        is_flag=True,
        en="exit with 1 if a condition has no owner or no date",
        ja="条件に担当者または期限がなければ1で終了する",
    ),
    file_option(
        "--replay",
        en="judge a saved inventory.json instead of AWS",
        ja="AWSの代わりに、保存したinventory.jsonを判定する",
    ),
    environments_option(),
    file_option(
        "--checks",
        en="judge the rows of your own in this folder as well",
        ja="このフォルダの独自の項目も判定する",
        metavar="DIR",
    ),
    file_option(
        "--json",
        en="write the judged rows to this file, of a part (--row) as well",
        ja="判定した項目をここに書き出す（--rowの一部だけの判定でも）",
    ),
    file_option(
        "--baseline",
        en="show on the page what changed since the run that left this signoff.json",
        ja="このsignoff.jsonを残した実行からの変化をページに表示する",
    ),
    CommandOption(
        "--api-url",
        default=None,
        metavar="URL",
        en="call the API here instead of at its own address",
        ja="APIを本来のアドレスの代わりにこのURLで呼び出す",
    ),
    CommandOption(
        "--wait",
        is_flag=True,
        en="wait first for what only time repairs: alarms that our own runs made fire, a replaced key",
        ja="時間だけが解決するもの（本ソフトウェアの実行で発報したアラーム、交換した鍵）を待ってから判定する",
    ),
)
"""In the order of the help; ``--lang`` is an option of every command."""
FLAGS = tuple(option.opts[0] for option in JUDGING)
OWN_FLAGS = tuple(flag for flag in FLAGS if flag != OF_PYTEST)
OPTIONS_WITH_A_FILE = tuple(
    option.opts[0] for option in JUDGING if isinstance(option.type, click.Path)
)
