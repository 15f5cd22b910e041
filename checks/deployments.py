"""Which deployment of the API is the newest: AWS dates them by the second."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws.rest_api import Deployment
from checks.deployed import Deployed
from signoff.release import contents_of


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
