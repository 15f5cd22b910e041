"""Tags of our resources and variables of the stage: text that people see next to a name, and the tags that are planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws.bounds import exactly
from aws.difference import TAG, VARIABLE, Difference, differences
from aws.kinds.function import FUNCTION
from aws.kinds.rest_api import REST_API, STAGE
from aws.kinds.role import ROLE
from aws.kinds.secret import SECRET
from aws.kinds.table import TABLE
from aws.redaction.secret_text import MaskedValue
from aws.words import Words
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import where


@dataclass(frozen=True, slots=True)
class Label:
    """The value of one tag or stage variable."""

    what: str
    """``tag`` or ``variable``."""
    name: str
    value: MaskedValue


def _labels(kind: Words, values: Mapping[str, MaskedValue]) -> dict[Words, Label]:
    """Return values as labels, by how a sentence names them."""
    return {kind.named(name): Label(kind.en, name, value) for name, value in values.items()}


variables_of, tags_of = partial(_labels, VARIABLE), partial(_labels, TAG)


def labels(deployed: Deployed, plan: Plan) -> dict[tuple[Words, str], dict[Words, Label]]:
    """Return every stage variable and tag there is, by the resource that carries it."""
    stage, api = deployed.stage(), deployed.rest_api()
    return {
        (STAGE.words, stage.name): variables_of(stage.variables) | tags_of(stage.tags),
        (REST_API.words, api.name): tags_of(api.tags),
        **{
            (FUNCTION.words, function.name): tags_of(deployed.function(function).tags)
            for function in plan.functions
        },
        **{
            (TABLE.words, table.name): tags_of(deployed.table_tags(table).tags)
            for table in plan.tables
        },
        **{(ROLE.words, role.name): tags_of(deployed.role(role).tags) for role in plan.roles},
        **{
            (SECRET.words, secret.name): tags_of(deployed.secret(secret).tags)
            for secret in plan.secrets
        },
    }


def tags_differing(
    kind: Words, name: str, tags: Mapping[str, MaskedValue], planned: Mapping[str, str], **more: Any
) -> tuple[Difference, ...]:
    """Return the planned tags that are missing or have another value; ``more`` as differences()."""
    compared = {
        TAG.named(key): (str(tags[key]) if key in tags else None, exactly(value))
        for key, value in planned.items()
    }
    return differences(kind, name, compared, decided_in=where("tags"), **more)
