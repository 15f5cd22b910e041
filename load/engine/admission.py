"""The last check before the first request, in every process that could send one: whether the host is allowed."""

import ipaddress
import tomllib
from collections.abc import Iterable
from urllib.parse import urlsplit

from pydantic import ValidationError

from aws import words
from aws.words import NO_JSON, Bilingual, Words

LINE_DOMAINS = ("line.me", "line-apps.com", "line-scdn.net", "line.biz")
"""LINE forbids load tests on its hosts; no allow-list can permit them."""

REFUSAL_FILE = "refusal.json"
"""In the folder of a run that Locust's process refused: why, as ``en`` and ``ja``."""


class LoadRefused(Bilingual):
    """The run may not start; the message says why and what to do next, in one sentence."""

    @property
    def sentence(self) -> Words:
        return Words(en=f"refused: {self.words.en}", ja=f"拒否: {self.words.ja}")


def unreadable(error: BaseException) -> Words:
    """Say why a file is not what it should be, without Python's own words for it."""
    match error:
        case tomllib.TOMLDecodeError():
            return Words(f"it is not TOML: {error}", f"TOMLではありません: {error}")
        case KeyError():
            return Words(f"it has no {error}", f"{error}がありません")
        case ValidationError():
            first = error.errors()[0]
            if field := ".".join(map(str, first["loc"])):
                return Words(f"{field} is missing or wrong", f"{field}がないか、正しくありません")
            if first["type"] == "json_invalid":
                return NO_JSON
    return words.unreadable(error)


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def admit(url: str, allowed: Iterable[str]) -> str:
    """Return the host of ``url``, or raise `LoadRefused`: https outside loopback, and an allowed host."""
    no_address = Words(
        f"{url!r} is not the address of an API; write https://host/stage",
        f"{url!r}はAPIのアドレスではありません。https://host/stageのように書いてください",
    )
    try:
        parts = urlsplit(url or "")
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:  # brackets without an address in them, a port that is not a number
        raise LoadRefused(no_address) from None
    if parts.scheme not in ("http", "https") or not host:
        raise LoadRefused(no_address)
    if parts.username or parts.query or parts.fragment:
        raise LoadRefused(
            en=f"the address of {host} carries more than host and path; leave the rest out",
            ja=f"{host}のアドレスにホストとパス以外が含まれます。取り除いてください",
        )
    if host.endswith(tuple(f".{domain}" for domain in LINE_DOMAINS)) or host in LINE_DOMAINS:
        raise LoadRefused(
            en=f"{host} is LINE's, which forbids load tests; no setting can permit it",
            ja=f"{host}は負荷試験を禁じているLINEのものです。どの設定でも許可できません",
        )
    if parts.scheme != "https" and not is_loopback(host):
        raise LoadRefused(
            en=f"{url} is not https; only loopback may be called without TLS",
            ja=f"{url}がhttpsではありません。TLSなしで呼び出せるのはループバックだけです",
        )
    permitted = sorted(set(allowed))
    if host not in permitted:
        hosts = ", ".join(permitted) or "no host at all"
        raise LoadRefused(
            en=f"{host} is not this environment's; it has {hosts}",
            ja=f"{host}はこの環境のものではありません（この環境は{hosts}）",
        )
    return host
