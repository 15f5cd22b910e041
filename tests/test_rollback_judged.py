"""A way back leads somewhere else: what equals the live release is none."""

from dataclasses import replace

import pytest

from aws.function import FunctionPolicy
from signoff.outcome import Outcome
from tests.defects.changes import both, edited
from tests.foreign.judged import red
from tests.healthy import healthy

AUTH = "stamp-rally-prod-auth"
API = "stamp-rally-prod-api"
ONE, OTHER = "1a" * 32, "2b" * 32


def versions(*codes):
    """Give the function these versions, without policies of their own, beside the one that is live."""
    numbers = [str(90 + n) for n in range(len(codes))]

    def changed(found):
        live = found[-1]
        others = zip(numbers, codes, strict=True)
        return (*(replace(live, number=n, code_sha256=code) for n, code in others), live)

    def read(found):
        return (*found, *(FunctionPolicy(qualifier=one, document=None) for one in numbers))

    return both(edited("versions", AUTH, changed), edited("function_policies", AUTH, read))


def deployments(live, *earlier):
    """Let the deployments say these digests of their drafts; None says nothing."""

    def described(one, digest):
        text = f"{API}: draft sha256:{digest}" if digest else "by hand"
        return replace(one, description=text)

    def changed(found):
        newest, older = found
        others = [replace(older, id=f"older{n}") for n in range(len(earlier))]
        return tuple(map(described, (newest, *others), (live, *earlier)))

    return edited("deployments", API, changed)


def live_code():
    return healthy().inventory.sections.versions[AUTH][-1].code_sha256


@pytest.mark.parametrize(
    ("broken", "row"),
    [
        (versions(live_code()), "ROLL-01"),
        (versions(live_code(), live_code()), "ROLL-01"),
        (deployments(ONE, ONE), "ROLL-02"),
        (deployments(ONE, ONE, ONE), "ROLL-02"),
    ],
    ids=["same code", "same code thrice", "same draft", "same draft thrice"],
)
def test_way_back_to_the_same_is_none(broken, row):
    assert red(broken(healthy())) == {row: Outcome.FAIL}


@pytest.mark.parametrize(
    "sound",
    [
        versions("closed"),
        versions("closed", live_code()),
        deployments(ONE, OTHER),
        deployments(ONE, ONE, OTHER),
        deployments(ONE, None),
        deployments(None, ONE),
        deployments(None, None),
    ],
    ids=[
        "other code",
        "one of two",
        "other draft",
        "one of two drafts",
        "unmarked",
        "live unmarked",
        "by hand",
    ],
)
def test_way_back_to_something_else_or_unknown_is_one(sound):
    assert red(sound(healthy())) == {}
