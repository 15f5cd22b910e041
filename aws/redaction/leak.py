"""Real secrets in any answer of AWS: replaced by their names at the door, and reported with their place.

The value goes no further than this module, in every section and wherever it was put: in a gateway response, a
condition of a policy, an alarm's description.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.raw import Raw
from aws.redaction.secret_text import KEYS, SHORTEST, Needles, mark, marked, secrets_in

NAME = re.compile(r"(^id|^[kK]ey|^[nN]ame|[a-z]Name|responseType)$")
"""Members that name an element in AWS's answers."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Leak:
    """One place outside Secrets Manager where the value of a planned secret was found."""

    secret: str
    """Name of the secret, never its value; of a key in a package, its name in ``KEYS``."""
    call: str
    """``service:Operation`` whose answer holds it."""
    place: str
    """The resource asked about, and the path in the answer."""


class Search:
    """Searches answers for the secrets' texts, plain and encoded; safe to share between threads."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._found: set[Leak] = set()
        self._lock = threading.Lock()

    def clean(self, call: str, parameters: Mapping[str, object], answer: Any) -> Any:
        """Return the answer with the name of a secret wherever the secret stood; note each place."""
        if not self._needles:
            return answer
        texts = [parameter for parameter in parameters.values() if isinstance(parameter, str)]
        about = ", ".join(self._replaced(name, self._names(name)) for name in texts)
        return self._cleaned(call, about, "", answer)

    def note_keys(self, call: str, place: str, text: str) -> None:
        """Note the private keys and access keys of AWS in a text, whosever they are."""
        self._note(call, place, tuple(name for name, form in KEYS.items() if form.search(text)))

    @property
    def leaks(self) -> tuple[Leak, ...]:
        with self._lock:
            return tuple(sorted(self._found))

    def _cleaned(self, call: str, about: str, path: str, value: Any) -> Any:
        match value:
            case str():
                names = self._names(value)
                if names:
                    self._note(call, f"{about} {path}".strip(), names)
                return self._replaced(value, names) if names else value
            case Mapping():
                path += self._label(value)
                return dict(self._member(call, about, path, *item) for item in value.items())
            case list():
                return [self._cleaned(call, about, path, entry) for entry in value]
        return value

    def _member(self, call: str, about: str, path: str, name: str, value: Any) -> tuple[str, Any]:
        """Return a member, cleaned. Its name may be a secret, which the path to its value must not show."""
        shown = self._cleaned(call, about, path, name)
        return shown, self._cleaned(call, about, f"{path}.{shown}".lstrip("."), value)

    def _label(self, element: Raw) -> str:
        """Return how a person would find an element of a list: ``[api-5xx-alarm]``."""
        names = (
            value for key, value in element.items() if NAME.search(key) and isinstance(value, str)
        )
        first = next(names, "")
        return f"[{self._replaced(first, self._names(first))}]" if first else ""

    def _replaced(self, text: str, names: tuple[str, ...]) -> str:
        """Replace the secret by its name; if the secret is encoded, replace the whole text."""
        raw = text.encode()
        for name in names:
            for spelling in sorted(self._needles[name], key=len, reverse=True):
                raw = raw.replace(spelling, mark(name).encode())
        redacted = raw.decode(errors="replace")
        whole = marked(redacted) == names and not secrets_in(redacted, self._needles)
        return redacted if whole else ", ".join(map(mark, names))

    def _names(self, text: str) -> tuple[str, ...]:
        return secrets_in(text, self._needles) if len(text) >= SHORTEST else ()

    def _note(self, call: str, place: str, names: tuple[str, ...]) -> None:
        with self._lock:
            self._found.update(Leak(secret=name, call=call, place=place) for name in names)
