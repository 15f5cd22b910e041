"""Configure, publish, wait, move the alias: what every change of a function comes down to, one way for all.

Lambda refuses a change while the one before it is under way, and finds what was just made only after a moment.
"""

from functools import partial
from typing import Any

from aws.change import ChangeContext
from aws.words import Words

LATEST = "$LATEST"
EVERY_S, WITHIN_S = 1, 180
WHOLE: dict[str, dict[str, float]] = {"AdditionalVersionWeights": {}}
"""All of the traffic: a weighted alias would leave a share of the callers with another version."""


def wait_until_ready(context: ChangeContext, name: str, qualifier: str = LATEST) -> None:
    """Wait until $LATEST or a version is Active, and no update of it is under way."""

    def ready() -> bool:
        found = context.client("lambda").get_function_configuration(
            FunctionName=name, Qualifier=qualifier
        )
        return _good(found.get("State")) and _good(found.get("LastUpdateStatus"))

    of = name if qualifier == LATEST else f"{name}:{qualifier}"
    what = Words(en=f"function {of} is Active", ja=f"関数{of}がActiveになること")
    context.wait(ready, what=what, every_s=EVERY_S, within_s=WITHIN_S)


def configure(context: ChangeContext, name: str, **fields: Any) -> None:
    """Change the configuration of $LATEST, and wait until it is so."""
    update = context.client("lambda").update_function_configuration
    context.retry(partial(update, FunctionName=name, **fields))
    wait_until_ready(context, name)


def publish(context: ChangeContext, name: str, **words: str) -> str:
    """Publish $LATEST and wait for the version, which would make its first callers wait, or fail.

    Lambda answers the last version again where nothing has changed since.
    """
    wait_until_ready(context, name)
    call = partial(context.client("lambda").publish_version, FunctionName=name, **words)
    version = str(context.retry(call)["Version"])
    wait_until_ready(context, name, version)
    return version


def move(
    context: ChangeContext, name: str, alias: str, version: str, *, absent: bool = False
) -> None:
    """Point the alias to a version, with all of the traffic; create it where it is ``absent``."""
    client = context.client("lambda")
    call = client.create_alias if absent else client.update_alias
    context.retry(
        partial(call, FunctionName=name, Name=alias, FunctionVersion=version, RoutingConfig=WHOLE),
        fresh=True,
    )
    _wait_until_moved(context, name, alias, version)


def _wait_until_moved(context: ChangeContext, name: str, alias: str, version: str) -> None:
    """Wait until Lambda shows the version behind the alias: what is recorded next is read from there."""

    def moved() -> bool:
        found = context.client("lambda").get_function_configuration(
            FunctionName=name, Qualifier=alias
        )
        return bool(found["Version"] == version)

    what = Words(
        en=f"alias {name}:{alias} shows version {version}",
        ja=f"エイリアス{name}:{alias}がバージョン{version}を示すこと",
    )
    context.wait(moved, what=what, every_s=EVERY_S, within_s=WITHIN_S)


def _good(state: str | None) -> bool:
    """Whether a state ends the waiting; a version says nothing of updates, old functions nothing at all."""
    return state in {None, "Active", "Inactive", "Successful"}
