"""What ``signoff clean`` takes; what it does is imported when it runs."""

from aws.words import Words
from signoff.commands.command_line import Command, environment_option, environments_option

REMOVES = Words(
    en="""\
Remove what smoke and load runs left, and verify by reading that it is gone: items of users whose ids LINE never gives out
(Usmoke-…, U000000000000…, Uload-…), and the test user's rich menu where a
killed run noted that it set one. Nothing of a person is touched. A judging run takes up notes of killed runs by itself.
""",
    ja="""\
スモークや負荷試験の実行が残したデータを削除し、読み直して確認する。対象は、LINEが発行しない合成ユーザー（Usmoke-…、
U000000000000…、Uload-…）の項目、および強制終了した実行が設定したテストユーザーのリッチメニュー。実在の利用者のデータには触れない。強制終了した実行の記録は、判定の実行が自動的に引き継ぐ。
""",
)
CLEAN = Command(
    "clean",
    environment_option(),
    environments_option(),
    en="remove what killed runs left",
    ja="強制終了した実行の残したデータを削除する",
    does="smoke.leftovers:clean",
    examples=REMOVES,
)
