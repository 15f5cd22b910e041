"""Single functions may differ from what all functions have, by their key in the environment file."""

from dataclasses import replace

import pytest

from plan import plan_for
from signoff.environment import (
    ENVIRONMENTS,
    EnvironmentFileError,
    FunctionSettings,
    load,
)

LOCAL = load("local", ENVIRONMENTS, {}).environment


def test_function_has_its_own_memory_and_the_timeout_of_all():
    own = replace(LOCAL, functions={"award": FunctionSettings(memory_mb=512)})

    award, stamps = (
        next(one for one in plan_for(own).functions if one.key == key)
        for key in ("award", "stamps")
    )

    assert (award.memory_mb, award.timeout_s) == (512, 30)
    assert (stamps.memory_mb, stamps.timeout_s) == (256, 30)


def test_function_that_there_is_not_is_refused(tmp_path):
    file = tmp_path / "environments.toml"
    text = ENVIRONMENTS.read_text(encoding="utf-8")
    file.write_text(f"{text}\n[local.functions.awards]\nmemory_mb = 512\n", encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match="there is no awards"):
        load("local", file, {})
