"""One healthy rally on an embedded stack, with a front end and a LIFF app beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from aws.inventory import on_demand
from lambdas.packing import pack
from local.line.call import Channels
from local.line.fake import FakeLine
from plan import Plan, plan_for, scope_of
from runbook.engine import StepContext
from runbook.local_stack import LocalStack
from runbook.procedures.provision import context_for
from runbook.stack_process import served_by
from signoff.environment import Environment, load
from signoff.evidence import Records
from signoff.judge.snapshot import Snapshot
from smoke.aws import Clients, clients
from tests.api_patches import patching
from tests.in_process import UNPACED, SessionInProcess
from tests.loopback import Reply, SentRequest, answering
from tests.recording_aws import RecordingAws

ENVIRONMENTS = Path(__file__).with_name("rally.toml")
CONFIG_JS = """const CONFIG = {{
    // API_BASE_URL: 'https://old.example.jp/dev',
    API_BASE_URL: '{api}',
    LIFF_ID: window.LIFF_ID || '{liff}',
}};
"""


@dataclass
class Front:
    """``files``: path -> (type, text); anything else is 404. ``headers`` are sent with each."""

    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def configure(self, text: str) -> None:
        self.files["/js/config.js"] = ("application/javascript", text)


@contextmanager
def front() -> Iterator[Front]:
    served = Front(
        {
            "/": (
                "text/html; charset=utf-8",
                "<title>rally</title><script src=js/config.js></script>",
            )
        }
    )

    def answer(asked: SentRequest) -> Reply:
        if asked.path not in served.files:
            return Reply(b"", 404)
        kind, text = served.files[asked.path]
        return Reply(text.encode(), headers={"Content-Type": kind, **served.headers})

    with answering(answer) as served.url:
        yield served


@dataclass(frozen=True)
class Rally:
    """What a test may break. AWS calls of this process go to this stack."""

    environment: Environment
    api: str
    line: FakeLine
    front: Front
    server: RecordingAws
    """The AWS API itself, which can be given faults."""

    @cached_property
    def plan(self) -> Plan:
        return plan_for(self.environment)

    @cached_property
    def session(self) -> boto3.Session:
        """One for all: a session reads each service's model once, which takes longer than its calls."""
        return SessionInProcess(self.server)

    @cached_property
    def client(self) -> Clients:
        """Return clients of this stack's AWS API, each made once."""
        return clients(self.session)

    @cached_property
    def api_id(self) -> str:
        apis = self.client("apigateway").get_rest_apis()["items"]
        return str(next(api["id"] for api in apis if api["name"] == self.plan.api.name))

    def context(self) -> StepContext:
        """Return what lets the runbook's own steps bring things back to the plan."""
        return context_for(
            self.session,
            self.environment,
            secret=lambda _: self.line.channels.messaging_access_token,
            build=pack,
            record=lambda *_: None,
            recorded=lambda *_, **__: None,
            go=True,
            permit=lambda _: True,
        )

    def snapshot(
        self, environment: Environment | None = None, records: Records | None = None
    ) -> Snapshot:
        """Read what smoke asks of the inventory, when it asks."""
        scope = scope_of(self.plan, self.environment)
        inventory = on_demand(
            self.session, scope, caller="", salts={}, endpoint=self.server.endpoint, options=UNPACED
        )
        return Snapshot(
            environment=environment or self.environment,
            plan=self.plan,
            scope=scope,
            inventory=inventory,
            records=records or Records(),
            dev=Records(),
            now=inventory.read_at,
        )


@contextmanager
def healthy(folder: Path) -> Iterator[Rally]:
    """Start a rally that is right in every respect; ``folder`` takes its evidence and its files."""
    with front() as page:
        environment = _environment(page, folder)
        channels = Channels(liff_apps=(_liff_app(environment),))
        (folder / "login-token").write_text(channels.login_access_token, encoding="utf-8")
        with FakeLine(channels) as line:
            environment = served_by(environment, line.url, "rally")
            stack = LocalStack(folder / "none.json", line=line, aws=RecordingAws)
            with stack.start(environment, lambda *_: None) as started:
                started.server.extensions.append(patching(started.server))
                liff = environment.line.liff_id
                page.configure(CONFIG_JS.format(api=started.api, liff=liff))
                yield Rally(environment, started.api, line, page, started.server)


def _environment(page: Front, folder: Path) -> Environment:
    environment = load("local", ENVIRONMENTS, {}).environment
    return replace(
        environment,
        origin=page.url,
        evidence=str(folder / "evidence"),
        front_end=replace(environment.front_end, url=page.url),
        line=replace(environment.line, login_token_file=str(folder / "login-token")),
    )


def _liff_app(environment: Environment) -> dict[str, Any]:
    return {
        "liffId": environment.line.liff_id,
        "view": {"type": "full", "url": environment.front_end.url.replace("http", "HTTP") + "/"},
        "scope": ["openid", "profile"],
    }
