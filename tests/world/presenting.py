"""Which certificate a server here presents for which name: the right one, unless a test wants a wrong one."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.world.authority import Authority


@dataclass(slots=True)
class Certificates:
    """Issues a certificate when a client asks for a name for the first time (SNI), as a CDN does."""

    authority: Authority
    folder: Path
    _contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)
    _issuing: threading.Lock = field(default_factory=threading.Lock)

    def context(self) -> ssl.SSLContext:
        """Return the context of a server for all names."""
        made = self._of(self._issued("unnamed.invalid"))
        made.sni_callback = self._choose
        return made

    @contextmanager
    def presenting(self, name: str, certificate: Path) -> Iterator[None]:
        """Present this certificate for that name until the end of the block."""
        right = self._contexts.pop(name, None)
        self._contexts[name] = self._of(certificate)
        try:
            yield
        finally:
            del self._contexts[name]
            self._contexts |= {name: right} if right else {}

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name is None:
            return  # a client without SNI gets the certificate of no name
        with self._issuing:
            if name not in self._contexts:
                self._contexts[name] = self._of(self._issued(name))
        connection.context = self._contexts[name]

    def _issued(self, name: str) -> Path:
        return self.authority.issue([name], self.folder / f"{name}.pem")

    @staticmethod
    def _of(certificate: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate)
        return context
