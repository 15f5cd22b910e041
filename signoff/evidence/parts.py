"""The parts of a release, each a set of facts, so that a later change of one can be named.

A record (a signature, a load verdict, a rehearsal) rests on some of them: `rests_on` of its row in the
checklist. Facts that change by themselves, belong to others, or are identities are in no part.
"""

from collections.abc import Mapping

from aws.kinds import BY_SECTION
from aws.part import Part

__all__ = ["ASSIGNED", "LEFT_OUT", "OF_SECTIONS", "PARTS", "WHOLE", "Part"]

WHOLE = "*"
OF_SECTIONS: Mapping[Part, Mapping[str, str]] = {
    Part.CONFIGURATION: {
        "function_attachments": "*",
        "log_group_attachments": "*",
        "account_log_policies": "*",
        "bucket_attachments": "*",
    },
    Part.PERMISSIONS: {
        "function_policies": "*",
        "function_urls": "*",
        "role_users": "*",
        "principals": "*",
        "automations": "*",
        "role_attachments": "*",
        "secret_attachments": "*",
        "key_attachments": "*",
    },
    Part.API: {"served": "*", "api_mappings": "*"},
    Part.DATA: {"table_attachments": "*"},
    Part.MASTERS: {"contents": "*"},
    Part.ALARMS: {"alarm_attachments": "*"},
    Part.CAPACITY: {"scalable_targets": "*"},
    Part.SECRETS: {"secret_values": "*"},
}
"""Part -> section -> its fields that belong there; ``field.inner`` where the fields of a field differ.

``*`` takes all else that a section has: a new fact makes records stale until it is listed as moving by itself.
A kind (aws/kinds) says it itself, fact by fact.
"""
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "what else the account holds": {"names": "*"},
    "an id, which a system that is built anew has otherwise": {
        "served": "authorizers.id",
    },
    "moves by itself, and rows judge it in each run": {
        "secret_values": "placeholder same_as",
    },
    "what was live before, or may be live next; rows judge it in each run": {
        "versions": "*",
        "deployments": "*",
        "draft": "*",
        "versions_back": "*",
        "deployments_back": "*",
    },
    "what code holds follows from its SHA-256": {"packages": "*"},
    "people and their stamps": {"key_scans": "*"},
    "no leak is ever right, and SEC-27 judges it in each run": {"leaks": "*"},
    "what AWS adds to its exports one day makes no other API": {"served": "unknown"},
    "name servers answer with other addresses each time": {"resolutions": "*"},
    "others write them for logs of their own, and rows judge ours in each run": {
        "log_policies": "*"
    },
}
"""Why a fact is in no part -> section -> its fields."""


def assigned() -> Mapping[str, Mapping[str, Part | None]]:
    """Return section -> field -> its part, None for what is left out; a test compares it with the types."""
    found: dict[str, dict[str, Part | None]] = {}
    tables = [*OF_SECTIONS.items(), *((None, fields) for fields in LEFT_OUT.values())]
    for part, sections in tables:
        for section, names in sections.items():
            found.setdefault(section, {}).update(dict.fromkeys(names.split(), part))
    for section, kind in BY_SECTION.items():
        parts = kind.parts.items()
        found[section] = {
            name: declared if isinstance(declared, Part) else None for name, declared in parts
        }
    return found


ASSIGNED = assigned()
PARTS: Mapping[Part, tuple[str, ...]] = {
    part: tuple(section for section, fields in ASSIGNED.items() if part in fields.values())
    for part in Part
}
"""Part -> the sections that have facts of it."""
