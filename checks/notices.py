"""What a signer has to know about an environment, though no row is red by it."""

from collections.abc import Iterator

from aws.words import Words
from signoff.environment import Environment

ANYWHERE = Words(
    en="An award does not require a position here: whoever is logged in can collect every stamp at home.",
    ja="この環境ではスタンプ付与に位置情報を要求しない。ログインした利用者は自宅から全スタンプを取得できる。",
)
NO_QUOTA = Words(
    en="No method asks for an API key, so the usage plan's rate and daily quota bind nobody; the stage's throttle does.",
    ja="APIキーを要求するメソッドがないため、使用量プランのレートと日次クォータは誰にも適用されない。実際に効くのはステージのスロットリングである。",
)


def notices(environment: Environment) -> Iterator[Words]:
    """Yield them, most important first (rulings, "LINE, front end, people" and on the usage plan)."""
    if not environment.award_requires_position:
        yield ANYWHERE
    if not environment.api_key:
        yield NO_QUOTA
