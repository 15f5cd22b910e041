"""AWS on the loopback interface: moto's state, with IAM enforced and deployments frozen."""

import re
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from typing import ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from local.aws.identity import Identity
from local.aws.identity_targets import Targets, targets
from local.aws.moto import Moto
from local.aws.request import Request, Response, by, internal_failure, json_response, resolve
from local.http import LoopbackServer
from local.moto_fixes import CODE_PATH, code_at, corrected

Extension = Callable[[Request], Response | None]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")
_LISTINGS = {
    "apigateway": "/restapis",
    "lambda": "/2015-03-31/functions/",
    "pipes": "/v1/pipes",
    "scheduler": "/schedules",
    "secretsmanager": "secretsmanager.ListSecrets",
    "dynamodb": "DynamoDB_20120810.ListTables",
    "logs": "Logs_20140328.DescribeLogGroups",
    "monitoring": "GraniteServiceVersion20100801.DescribeAlarms",
    "kms": "TrentService.ListKeys",
    "events": "AWSEvents.ListRules",
}
"""Services that take long to load, as they are signed for -> a call of each: its path, or the target of JSON."""


class LocalAws:
    """A local AWS API for one account, from ``with`` to its end, which forgets all state.

    A call passes, in this order: ``faults``, which may refuse it (see ``tests.faults``); IAM; ``extensions``, which may
    answer it; moto, corrected by ``local.moto_fixes``. ``faults`` and ``extensions`` are lists that may be changed at any
    time.
    """

    _accounts_in_use: ClassVar[set[str]] = set()

    def __init__(self, account: str, region: str, *, targets: Targets = targets) -> None:
        self.account = account
        self.region = region
        self.moto = Moto(account)
        self.identity = Identity(self.moto, targets)
        self.faults: MutableSequence[Extension] = []
        self.extensions: MutableSequence[Extension] = []
        self.birth = ""
        """Identity of the stack that this belongs to, told at ``/local/birth``."""
        self._server = LoopbackServer(by(self.receive))

    @property
    def endpoint(self) -> str:
        """The URL for ``AWS_ENDPOINT_URL``."""
        return self._server.url

    def __enter__(self) -> Self:
        if self.account in self._accounts_in_use:
            raise RuntimeError(f"account {self.account} already has a local AWS in this process")
        self.moto.start()
        self._accounts_in_use.add(self.account)
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self.moto.forget()
        self._accounts_in_use.discard(self.account)

    def receive(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """Answer one HTTP request: what the server does for each, and what needs no socket does itself."""
        if target == "/local/birth":
            return json_response({"birth": self.birth})
        if target.startswith(CODE_PATH):
            return code_at(target, self.moto)
        request = _request(method, target, headers, body)
        return _UNSIGNED if request is None else self.respond(request)

    def respond(self, request: Request) -> Response:
        """Answer a signed call. Tests override this, to see what was called."""
        try:
            return self._refused(request) or self.answered(request)
        except Exception as bug:  # noqa: BLE001  # an extension's bug must look like AWS failing
            return internal_failure(request, bug)

    def _refused(self, request: Request) -> Response | None:
        for fault in tuple(self.faults):
            if (response := fault(request)) is not None:
                return response
        return self.refused_by_iam(request)

    def refused_by_iam(self, request: Request) -> Response | None:
        """Return IAM's refusal. Tests override this and `answered`, to be as late as AWS."""
        return self.identity.refusal(request)

    def answered(self, request: Request) -> Response:
        """Return the answer to what IAM allows."""
        for extension in tuple(self.extensions):
            if (response := extension(request)) is not None:
                return response
        return corrected(request, self.moto)


def _request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request | None:
    url = urlsplit(target)
    query = dict(parse_qsl(url.query))
    signed = headers.get("authorization") or f"Credential={query.get('X-Amz-Credential', '')}"
    credential = _CREDENTIAL.search(signed)
    if credential is None:
        return None
    access_key, _, region, signing_name = credential.groups()
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    form = dict(parse_qsl(body.decode("utf-8", "replace"))) if is_form else {}
    operation = resolve(signing_name, method, target, headers, form)
    return Request(
        method=method,
        path=url.path,
        query=url.query,
        headers=headers,
        body=body,
        service=operation.service,
        operation=operation.name,
        region=unquote(region),
        access_key=access_key,
        labels=operation.labels,
    )


_UNSIGNED = Response(
    status=403,
    headers={
        "Content-Type": "application/json",
        "x-amzn-ErrorType": "MissingAuthenticationTokenException",
    },
    body=b'{"message": "Request is missing Authentication Token"}',
)


def load() -> Sequence[Response]:
    """Answer a call of each service to an account of no stack: moto loads a service when it is first asked, and a run would wait for each."""
    with LocalAws("0" * 12, "us-east-1") as nothing:
        return [_listed(nothing, service, asked) for service, asked in _LISTINGS.items()]


def _listed(aws: LocalAws, service: str, asked: str) -> Response:
    signed = f"AWS4-HMAC-SHA256 Credential=-/20260101/{aws.region}/{service}/aws4_request"
    headers = {"host": "localhost", "authorization": signed}
    if asked.startswith("/"):
        return aws.receive("GET", asked, headers, b"")
    target = {"content-type": "application/x-amz-json-1.0", "x-amz-target": asked}
    return aws.receive("POST", "/", headers | target, b"{}")
