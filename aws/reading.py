"""One pass over AWS: each section is read once, in parallel, and an error becomes the section's reason.

A section or source belongs to the thread that asked first; a thread that asks later waits for it. As the
owner is always running and sections never wait in a circle, waiting cannot end in a deadlock. Items must
not ask for sections, whose pool has a thread for each section alone; sources they may. Names show whose they are by
their beginning, those of tables also by the ending that they share.
"""

import re
import traceback
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from aws.door.clients import Aws
from aws.door.failures import Gone, ReadFailure
from aws.redaction.secret_text import MaskedValue, marked, masked
from aws.release import Builds, RecordedRelease
from aws.section import Section, Unread, Unreadable
from aws.words import Words

T = TypeVar("T")
Resolve = Callable[[str], tuple[str, ...]]
"""Host name -> its addresses, empty if it has none; raises OSError if DNS gives no answer."""
Progress = Callable[[str, int, int], None]
"""Called after each section: its name, how many are read, how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Names to read. An optional part that is not configured is None or empty."""

    account: str
    region: str
    prefix: str
    """Names that begin so belong to this environment; others are not ours to judge."""
    alias: str
    functions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    """Tables read whole (up to ``content_bound`` items)."""
    key_scans: tuple[str, ...] = ()
    """Tables of people: only keys are read (up to ``key_bound``)."""
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Table of people -> attribute -> the type in which the functions read it."""
    expiry: Mapping[str, tuple[str, datetime | None]] = field(default_factory=dict)
    """Table of a rally -> the attribute of its time to live, and the end of the season, before which none of its items may expire."""
    content_bound: int = 100_000
    key_bound: int = 1_000_000
    """Some hundred pages of a megabyte each; real people's keys are counted, never kept."""
    real_key: str = ""
    """Regular expression, full match: hash keys of real people, which are counted and not kept."""
    secrets: tuple[str, ...] = ()
    secret_fields: tuple[str, ...] = ()
    """Keys under which the secrets' JSON objects hold what is secret."""
    api: str = ""
    stage: str = ""
    usage_plan: str = ""
    api_key: str | None = None
    topic: str = ""
    """ARN of the topic that alarms notify; others found on alarms are read as well."""
    dashboard: str = ""
    log_groups: tuple[str, ...] = ()
    domain: str | None = None
    bucket: str | None = None
    hosted_zone: str | None = None
    """The zone of Route 53 that holds the domain's record, where it is known."""
    keys: tuple[str, ...] = ()
    """ARNs of the customer's keys that were decided."""
    evidence_bucket: str | None = None
    """The bucket that holds the evidence store, where it is one."""
    public_values: frozenset[str] = field(default_factory=frozenset)
    """Configuration values that are no secrets: only these are kept in clear."""
    salts: tuple[str, ...] = ()
    """Salts under which secret values are digested, this run's own first."""
    known_defaults: frozenset[str] = field(default_factory=frozenset)
    """Secret values that are published: finding one marks the secret as a placeholder."""
    builds: Builds | None = None
    releases: tuple[RecordedRelease, ...] = ()
    """What release records say was live, newest first."""
    exports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Deployment -> its export, on record since a stage served it."""

    def described(self, raw: Mapping[str, str]) -> dict[str, MaskedValue]:
        """Return name -> value of variables or tags: in clear only what is public here."""
        return {
            name: masked(
                text,
                public=self.public_values,
                salts=self.salts,
                holds=marked(text),
                environment=self.prefix,
            )
            for name, text in raw.items()
        }


@dataclass(frozen=True, slots=True)
class Reader:
    """How one section is read, and the IAM actions that it needs."""

    read: "Callable[[Reading], Section[Any]]"
    actions: tuple[str, ...]


class Reading:
    """One pass over AWS at ``now``, which every reader receives. ``resolve`` asks DNS.

    ``first`` is done before any section is read.
    """

    def __init__(  # noqa: PLR0913 - keywords, of which the last may be left out
        self,
        aws: Aws,
        scope: Scope,
        *,
        readers: Mapping[str, Reader],
        progress: Progress,
        resolve: Resolve,
        now: datetime,
        first: "Callable[[Reading], None]" = lambda _: None,
    ) -> None:
        self.aws, self.scope, self.resolve, self.now = aws, scope, resolve, now
        self._readers, self._progress, self._first = readers, progress, first
        self._memo: dict[Hashable, Future[Any]] = {}
        self._lock, self._done = Lock(), 0
        self._sections = ThreadPoolExecutor(len(readers), "section")
        self._in_turn = aws.at_once == 1

    def section(self, name: str) -> Section[Any]:
        """Return a section, read now unless it was read before; never raises."""
        section: Section[Any] = self._once(name, lambda: self._read(name))
        return section

    def sections(self, names: Iterable[str]) -> dict[str, Section[Any]]:
        """Read several sections at the same time, or one after the other where one call is made at a time."""
        ordered = list(names)
        reading = map if self._in_turn else self._sections.map
        return dict(zip(ordered, reading(self.section, ordered), strict=True))

    def sections_read(self) -> set[str]:
        """Names of the sections that were asked for so far."""
        with self._lock:
            return {key for key in self._memo if isinstance(key, str)}

    def source(self, read: "Callable[[Reading], T]") -> T:
        """Return an answer of AWS that several sections draw from; raises what reading it raised."""
        answer: T = self._once(read, lambda: read(self))
        return answer

    def needed(self, name: str) -> Mapping[str, Any]:
        """Return a section that another one depends on, or raise with its reason."""
        section = self.section(name)
        if isinstance(section, Unreadable):
            raise ReadFailure(section.behind(name))
        return section

    def each(self, names: Iterable[str], read: Callable[[str], T]) -> dict[str, T | Unreadable]:
        """Read items at the same time: name -> item or why not; what does not exist is left out.

        In threads of their own, so that items that wait for a service's call rate hold up no others.
        """
        distinct = list(dict.fromkeys(names))
        if not distinct:
            return {}
        with ThreadPoolExecutor(min(len(distinct), self.aws.at_once), "item") as pool:
            reading = map if self._in_turn else pool.map
            items = reading(lambda name: guarded(lambda: read(name)), distinct)
        return {name: item for name, item in zip(distinct, items, strict=True) if item is not None}

    def close(self) -> None:
        self._sections.shutdown()

    def _read(self, name: str) -> Section[Any]:
        try:
            self.source(self._first)
            return self._readers[name].read(self)
        except Exception as error:  # noqa: BLE001 - after any error the section is unknown, so red
            return unreadable(error)
        finally:
            with self._lock:
                self._done += 1
                done = self._done
            self._progress(name, done, len(self._readers))

    def _once(self, key: Hashable, read: Callable[[], T]) -> T:
        with self._lock:
            mine = key not in self._memo
            future: Future[T] = self._memo.setdefault(key, Future())
        if mine:
            try:
                future.set_result(read())
            except Exception as error:  # noqa: BLE001 - handed to every thread that waits
                future.set_exception(error)
            except BaseException:  # interrupted: the end of a run asks again, and must not wait
                with self._lock:
                    del self._memo[key]
                future.cancel()
                raise
        return future.result()


def required(section: Section[Any], name: str, item: str) -> Any:
    """Return an item that another one depends on; Gone where it is known to be absent."""
    if isinstance(section, Unreadable):
        raise ReadFailure(section.behind(name))
    if item not in section:
        raise Gone.of(name, f"{item} does not exist", f"{item}が存在しません")
    if isinstance(section[item], Unreadable):
        raise ReadFailure(section[item].behind(name))
    return section[item]


def guarded(read: Callable[[], T]) -> T | Unreadable | None:
    """Return the item, None where it does not exist, or the reason that it could not be read."""
    try:
        return read()
    except Gone:
        return None
    except Exception as error:  # noqa: BLE001 - after any error the item is unknown, so red
        return unreadable(error)


def unreadable(error: Exception) -> Unreadable:
    """Say why without repeating data: the text of a KeyError or ValueError may be a secret."""
    if isinstance(error, ReadFailure | Unread):
        return error.why
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind, place = type(error).__name__, f"{Path(last.filename).name}:{last.lineno}"
    return Unreadable(
        Words(
            en=f"malformed answer: {kind} at {place}",
            ja=f"応答の形式が想定と異なります（{place}の{kind}）",
        )
    )


def ours(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix as a whole word: ``p-prod`` is not in ``p-production``."""
    return re.match(rf"{re.escape(prefix)}(?![A-Za-z0-9])", name) is not None


def named_like_ours(name: str, prefix: str, tables: Collection[str] = ()) -> bool:
    """Whether a name begins with the prefix, or is that of a table, which has the ending that all of ``tables`` share."""
    ending = shared_ending(tables)
    return ours(name, prefix) or name in tables or bool(ending and name.endswith(ending))


def shared_ending(tables: Iterable[str]) -> str:
    """Return ``-prod`` for ``Users-prod`` and ``UserStamps-prod``; nothing where nothing is meant."""
    backwards = shared_beginning([name[::-1] for name in tables])
    separator = re.search(r"[-_.][^-_.]*$", backwards[::-1])
    return separator.group() if separator else ""


def shared_beginning(names: Collection[str]) -> str:
    pairs = zip(min(names, default=""), max(names, default=""), strict=False)
    return "".join(name for name, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
