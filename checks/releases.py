"""Whether what is live was released, and whether there is anything different to go back to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aws.function import Version
from aws.rest_api import Deployment
from checks.deployed import Deployed
from signoff.release import contents_of

MARK = re.compile(r"\bsha256:([0-9a-f]{64})\b")
"""The digest of the draft, which the procedure `api` writes into a deployment's description: AWS
lets nobody read what an earlier deployment would serve."""


def newest(newest_first: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """Return the deployments of the last second in which one was made; any of them may be the newest.

    Where they differ in content, the draft differs from what the stage serves, which DEP-22 tells.
    """
    last = newest_first[0].created.replace(microsecond=0)
    return tuple(one for one in newest_first if one.created.replace(microsecond=0) == last)


def deployed_again(deployed: Deployed, released: Mapping[str, Any]) -> bool:
    """Whether the stage serves what was released, deployed once more by somebody's own pipeline."""
    contents = released.get("contents")
    return contents is not None and contents == contents_of(deployed.served())


def ids(deployments: Sequence[Deployment]) -> str:
    return " or ".join(one.id for one in deployments)


def other_code(versions: Iterable[Version], live: str) -> list[str]:
    """Return the numbers of the versions whose code is not that of version ``live``.

    Only code is compared: a version that differs in its configuration alone does not count.
    """
    code = {one.number: one.code_sha256 for one in versions}
    return [number for number, digest in code.items() if digest != code.get(live)]


def drafts(deployments: Iterable[Deployment]) -> Mapping[str, str | None]:
    """Return deployment id -> digest of the draft that it froze; None where nobody wrote it down."""
    found = ((one.id, MARK.search(one.description)) for one in deployments)
    return {id_: match[1] if match else None for id_, match in found}


def other_drafts(digests: Mapping[str, str | None], live: str) -> list[str]:
    """Return the deployments not known to be equal to deployment ``live``."""
    now = digests.get(live)
    return [id_ for id_, one in digests.items() if id_ != live and (one is None or one != now)]
