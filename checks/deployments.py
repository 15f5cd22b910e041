"""Which deployment of the API is the newest: AWS dates them by the second."""

from collections.abc import Sequence

from aws.rest_api import Deployment


def newest(newest_first: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """Return the deployments of the last second in which one was made; any of them may be the newest.

    Where they differ in content, the draft differs from what the stage serves, which DEP-22 tells.
    """
    last = newest_first[0].created.replace(microsecond=0)
    return tuple(one for one in newest_first if one.created.replace(microsecond=0) == last)


def ids(deployments: Sequence[Deployment]) -> str:
    return " or ".join(one.id for one in deployments)
