"""What a target of a rule or schedule does to our resources: by its ARN, by its input, or by the role that it acts under."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aws.access.principals import Principal
from aws.access.targets import Target, targets_of
from aws.door.failures import ReadFailure
from aws.iam.pattern import named_pattern
from aws.kinds.function_beside import listed, listed_name
from aws.raw import Raw
from aws.reading import Reading, Scope
from aws.unreadable import Unreadable

UNIVERSAL = ":scheduler:::aws-sdk:"
"""Part of the ARN of a schedule's target that is any call of AWS's API: the service and its operation follow."""
RUNNERS: Mapping[str, frozenset[str]] = {
    "batch": frozenset({"batch", "ecs-tasks", "ec2"}),
    "cloudformation": frozenset({"cloudformation"}),
    "codebuild": frozenset({"codebuild"}),
    "codepipeline": frozenset({"codepipeline"}),
    "ecs": frozenset({"ecs-tasks"}),
    "glue": frozenset({"glue"}),
    "sagemaker": frozenset({"sagemaker"}),
    "sfn": frozenset({"states"}),
    "ssm": frozenset({"ssm", "ec2"}),
    "states": frozenset({"states"}),
}
"""Service that runs something of its own -> the services that a role trusts under which it does; which role is not read."""
EVERYTHING = "*"
"""What stands for a registration of a domain, which no ARN names."""
PLACEHOLDER = "<aws."
"""What the scheduler replaces in an input when it calls."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a target does: on which of our resources, and under which role (an ARN), if it is by a role."""

    on: tuple[str, ...]
    """Names; empty for all that the role may act on."""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    """What is ours, and who may act on it."""

    scope: Scope
    targets: tuple[Target, ...]
    api_ids: frozenset[str]
    principals: Mapping[str, Principal | Unreadable]
    functions: Mapping[str, frozenset[str]]
    """Name of each function of the Region -> the roles that its versions run under."""

    def deed(self, target: Raw, url: str = "") -> Deed | None:
        """Return what a target (Arn, RoleArn, Input) does to ours; None if it does nothing to it.

        ``url`` is what an API destination calls. Raises ReadFailure if the role's policies are unread.
        """
        arn, role = target["Arn"], target.get("RoleArn") or ""
        if direct := (*self._named_by(arn), *self._called(url)):
            return Deed(direct, role)
        text = target.get("Input") or ""
        if UNIVERSAL in arn and self._may_act(role):
            if PLACEHOLDER in text:
                return Deed((), role)
            if named := self._named_in(text):
                return Deed(named, role)
        by = (role, *self._runs(arn, text)) if _service(arn) in RUNNERS else self._runs(arn, text)
        return next((Deed((), entry) for entry in by if self._may_act(entry)), None)

    def _named_by(self, arn: str) -> tuple[str, ...]:
        """Return which of our resources an ARN is of."""
        parts = ((t.name, p) for t in self.targets for p in t.arns if p != EVERYTHING)
        found = (name for name, part in parts if named_pattern(part).matches(arn))
        api = (
            self.scope.api
            for api_id in self.api_ids
            if f":{api_id}/" in arn and "execute-api" in arn
        )
        return tuple(dict.fromkeys((*found, *api)))

    def _called(self, url: str) -> tuple[str, ...]:
        host = url.partition("://")[2].partition("/")[0].lower()
        ours = host and (host == self.scope.domain or host.partition(".")[0] in self.api_ids)
        return (self.scope.api,) if ours else ()

    def _named_in(self, text: str) -> tuple[str, ...]:
        """Return which of our resources an input names, by name or ARN."""
        known = {name: t.name or name for t in self.targets for name in _names_of(t)}
        known |= dict.fromkeys(self.api_ids, self.scope.api)
        return tuple(
            dict.fromkeys(sorted(own for name, own in known.items() if _names(text, name)))
        )

    def _may_act(self, role: str) -> bool:
        principal = self.principals.get(role)
        if isinstance(principal, Unreadable):
            raise ReadFailure(principal)
        return principal is not None

    def _runs(self, arn: str, text: str) -> Iterator[str]:
        """Yield the roles under which what a target starts may run: a function's own, or any that its service may take."""
        service = _service(arn)
        if service == "lambda":
            about = text if UNIVERSAL in arn else arn
            for name, roles in self.functions.items():
                if _names(about, name):
                    yield from sorted(roles)
        trusted = {f"{runner}.amazonaws.com" for runner in RUNNERS.get(service, ())}
        for principal in self.principals.values():
            if isinstance(principal, Principal) and trusted & set(principal.services):
                yield principal.arn


def ours_of(reading: Reading) -> Ours:
    """Gather what is ours; raises ReadFailure if it is not known who may act on it."""
    apis = reading.needed("rest_apis").get(reading.scope.api, ())
    if isinstance(apis, Unreadable):
        raise ReadFailure(apis.behind("rest_apis"))
    functions: dict[str, frozenset[str]] = {}
    for entry in reading.source(listed):
        name = listed_name(entry)
        functions[name] = functions.get(name, frozenset()) | {entry["Role"]}
    return Ours(
        scope=reading.scope,
        targets=tuple(
            target for target in targets_of(reading) if not target.kind.startswith("rights of")
        ),
        api_ids=frozenset(api.id for api in apis),
        principals=reading.needed("principals"),
        functions=functions,
    )


def _service(arn: str) -> str:
    """Return the service that a target is of: that of the call, where it is any call of AWS's API."""
    if UNIVERSAL in arn:
        return arn.partition(UNIVERSAL)[2].partition(":")[0].lower()
    return arn.split(":")[2] if arn.startswith("arn:") else ""


def _names_of(target: Target) -> Iterable[str]:
    """Return the names by which a call could mean a target: its own, and what its ARNs end with."""
    last = (re.split(r"[:/]", arn)[-1] for arn in target.arns if "*" not in arn)
    return {target.name, *last} - {"", "any", "account"}


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None
