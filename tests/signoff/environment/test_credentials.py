"""Every way in which botocore finds credentials: it works, or one sentence names the command that helps."""

import json
import os
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from signoff.environment import load
from signoff.environment.guard import GuardError, guard, open_session

SECRET = "wJalrXUtnFEMI/K7MDENG"
LATER = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
EARLIER = "2020-01-01T00:00:00Z"
START = "https://example.awsapps.com/start"
ROLE = "arn:aws:iam::444455556666:role/reader"
SESSION = "arn:aws:iam::444455556666:user/hanako"
XML = '<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result>{1}</{0}Result></{0}Response>'
CALLER = f"<Arn>{SESSION}</Arn><UserId>AIDA</UserId><Account>444455556666</Account>"
GIVEN = (
    f"<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>"
    f"<SessionToken>session</SessionToken><Expiration>{LATER}</Expiration></Credentials>"
)
DENIED = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>"
SSO = f"sso_start_url = {START}\nsso_region = us-east-1\nsso_account_id = 444455556666\nsso_role_name = reader"
AS_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": SECRET}
EXPIRES = {"Expiration": LATER}


class CredentialSources(BaseHTTPRequestHandler):
    """STS, the SSO portal, the sign-in endpoint, a container's and an instance's: as far as they give credentials."""

    refusing = False

    def do_GET(self):
        keys = {"AccessKeyId": "ASIA1", "SecretAccessKey": SECRET, "Token": "session", **EXPIRES}
        if self.server.refusing:
            self._say(403, f"no, {SECRET}")
        elif self.path.startswith("/federation/credentials"):
            role = {"accessKeyId": "ASIA1", "secretAccessKey": SECRET, "sessionToken": "session"}
            self._say(200, json.dumps({"roleCredentials": {**role, "expiration": 4102444800000}}))
        elif self.path.endswith("/security-credentials/"):
            self._say(200, "reader")
        else:
            self._say(200, json.dumps({"Code": "Success", **keys}))

    def do_PUT(self):
        self._say(200, "token")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.startswith("/v1/token"):
            self._token(json.loads(body))
            return
        action = parse_qs(body)["Action"][0]
        if action == "GetCallerIdentity":
            self._say(200, XML.format(action, CALLER))
        elif self.server.refusing:
            self._say(403, DENIED)
        else:
            self._say(200, XML.format(action, GIVEN))

    def _token(self, asked):
        if self.server.refusing:
            self._say(
                400,
                json.dumps({"error": "TOKEN_EXPIRED", "message": "over"}),
                "AccessDeniedException",
            )
            return
        assert asked["refreshToken"] == "refresh"
        token = {"accessKeyId": "ASIA2", "secretAccessKey": SECRET, "sessionToken": "session"}
        answer = {
            "accessToken": token,
            "expiresIn": 900,
            "refreshToken": "next",
            "tokenType": "aws_sigv4",
        }
        self._say(200, json.dumps(answer))

    def _say(self, status, body, error=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body.encode())))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """Say nothing: what these endpoints were asked is none of the test's output."""


