"""DNS: the addresses behind the custom domain and behind its target."""

import socket
from dataclasses import dataclass
from functools import partial

from aws.dns_records import leading_elsewhere
from aws.door.failures import ReadFailure
from aws.door.limits import within
from aws.kinds.domain import CustomDomain, configured
from aws.reading import Reader, Reading, required
from aws.section import Section
from aws.words import words_of

DEADLINE_S = 5.0
NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Addresses behind the custom name and behind its target; equal sets mean the record is right."""

    addresses: tuple[str, ...]
    target_addresses: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    """Records of its hosted zone that lead callers elsewhere, where the zone is known."""


def resolutions(reading: Reading) -> Section[Resolution]:
    # Read here: items must not wait for sections (see aws.reading).
    known = reading.section("domains")
    return reading.each(configured(reading), lambda name: _resolution(reading, known, name))


def _resolution(reading: Reading, known: Section[CustomDomain], name: str) -> Resolution:
    target = required(known, "domains", name).target
    return Resolution(
        addresses=_addresses(reading, name),
        target_addresses=_addresses(reading, target) if target else (),
        elsewhere=leading_elsewhere(reading, name, target),
    )


def _addresses(reading: Reading, name: str) -> tuple[str, ...]:
    try:
        return within(DEADLINE_S, partial(reading.resolve, name))
    except OSError as error:
        raise _no_answer(name, error) from None


def _no_answer(name: str, error: OSError) -> ReadFailure:
    said, told = f"{type(error).__name__}: {error}", words_of(error)
    return ReadFailure.of(f"DNS: {name}", said, f"{type(error).__name__}: {told.ja}")


def resolve(name: str) -> tuple[str, ...]:
    """Return the sorted addresses behind a name, empty if it has none. Raises OSError if DNS gives no answer."""
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NO_SUCH_NAME:
            return ()
        raise
    return tuple(sorted({str(address[0]) for *_, address in found}))


READERS = {"resolutions": Reader(resolutions, ("route53:ListResourceRecordSets",))}
