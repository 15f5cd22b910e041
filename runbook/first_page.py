"""The way from nothing to GO, in the order in which nothing is lost: a record is made before what rests on it."""

from collections.abc import Iterator, Sequence

from aws.words import Words
from runbook.catalogue import provisioning

HEAD = Words(en="From nothing to GO", ja="何もない状態からGOまで")
EACH = Words(
    en="In this order: each line is made before what rests on it, so no record becomes stale. Run each procedure first"
    " without `--go`, then with it. A step is done when its rows are green.",
    ja="次の順に進めます。後の作業で無効になる記録が出ない順序です。各手順をまず`--go`なしで、次に`--go`を付けて実行します。"
    "項目が合格になれば完了です。",
)
BEFORE: Sequence[Words] = (
    Words(
        en="`environments.toml`: account, Region, origin, LINE channel, `alert_email`, area, season and number of stamps,"
        " administrators; commit them. Values that do not belong in git are variables ([docs/judging.md](../../docs/judging.md))",
        ja="`environments.toml`にアカウント、リージョン、オリジン、LINEチャネル、`alert_email`、エリア・期間・スタンプ数、管理者を"
        "記載してコミットします。gitに置かない値は環境変数で渡します（[docs/judging.ja.md](../../docs/judging.ja.md)）",
    ),
    Words(
        en="[evidence](evidence.en.md) for both environments, `python -m runbook evidence --env dev --go` and"
        " `python -m runbook evidence --env prod --go`: paste the lines that it prints into `environments.toml`, and"
        " commit them. Records that were made before lie on one machine only",
        ja="両方の環境の[evidence](evidence.ja.md): `python -m runbook evidence --env dev --go`と"
        "`python -m runbook evidence --env prod --go`。表示された行を`environments.toml`に追加してコミットします。"
        "これより前の記録は1台のマシンにしか残りません",
    ),
    Words(
        en="dev, where the release is tried first: `pytest --env dev`, then [by_hand](by_hand.en.md) there,"
        " `python -m runbook by_hand --env dev --go`",
        ja="リリースを先に試すdev: `pytest --env dev`、続けて[by_hand](by_hand.ja.md)"
        "（`python -m runbook by_hand --env dev --go`）",
    ),
)
AFTER: Sequence[Words] = (
    Words(
        en="the mail from AWS Notifications: confirm the subscription, or no alarm reaches anybody",
        ja="AWS Notificationsからのメールで登録を承認します。承認しなければアラームは誰にも届きません",
    ),
    Words(
        en="[domain](domain.en.md), where the environment has one",
        ja="[domain](domain.ja.md)（環境にドメインがある場合）",
    ),
    Words(
        en="`python -m load run --env prod --plan baseline`: its record rests on code, configuration and API",
        ja="`python -m load run --env prod --plan baseline`: 記録はコード、設定、APIに基づきます",
    ),
    Words(
        en="[rehearse_rollbacks](rehearse_rollbacks.en.md), while there is no user",
        ja="[rehearse_rollbacks](rehearse_rollbacks.ja.md)（利用者がいないうちに）",
    ),
    Words(
        en="[recount](recount.en.md), after the last items that load and rehearsal wrote",
        ja="[recount](recount.ja.md)（負荷試験と訓練の書き込みが終わった後に）",
    ),
    Words(
        en="`pytest --env prod`: judges everything; each red row names its remedy",
        ja="`pytest --env prod`: 全体を判定します。不合格の項目には対処が示されます",
    ),
    Words(
        en="[by_hand](by_hand.en.md): asks only for what that run could not judge; then `pytest --env prod` again",
        ja="[by_hand](by_hand.ja.md): その実行で判定できなかった項目だけを尋ねます。その後もう一度`pytest --env prod`",
    ),
    Words(
        en="[cutover](cutover.en.md) switches the users over; `pytest --env prod --phase after` judges that as well",
        ja="[cutover](cutover.ja.md)で利用者を切り替え、`pytest --env prod --phase after`で切替後も判定します",
    ),
)


def way(lang: str) -> Iterator[str]:
    """Yield the lines of the first page that lead from an empty account to GO and through the cut-over."""
    yield from (f"## {HEAD[lang]}", "", EACH[lang], "")
    made = (f"[{name}]({name}.{lang}.md)" for name in provisioning() if name != "provision")
    whole = Words(
        en="[provision](provision.en.md), which runs the next ten, or one after another:",
        ja="[provision](provision.ja.md)（次の10件をまとめて実行）、または一つずつ:",
    )
    lines = (*(one[lang] for one in (*BEFORE, whole)), *made, *(one[lang] for one in AFTER))
    yield from (f"{number}. {one}" for number, one in enumerate(lines, 1))
    yield ""
