"""From the name of an environment to its target: a local stack that is started or joined, or AWS."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from load.target import Aws, Say, Surroundings, Target, local_target, remote_target


@contextmanager
def aimed(
    around: Surroundings, name: str, say: Say, host: str | None = None
) -> Iterator[tuple[Target, Aws]]:
    """Yield (target, AWS) of an environment; a local stack that was started lives as long."""
    environment = around.environment(name)
    if around.serves(environment):
        with around.stack(environment, say) as stack:
            say("asking what is live")
            release = around.release(environment)
            caller = around.caller(environment)
            target = local_target(environment, stack, host=host, release=release, caller=caller)
            yield target, around.aws(environment)
        return
    say("asking who we are and what is live")
    aws, caller = around.aws(environment), around.caller(environment)
    yield (
        remote_target(
            environment,
            aws,
            host,
            release=around.release(environment),
            caller=caller,
            endpoint=os.environ.get("AWS_ENDPOINT_URL"),
        ),
        aws,
    )
