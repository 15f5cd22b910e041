"""The world itself: DNS, one HTTPS server for all names, two accounts, two LINE providers, one front end."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.request import Response, by
from local.http import Answer, LoopbackServer
from local.line.fake import FakeLine
from tests.world.accounts import AwsSites, WorldAccount, accounts
from tests.world.authority import Authority
from tests.world.bots import LineSite, providers
from tests.world.front_end import StaticSite
from tests.world.names import FRONT_END, HOMES, LINE
from tests.world.namespace import raise_loopback
from tests.world.presenting import Certificates
from tests.world.resolver import Resolver
from tests.world.trust import show, stores, trust_only

HTTPS = 443
NAMESERVER = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a walk may touch that no command of the team reaches: a person's console, and what goes wrong."""

    folder: Path
    authority: Authority
    certificates: Certificates
    accounts: Mapping[str, WorldAccount]
    lines: Mapping[str, FakeLine]
    front_end: StaticSite


class TlsServer(LoopbackServer):
    """Serves by HTTPS."""

    def __init__(self, answer: Answer, port: int, tls: ssl.SSLContext) -> None:
        super().__init__(answer, port)
        self._tls = tls

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; its own thread shakes hands, so that no client holds up the others."""
        accepted, address = self.socket.accept()
        secured = self._tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        return secured, address


@contextmanager
def inhabited(folder: Path) -> Iterator[World]:
    """Furnish the namespaces that this process has entered; yield the world until the end."""
    authority = Authority.founded("World CA")
    certificates = Certificates(authority, _made(folder / "certificates"))
    _furnish(folder, authority)
    front_end = StaticSite(_made(folder / "site"))
    with ExitStack() as parts:
        lines = parts.enter_context(providers(HOMES))
        settled = parts.enter_context(accounts(HOMES, lines))
        sites = Sites(front_end, LineSite(tuple(lines.values())), AwsSites(settled))
        parts.enter_context(Resolver())
        server = TlsServer(by(sites.receive), HTTPS, certificates.context())
        server.start()
        parts.callback(server.close)
        yield World(
            folder=folder,
            authority=authority,
            certificates=certificates,
            accounts={one.home.name: one for one in settled},
            lines=lines,
            front_end=front_end,
        )


@dataclass(frozen=True, slots=True)
class Sites:
    """All that answers at port 443, by host name."""

    front_end: StaticSite
    line: LineSite
    aws: AwsSites

    def receive(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        host = headers.get("host", "").partition(":")[0].lower()
        named: Mapping[str, StaticSite | LineSite] = {FRONT_END: self.front_end, LINE: self.line}
        return named.get(host, self.aws).receive(method, target, headers, body)


def _furnish(folder: Path, authority: Authority) -> None:
    """Make DNS, trust and the loopback interface those of this world."""
    raise_loopback()
    bundle, nameserver = folder / "trusted.pem", folder / "resolv.conf"
    bundle.write_bytes(authority.pem)
    nameserver.write_text(NAMESERVER, encoding="utf-8")
    show(nameserver, Path("/etc/resolv.conf"))
    trust_only(bundle, stores())


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
