"""The AWS accounts of this world, told apart as AWS tells them: by access key, API id and bucket."""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from local.assembly import assemble
from local.aws.request import Response
from local.aws.server import LocalAws
from local.line.fake import FakeLine
from local.moto_fixes.awslambda import CODE_PATH
from local.stack import Stack
from tests.operator_targets import targets
from tests.world.names import Home

CREDENTIAL = re.compile(r"Credential=(A[A-Z0-9]{15,})")
BUCKET = re.compile(r"(?P<bucket>.+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com")
API = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
FORBIDDEN = Response(
    status=403, headers={"Content-Type": "application/json"}, body=b'{"message":"Forbidden"}'
)
"""What API Gateway answers for an API that does not exist."""
ACCESS_DENIED = Response(
    status=403,
    headers={"Content-Type": "application/xml"},
    body=b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
)
"""What S3 answers for a bucket of another account that has not been opened to the caller's."""
METHOD_NOT_ALLOWED = Response(
    status=405,
    headers={"Content-Type": "application/xml"},
    body=b"<Error><Code>MethodNotAllowed</Code><Message>The specified method is not allowed against this resource."
    b"</Message></Error>",
)
"""What S3 answers to GetBucketPolicy from another account than the bucket's, opened or not."""
WAITS_S = 60
HALF = (1 << 39) - 1
"""The bits of an access key id that hold half of the account's number; its next digit tells odd from even."""
UPPER_DIGITS = "QRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class WorldAccount:
    """One account with the stack that stands for its Region."""

    home: Home
    stack: Stack

    @property
    def aws(self) -> LocalAws:
        if self.stack.server is None:
            raise RuntimeError("the stack of a world runs in the world's own process")
        return self.stack.server

    def has_api(self, api: str, region: str) -> bool:
        return api in self.aws.moto.backend("apigateway", region).apis

    @property
    def buckets(self) -> Mapping[str, Any]:
        """Its buckets by name, as moto has them."""
        buckets: Mapping[str, Any] = self.aws.moto.backend("s3", "aws").buckets
        return buckets

    def call_api(
        self, api: str, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """Pass a call on to the gateway, which finds the API by the path where AWS finds it by the host."""
        gateway = urlsplit(self.stack.api)
        connection = HTTPConnection(gateway.hostname or "", gateway.port, timeout=WAITS_S)
        passed = {name: value for name, value in headers.items() if name not in PER_CONNECTION}
        try:
            connection.request(method, f"/{api}{target}", body, {**passed, **_length(body)})
            answer = connection.getresponse()
            return Response(
                status=answer.status, headers=dict(answer.getheaders()), body=answer.read()
            )
        finally:
            connection.close()


PER_CONNECTION = ("connection", "content-length", "transfer-encoding", "expect")


@dataclass(frozen=True, slots=True)
class AwsSites:
    """All accounts behind AWS's names."""

    accounts: Sequence[WorldAccount]

    def receive(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        host = headers.get("host", "").partition(":")[0]
        if named := API.fullmatch(host):
            api, region = named["api"], named["region"]
            owners = [account for account in self.accounts if account.has_api(api, region)]
            return owners[0].call_api(api, method, target, headers, body) if owners else FORBIDDEN
        caller = self._caller(target, headers)
        if named := BUCKET.fullmatch(host):  # virtual-hosted style: the local stack reads the path
            if refused := self._refusal(named["bucket"], target, caller):
                return refused
            target = f"/{named['bucket']}{target}"
            headers = {**headers, "host": f"s3.{host.partition('.s3.')[2]}"}
        return caller.aws.receive(method, target, headers, body)

    def _caller(self, target: str, headers: Mapping[str, str]) -> WorldAccount:
        """Return the account whose credentials signed; for a call without a signature that of the package it fetches, or the first."""
        if target.startswith(CODE_PATH):
            region = target.removeprefix(CODE_PATH).partition("/")[0]
            return next(one for one in self.accounts if one.home.region == region)
        signed = CREDENTIAL.search(headers.get("authorization", ""))
        account = account_of(signed[1]) if signed else ""
        known = {one.home.account: one for one in self.accounts}
        return known.get(account, self.accounts[0])

    def _refusal(self, bucket: str, target: str, caller: WorldAccount) -> Response | None:
        """Return what S3 answers where the bucket is another account's, as moto does not: it lets in everybody."""
        owners = [account for account in self.accounts if bucket in account.buckets]
        if not owners or owners[0] is caller:
            return None
        policy = json.loads(owners[0].buckets[bucket].policy or "{}")
        allowing = [entry for entry in policy.get("Statement", ()) if entry["Effect"] == "Allow"]
        if not any(caller.home.account in json.dumps(entry["Principal"]) for entry in allowing):
            return ACCESS_DENIED
        return METHOD_NOT_ALLOWED if urlsplit(target).query == "policy" else None


def account_of(access_key: str) -> str:
    """Return the account that an access key id carries in its digits; "" for a key of no account."""
    try:
        half = int.from_bytes(base64.b32decode(access_key[4:12]), "big") & HALF
    except ValueError:
        return ""
    return f"{2 * half + (access_key[12] in UPPER_DIGITS):012d}"


def _length(body: bytes) -> dict[str, str]:
    return {"content-length": str(len(body))}


AWS = partial(LocalAws, targets=targets)
"""The AWS of an account in which people work, too."""


@contextmanager
def accounts(
    homes: Sequence[Home], lines: Mapping[str, FakeLine]
) -> Iterator[Sequence[WorldAccount]]:
    """Start an empty account for each home."""
    with ExitStack() as parts:
        yield [WorldAccount(home, assemble(parts, home, lines[home.name], AWS)) for home in homes]
