"""Configure, publish, wait, move the alias: what every change of a function comes down to, one way for all.

Lambda refuses a change while the one before it is under way, and finds what was just made only after a moment.
"""

from functools import partial
from typing import Any

from aws.change.gate import ChangeContext, Refused, unless_absent
from aws.raw import Raw
from aws.words import Words

LATEST, FAILED = "$LATEST", "Failed"
DOWN = frozenset({FAILED, "Inactive", "Deactivated"})
"""States of a version whose next caller is refused: Lambda gave up, or took away a version that had no caller for weeks."""
EVERY_S, WITHIN_S = 1, 180
READY = Words(en="functions and versions are Active", ja="関数とバージョンがActiveになること")
MOVED = Words(en="aliases show their new version", ja="エイリアスが新しいバージョンを示すこと")
WHOLE: dict[str, dict[str, float]] = {"AdditionalVersionWeights": {}}
"""All of the traffic: a weighted alias would leave a share of the callers with another version."""


def wait_until_ready(context: ChangeContext, name: str, qualifier: str = LATEST) -> None:
    """Wait until $LATEST or a version is Active, and no update of it is under way.

    Raise Refused with Lambda's own reason where it gave up: nothing comes of waiting then.
    """
    of = f"function {name}" if qualifier == LATEST else f"function {name}:{qualifier}"

    def ready() -> bool:
        configuration = context.client("lambda").get_function_configuration(
            FunctionName=name, Qualifier=qualifier
        )
        _refuse_failed(of, configuration)
        return _good(configuration.get("State")) and _good(configuration.get("LastUpdateStatus"))

    context.wait(ready, until=READY, every_s=EVERY_S, within_s=WITHIN_S, of=of)


def _refuse_failed(of: str, configuration: Raw) -> None:
    """Source: "Lambda function states" in AWS's developer guide."""
    for state, reason in (("State", "StateReason"), ("LastUpdateStatus", "LastUpdateStatusReason")):
        if configuration.get(state) == FAILED:
            why = configuration.get(reason)
            raise Refused(
                en=f"{of}: Lambda gave up ({state} Failed: {why or 'it gives no reason'}); fix that, then"
                " run it again",
                ja=f"{of}: Lambdaの処理が失敗しました（{state} Failed: {why or '理由の表示なし'}）。原因を解消してから"
                "再実行してください",
            )


def configuration(context: ChangeContext, name: str, qualifier: str) -> dict[str, Any] | None:
    """Return Lambda's configuration of a version or an alias; None where it does not exist."""
    read = context.client("lambda").get_function_configuration
    return unless_absent(read, FunctionName=name, Qualifier=qualifier)


def listed(context: ChangeContext, name: str) -> dict[str, Any]:
    """Return number -> what Lambda lists of $LATEST and of each published version, however many there are."""
    operation = "list_versions_by_function"
    versions = context.listed("lambda", operation, "Versions", FunctionName=name)
    return {entry["Version"]: entry for entry in versions}


def configure(context: ChangeContext, name: str, **fields: Any) -> None:
    """Change the configuration of $LATEST, and wait until it is so."""
    context.client("lambda").update_function_configuration(FunctionName=name, **fields)
    wait_until_ready(context, name)


def publish(context: ChangeContext, name: str, **words: str) -> str:
    """Publish $LATEST and wait for the version, which would make its first callers wait, or fail.

    Lambda answers the last version again where nothing has changed since.
    """
    wait_until_ready(context, name)
    made = context.client("lambda").publish_version(FunctionName=name, **words)
    version = str(made["Version"])
    wait_until_ready(context, name, version)
    return version


def move(
    context: ChangeContext, name: str, alias: str, version: str, *, absent: bool = False
) -> None:
    """Point the alias to a version, with all of the traffic, and wait until Lambda shows it: what is recorded next is read from there.

    It is created where it is ``absent``.
    """
    client = context.client("lambda")
    call = client.create_alias if absent else client.update_alias
    context.once_found(
        partial(call, FunctionName=name, Name=alias, FunctionVersion=version, RoutingConfig=WHOLE)
    )

    def moved() -> bool:
        configuration = client.get_function_configuration(FunctionName=name, Qualifier=alias)
        return bool(configuration["Version"] == version)

    of = f"alias {name}:{alias}"
    context.wait(moved, until=MOVED, every_s=EVERY_S, within_s=WITHIN_S, of=of)


def _good(state: str | None) -> bool:
    """Whether a state ends the waiting; a version says nothing of updates, old functions nothing at all."""
    return state in {None, "Active", "Inactive", "Successful"}
