"""AWS's call rates are kept wherever they may count, and no store is waited for without an end."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from aws.dated import call_rates
from aws.words import SILENCE
from plan import plan_for, scope_of
from signoff.environment import ENVIRONMENTS
from signoff.evidence import Store, StoreSettings
from signoff.judge.checklist import Checklist, Phase
from signoff.judge.gather import gathered, records_of
from signoff.judge.run import Choice, Composition, Options
from tests.foreign.account import served
from tests.healthy import healthy
from tests.loopback import ENDLESS, sending


@dataclass(frozen=True)
class Started:
    kept: bool

    @contextmanager
    def start(self, *_):
        yield SimpleNamespace(aws="http://127.0.0.1:1", api="http://127.0.0.1:2", kept=self.kept)


@pytest.mark.parametrize(
    ("stack", "rates"),
    [(Started(kept=False), {}), (Started(kept=True), {}), (None, call_rates())],
    ids=["of this run alone", "kept up", "none of ours"],
)
def test_only_a_stack_of_our_own_is_asked_without_call_rates(stack, rates, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    options = Options(
        phase=Phase.BEFORE,
        rows=(),
        replay=None,
        api_url=None,
        lang="en",
        root=tmp_path,
        environments=ENVIRONMENTS,
    )
    choice = Choice(
        options=options,
        environment=healthy().environment,
        overrides={},
        derived=SILENCE,
        plan=healthy().plan,
        checklist=Checklist.load(),
        composition=Composition(
            plan_for=plan_for, scope_of=scope_of, embedded_stack=lambda _: stack
        ),
        started=datetime.now(UTC),
        stack=stack,
    )

    with served(), gathered(choice, lambda *_: None, everything=False) as snapshot:
        assert snapshot.reading.retry.rates == rates


def test_store_whose_answer_never_ends_is_unread_and_its_own_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("signoff.judge.gather.STORE_S", 0.5)
    choice = SimpleNamespace(options=SimpleNamespace(root=tmp_path))
    settings = StoreSettings(environment="prod", location="s3://evidence/records")
    with sending(ENDLESS["a body that drips"]) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        session = boto3.Session("local", "local", region_name="ap-northeast-1")

        records = records_of(choice, settings, session)
    assert records.unread
    assert records.words.en == (
        "the evidence store s3://evidence/records can't be read: no answer within 0.5 s"
    )


def test_store_that_refuses_is_unread_in_the_words_of_any_other_call(tmp_path, monkeypatch):
    def load(*_):
        answer = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
        raise ClientError(answer, "ListObjectsV2")

    monkeypatch.setattr(Store, "load", load)
    choice = SimpleNamespace(options=SimpleNamespace(root=tmp_path))
    settings = StoreSettings(environment="prod", location="s3://evidence/records")

    assert records_of(choice, settings, boto3.Session()).words.en == (
        "the evidence store s3://evidence/records can't be read: s3:ListObjectsV2: AccessDenied: Access Denied"
    )


def test_store_that_is_not_reached_is_unread(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    choice = SimpleNamespace(options=SimpleNamespace(root=tmp_path))
    settings = StoreSettings(environment="prod", location="s3://evidence/records")
    session = boto3.Session("local", "local", region_name="ap-northeast-1")

    records = records_of(choice, settings, session)

    assert records.unread
    assert "127.0.0.1:1" in records.words.en
