"""A run of a part reads what that part looks at, and says of the rest that nobody asked."""

import pytest

from aws.inventory import NOT_ASKED, frozen, on_demand, read_all
from aws.saved import to_json
from aws.section import NotTestable, known
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import CALLER, OPTIONS
from tests.aws.unread import unread
from tests.unread import unreadable


@pytest.fixture
def lazy(answered):
    return on_demand(answered, SCOPE, caller=CALLER, options=OPTIONS)


def test_nothing_is_asked_before_a_section_is_looked_at(fake, lazy):
    assert lazy.calls == 0
    assert not fake.asked


def test_section_is_read_with_what_it_depends_on_and_once(fake, lazy):
    first, again = lazy.sections.served, lazy.sections.served

    assert first is again
    assert fake.asked == {
        "apigateway:GetRestApis": 1,
        "apigateway:GetExport": 1,
        "secretsmanager:GetSecretValue": 2,  # no answer enters before it can be searched for them
    }


def test_frozen_keeps_what_was_read_and_says_of_the_rest_that_nobody_asked(lazy, healthy):
    served = lazy.sections.served

    inventory = frozen(lazy)

    assert (inventory.sections.served, inventory.sections.rest_apis) == (
        served,
        healthy.sections.rest_apis,
    )
    assert inventory.sections.tables == NOT_ASKED
    with pytest.raises(NotTestable, match="judges a part"):
        known(inventory.sections.tables)


def test_saving_freezes_and_tells_no_fault_of_what_nobody_asked(fake, lazy):
    fake.refuse("lambda:GetPolicy", "AccessDeniedException")
    assert lazy.sections.function_policies

    assert NOT_ASKED.words.en in to_json(lazy)
    assert [name.split(":")[0] for name in unreadable(lazy)] == [
        "function_policies rally-auth",
        "function_policies rally-notify",
    ]


def test_all_sections_on_demand_are_the_whole_inventory(lazy, healthy):
    for section in type(healthy.sections).__dataclass_fields__:
        getattr(lazy.sections, section)

    assert frozen(lazy) == healthy


def test_section_that_does_not_exist_is_no_section(lazy):
    with pytest.raises(AttributeError, match="tabels"):
        _ = lazy.sections.tabels


def test_frozen_of_a_whole_inventory_is_itself(healthy):
    assert frozen(healthy) is healthy


def test_progress_is_told_after_each_section(answered, healthy):
    told = []

    read_all(
        on_demand(
            answered, SCOPE, caller=CALLER, options=OPTIONS, progress=lambda *one: told.append(one)
        )
    )

    sections = set(type(healthy.sections).__dataclass_fields__)
    assert {name for name, _, _ in told} == sections
    assert [done for _, done, _ in told] == list(range(1, len(sections) + 1))
    assert {of for _, _, of in told} == {len(sections)}


def test_dependent_of_an_unread_section_names_the_cause(fake, lazy):
    fake.refuse("apigateway:GetRestApis", "AccessDeniedException", "no")

    section = lazy.sections.stages

    assert section.words.en == "rest_apis: apigateway:GetRestApis: AccessDeniedException: no"
    assert "stages" in unread(frozen(lazy))
