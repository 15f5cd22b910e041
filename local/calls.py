"""Where this process and its children send their calls while a local stack serves them: light to import, without moto."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE")
"""What would send a local run's calls to a real account."""


@contextmanager
def calls_go_to(endpoint: str) -> Iterator[None]:
    """Point this process and its children at the stack, with credentials that open nothing else."""
    ours = {"AWS_ENDPOINT_URL": endpoint, **CREDENTIALS}
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in (*ours, *FOREIGN)}
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
