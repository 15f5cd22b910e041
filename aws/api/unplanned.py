"""All that a draft or an export says beyond what other rows judge: checks report it, and a repair looks for what is left."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from aws.api import surplus
from aws.api.document import ApiDocument
from aws.bounds import unset
from aws.difference import Difference
from aws.kinds.rest_api import REST_API
from aws.ledgers import AUTHORIZER, GATEWAY_RESPONSE, ROUTE
from aws.words import Words

Beyond = Callable[..., Difference]
OPENING = frozenset({surplus.CREDENTIALS.en, surplus.TLS.en, surplus.ANSWER_TEMPLATES.en})
"""Facts that let a route act as another role, trust any answering host, or allow other origins."""


def of_document(document: ApiDocument, api: str, call: str) -> Iterator[Difference]:
    beyond = partial(Difference, bound=unset(), call=call)
    for name, method in document.methods.items():
        yield from _unplanned(beyond, ROUTE, name, method.surplus)
        answers = method.integration.answers if method.integration else {}
        for answer in answers.values():
            yield from _headed(beyond, ROUTE, name, answer.headers)
    for name, authorizer in document.authorizers.items():
        yield from _unplanned(beyond, AUTHORIZER, name, authorizer.surplus)
    for kind, answer in document.gateway_responses.items():
        yield from _headed(beyond, GATEWAY_RESPONSE, kind, answer.headers)
        if text := surplus.unsafe_templates(answer.templates):
            yield beyond(GATEWAY_RESPONSE, kind, surplus.ANSWER_TEMPLATES, text, loosens=True)
    yield from _unplanned(beyond, REST_API.words, api, document.surplus)
    for key in document.unknown:
        yield beyond(REST_API.words, api, surplus.UNKNOWN, key)


def _headed(
    beyond: Beyond, kind: Words, name: str, headers: Mapping[str, str]
) -> Iterator[Difference]:
    if more := surplus.beyond_safe(headers):
        opens = surplus.CREDENTIALED in map(str.lower, more)
        yield beyond(kind, name, surplus.HEADERS, ", ".join(more), loosens=opens)


def _unplanned(
    beyond: Beyond, kind: Words, name: str, texts: surplus.Surplus
) -> Iterator[Difference]:
    for fact, text in texts.items():
        yield beyond(kind, name, surplus.FACTS[fact], text, loosens=fact in OPENING)
