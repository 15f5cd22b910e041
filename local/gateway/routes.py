"""Which method of the deployed API a path and a verb mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local.gateway.refusal import GatewayRefusal
from local.gateway.snapshot import Method

ANY = "ANY"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and the values that the path gave to its placeholders, still percent-encoded."""

    method: Method
    path_parameters: Mapping[str, str] = field(default_factory=dict)


class Routes:
    """A deployment's resources, most specific first: a literal beats ``{id}`` beats ``{proxy+}``."""

    def __init__(self, methods: Iterable[Method]) -> None:
        resources: dict[tuple[str, ...], dict[str, Method]] = {}
        for method in methods:
            resources.setdefault(_segments(method.path), {})[method.verb] = method
        ranked = sorted(resources, key=lambda segments: [_rank(segment) for segment in segments])
        self._resources = [(segments, resources[segments]) for segments in ranked]

    def match(self, verb: str, path: str) -> Route:
        """Find the method; raise the 403 that AWS gives for a path or a verb that is not there.

        A trailing slash does not matter. HEAD and OPTIONS exist only where they were defined.
        """
        asked = _segments(path)
        for segments, methods in self._resources:
            parameters = _fit(segments, asked)
            if parameters is not None:
                method = methods.get(verb) or methods.get(ANY)
                if method is None:
                    break
                return Route(method, parameters)
        raise GatewayRefusal("MISSING_AUTHENTICATION_TOKEN", why=f"no method {verb} {path}")


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


def _rank(segment: str) -> int:
    if not segment.startswith("{"):
        return 0
    return 2 if segment.endswith("+}") else 1


def _fit(segments: tuple[str, ...], asked: tuple[str, ...]) -> dict[str, str] | None:
    greedy = bool(segments) and _rank(segments[-1]) == 2
    if len(asked) != len(segments) and not (greedy and len(asked) > len(segments)):
        return None
    parameters = {}
    for position, segment in enumerate(segments):
        if segment.startswith("{"):
            rest = asked[position:] if segment.endswith("+}") else asked[position : position + 1]
            parameters[segment.strip("{+}")] = "/".join(rest)
        elif segment != asked[position]:
            return None
    return parameters
