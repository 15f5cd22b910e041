"""What the addresses of the environment file may be in production: reachable by phones, LINE's own, of our channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from aws.bounds import Bound, exactly
from aws.words import Words
from plan.compute import LINE_API
from plan.master_words import is_public
from signoff.environment import Environment


@dataclass(frozen=True, slots=True)
class KeyLimit:
    """What a key may be, and where that was decided; a decision against a ``guided`` bound loosens it."""

    bound: Bound
    source: Words
    guided: bool = True


def addresses(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Yield the keys that are addresses, or ids that LINE derives from others, with their limits."""
    yield (
        "line.endpoint",
        KeyLimit(
            exactly(LINE_API),
            Words(en="ID tokens are verified at LINE itself", ja="IDトークンはLINE自体で検証する"),
        ),
    )
    served = Words(en="guide step 3-3", ja="手順3-3")
    yield "origin", KeyLimit(_https(), served)
    if environment.front_end:
        yield "front_end.url", KeyLimit(_https(), served)
        beside = Words(
            en="it is read where the front end is", ja="フロントエンドと同じ場所から読む"
        )
        yield "front_end.config_path", KeyLimit(_path(), beside)
    if environment.line.liff_id is not None:
        audience = Words(
            en="ID tokens of a LIFF app are for the channel that it belongs to",
            ja="LIFFアプリのIDトークンは所属するチャネル宛てになる",
        )
        yield "line.liff_id", KeyLimit(_of_channel(environment.line.channel_id), audience)


def _https() -> Bound:
    return Bound(
        code="https",
        value=None,
        holds=lambda found: _served_to_phones(urlsplit(str(found))),
        words=Words(
            en="an address with https:// that phones outside find",
            ja="https://で始まり、外部のマシンから到達できるアドレスであること",
        ),
    )


def _served_to_phones(url: SplitResult) -> bool:
    host = url.hostname or ""
    return url.scheme == "https" and is_public(host)


def _path() -> Bound:
    return Bound(
        code="path",
        value=None,
        holds=lambda found: not any(urlsplit(str(found))[:2]),
        words=Words(en="a path, without a host", ja="ホストを含まないパスであること"),
    )


def _of_channel(channel: str) -> Bound:
    """LINE derives a LIFF id from its channel's id: ``1234567890-AbCdEfGh`` (LIFF, "Registering LIFF apps")."""
    return Bound(
        code="of_channel",
        value=channel,
        holds=lambda found: str(found).startswith(f"{channel}-"),
        words=Words(
            en=f"an id of channel {channel}, which begins with {channel}-",
            ja=f"チャネル{channel}のID（{channel}-で始まる）であること",
        ),
    )
