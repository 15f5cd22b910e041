"""Exit codes of judging and of all other commands, and what each means."""

from collections.abc import Mapping
from enum import IntEnum

from aws.words import Words


class Exit(IntEnum):
    """Exit codes of judging and of all other commands; `EXIT_CODES` says what each means."""

    DONE = 0
    NO = 1
    USAGE = 2
    INVALID = 3
    REFUSED = 4
    PART = 5
    FAULT = 70
    """As sysexits.h has it: EX_SOFTWARE."""
    INTERRUPTED = 130
    """128 + SIGINT."""


INTERRUPTED = Words(en="interrupted", ja="中断しました")
EXIT_CODES: Mapping[Exit, Words] = {
    Exit.DONE: Words(
        en="GO or CONDITIONAL; of another command: done",
        ja="GOまたは条件付きGO。判定以外のコマンドでは完了",
    ),
    Exit.NO: Words(
        en="NO-GO, or NO VERDICT because the run was cut short; of another command: the answer is no, or a load test failed",
        ja="NO-GO、または実行の中断による判定なし。判定以外のコマンドでは否定の結果、または負荷試験の不合格",
    ),
    Exit.USAGE: Words(
        en="wrong command line or file of environments (of pytest: 4)",
        ja="コマンドラインまたは環境ファイルの誤り（pytestでは4）",
    ),
    Exit.INVALID: Words(
        en="load test only: invalid, the run says nothing about the target",
        ja="負荷試験のみ: 無効（対象の性能を判断する根拠にならない）",
    ),
    Exit.REFUSED: Words(
        en="NO VERDICT because nothing could be judged, or nothing was sent: wrong account, no credentials, an option or a check that can't be used",
        ja="何も判定・送信できない（判定なし）: アカウントの誤り、認証情報なし、使用できないオプションやチェック",
    ),
    Exit.PART: Words(
        en="a part, or nothing at all (--collect-only), was judged, and no row is red; of a load test: inconclusive",
        ja="一部だけの判定（--collect-onlyのように何も判定しない場合を含む）で、不合格なし。負荷試験では判断不能",
    ),
    Exit.FAULT: Words(en="a fault of this software", ja="本ソフトウェアの不具合"),
    Exit.INTERRUPTED: Words(en="interrupted (of pytest: 1)", ja="利用者による中断（pytestでは1）"),
}