@pytest.fixture(scope="module")
def aws():
    with ThreadingHTTPServer(("127.0.0.1", 0), CredentialSources) as server:
        server.refusing = False
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def home(aws, monkeypatch, tmp_path):
    """An operator's machine with nothing on it: each test writes what it needs."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    url = f"http://127.0.0.1:{aws.server_port}"
    for name in ("STS", "SSO", "SIGNIN"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # botocore looks up this folder when it is imported.
    cache = str(tmp_path / ".aws" / "sso" / "cache")
    monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", cache)
    (tmp_path / ".aws").mkdir()
    return tmp_path


@pytest.fixture
def caller(path):
    environment = load("prod", path, {}).environment

    def ask():
        return guard(open_session(environment.region), environment)

    return ask


def configured(home, text, name="config"):
    (home / ".aws" / name).write_text(text, encoding="utf-8")


@contextmanager
def refusing(aws):
    aws.refusing = True
    try:
        yield
    finally:
        aws.refusing = False


def process(home, text, status=0):
    script = home / "process.sh"
    script.write_text(f"#!/bin/sh\necho '{text}'\nexit {status}\n", encoding="utf-8")
    script.chmod(0o700)
    configured(home, f"[default]\ncredential_process = {script}\n")


def cached(home, folder, key, value):
    place = home / ".aws" / folder / "cache"
    place.mkdir(parents=True)
    (place / f"{key}.json").write_text(json.dumps(value), encoding="utf-8")


def sso_login(home, expires):
    configured(home, f"[default]\n{SSO}\n")
    token = {"startUrl": START, "region": "us-east-1", "accessToken": "t", "expiresAt": expires}
    cached(home, "sso", sha1(START.encode(), usedforsecurity=False).hexdigest(), token)


def login(home, expires):
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    configured(home, f"[default]\nlogin_session = {SESSION}\n")
    keys = {"accessKeyId": "ASIA1", "secretAccessKey": SECRET, "sessionToken": "session"}
    access = {**keys, "accountId": "444455556666", "expiresAt": expires}
    more = {"refreshToken": "refresh", "clientId": "arn:aws:signin:::cli", "dpopKey": key.decode()}
    cached(home, "login", sha256(SESSION.encode()).hexdigest(), {"accessToken": access, **more})


def web_identity(home, *, token):
    file = home / "token"
    if token:
        file.write_text("web-token", encoding="utf-8")
    configured(home, f"[default]\nrole_arn = {ROLE}\nweb_identity_token_file = {file}\n")


def assumed_role(home):
    keys = f"aws_access_key_id = AKIA1\naws_secret_access_key = {SECRET}"
    configured(
        home, f"[default]\nrole_arn = {ROLE}\nsource_profile = base\n[profile base]\n{keys}\n"
    )


PROCESS = json.dumps({"Version": 1, "AccessKeyId": "ASIA1", "SecretAccessKey": SECRET, **EXPIRES})
WORKING = {
    "keys in a file": lambda home: configured(
        home,
        f"[default]\naws_access_key_id = AKIA1\naws_secret_access_key = {SECRET}\n",
        "credentials",
    ),
    "keys in the profile": lambda home: configured(
        home, f"[default]\naws_access_key_id = AKIA1\naws_secret_access_key = {SECRET}\n"
    ),
    "process": lambda home: process(home, PROCESS),
    "SSO": lambda home: sso_login(home, LATER),
    "aws login": lambda home: login(home, LATER),
    "aws login, refreshed": lambda home: login(home, EARLIER),
    "web identity": lambda home: web_identity(home, token=True),
    "role": assumed_role,
}


@pytest.mark.parametrize("way", WORKING)
def test_credentials_of_every_provider_of_a_file_work(way, home, caller):
    WORKING[way](home)

    assert caller().arn == SESSION


@pytest.mark.usefixtures("home")
def test_keys_in_the_environment_work(monkeypatch, caller):
    for name, value in AS_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    assert caller().arn == SESSION


@pytest.mark.usefixtures("home")
def test_credentials_of_a_container_work(aws, monkeypatch, caller):
    monkeypatch.setenv(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{aws.server_port}/container"
    )

    assert caller().arn == SESSION


@pytest.mark.usefixtures("home")
def test_credentials_of_an_instance_work(aws, monkeypatch, caller):
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{aws.server_port}/")

    assert caller().arn == SESSION


BASE = f"[profile base]\naws_access_key_id = AKIA1\naws_secret_access_key = {SECRET}\n"
MFA = (
    f"{BASE}[default]\nrole_arn = {ROLE}\nsource_profile = base\n"
    "mfa_serial = arn:aws:iam::444455556666:mfa/hanako\n"
)
CHAIN = f"[default]\nrole_arn = {ROLE}\nsource_profile = first\n"
CIRCLE = f"{CHAIN}[profile first]\nrole_arn = {ROLE}\nsource_profile = default\n"
FAILING = {
    "nothing": (lambda _: None, "run aws login or aws sso login, or set AWS_PROFILE"),
    "SSO expired": (lambda home: sso_login(home, EARLIER), "run aws sso login"),
    "SSO never": (lambda home: configured(home, f"[default]\n{SSO}\n"), "run aws sso login"),
    "login never": (
        lambda home: configured(home, f"[default]\nlogin_session = {SESSION}\n"),
        "run aws login",
    ),
    "no such sso-session": (
        lambda home: configured(
            home, "[default]\nsso_session = x\nsso_account_id = 1\nsso_role_name = r\n"
        ),
        'sso-session does not exist: "x"',
    ),
    "process fails": (lambda home: process(home, SECRET, 3), "the provider custom-process gave no"),
    "process says no JSON": (lambda home: process(home, SECRET), "see credential_process"),
    "process says a list": (lambda home: process(home, "[1, 2]"), "see credential_process"),
    "process says a version to come": (
        lambda home: process(home, PROCESS.replace("1", "2", 1)),
        "the provider custom-process gave no",
    ),
    "process gives what is over": (
        lambda home: process(home, PROCESS.replace(LATER, EARLIER)),
        "gave some that are over",
    ),
    "MFA and no terminal": (
        lambda home: configured(home, MFA),
        "wants a code of arn:aws:iam::444455556666:mfa/hanako, and there is no terminal",
    ),
    "MFA in the middle of a chain": (
        lambda home: configured(home, MFA.replace("default", "profile first") + CHAIN),
        "and there is no terminal to type it at",
    ),
    "roles in a circle": (
        lambda home: configured(home, CIRCLE),
        "see ~/.aws/config",
    ),
    "no such process": (
        lambda home: configured(home, "[default]\ncredential_process = /nonexistent/program\n"),
        "/nonexistent/program: FileNotFoundError",
    ),
    "no token file": (lambda home: web_identity(home, token=False), "token: FileNotFoundError"),
    "half a key": (
        lambda home: configured(home, "[default]\naws_access_key_id = AKIA1\n"),
        "aws_secret_access_key",
    ),
    "source profile missing": (
        lambda home: configured(home, f"[default]\nrole_arn = {ROLE}\nsource_profile = nobody\n"),
        'source_profile "nobody"',
    ),
    "file that is none": (
        lambda home: configured(home, "default]\nnot = a file\n"),
        ".aws/config can't be read",
    ),
}


@pytest.mark.parametrize("way", FAILING)
def test_unusable_credentials_are_told_in_one_sentence_with_the_command_that_helps(
    way, home, caller
):
    prepare, says = FAILING[way]
    prepare(home)

    with pytest.raises(GuardError) as caught:
        caller()

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        (assumed_role, "sts:AssumeRole says AccessDenied"),
        (
            lambda home: web_identity(home, token=True),
            "sts:AssumeRoleWithWebIdentity says AccessDenied",
        ),
        (lambda home: login(home, EARLIER), "run aws login"),
    ],
    ids=["role", "web identity", "aws login"],
)
def test_refusal_of_what_gives_the_credentials_is_told_as_its_own(way, says, home, aws, caller):
    way(home)

    with refusing(aws), pytest.raises(GuardError) as caught:
        caller()

    assert says in str(caught.value)


@pytest.mark.usefixtures("home")
def test_refusing_container_is_told_without_a_word_of_its_answer(aws, monkeypatch, caller):
    url = f"http://127.0.0.1:{aws.server_port}/container"
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    pause = "botocore.utils.ContainerMetadataFetcher.SLEEP_TIME"
    monkeypatch.setattr(pause, 0)  # before it asks again

    with refusing(aws), pytest.raises(GuardError) as caught:
        caller()

    assert "the provider container-role gave no credentials" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.usefixtures("home")
def test_misspelt_profile_is_told(monkeypatch, caller):
    monkeypatch.setenv("AWS_PROFILE", "prdo")

    with pytest.raises(GuardError, match=r"there is no AWS profile prdo; set AWS_PROFILE"):
        caller()
