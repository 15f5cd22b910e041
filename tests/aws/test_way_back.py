"""Which version and which deployment a rollback takes: the newest recorded one that is open, else the one before."""

import base64
import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import metadata
from urllib.parse import quote

import pytest

from aws.api.document import from_export
from aws.kinds.function import NETWORK
from aws.kinds.function_invocation import Version
from aws.kinds.rest_api import Deployment
from aws.release import (
    CLOSED_PACKAGE,
    CLOSED_VERSION,
    Package,
    RecordedRelease,
    calls_nothing,
    closed_description,
    unpacked,
)
from aws.section import Unreadable
from aws.way_back import deployment_back, version_back
from lambdas.packing import pack
from signoff.environment.application import application
from tests.aws.answers import CANARY, LAMBDA, SCOPE
from tests.aws.answers.api_document import EXPORT
from tests.aws.answers.compute import FUNCTIONS
from tests.aws.unread import known
from tests.packages import zipped

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SHUT = "closed"
FIVE = {"1": SHUT, "2": "a", "3": "b", "4": "b", "5": "c"}
"""Version -> its code: 4 was published again, for a change of its configuration."""


def released(**version):
    """Return release records, newest first, by version and code of the one function."""
    return [RecordedRelease(functions={"award": one}) for one in version.values()]


def numbered(codes):
    """Return number -> version of this code."""
    return {number: Version(number=number, code_sha256=code) for number, code in codes.items()}


@pytest.mark.parametrize(
    ("live", "published", "recorded", "taken"),
    [
        ("5", FIVE, released(now=("5", "c"), before=("4", "b")), "4"),
        ("5", FIVE, released(now=("5", "c"), before=("3", "b"), first=("2", "a")), "3"),
        ("5", FIVE, released(now=("5", "c"), shut=("1", SHUT), first=("2", "a")), "2"),
        ("5", FIVE, released(now=("5", "c"), gone=("9", "z")), "4"),
        ("5", FIVE, released(now=("5", "c"), replaced=("3", "z"), first=("2", "a")), "2"),
        ("5", FIVE, [], "4"),
        ("4", FIVE, [], "2"),
        ("4", FIVE, released(api=("3", "b"), now=("3", "b"), first=("2", "a")), "2"),
        ("4", FIVE, released(later=("5", "c"), now=("4", "b")), "5"),
        ("3", FIVE, released(later=("4", "b"), now=("3", "b")), "4"),
        ("2", FIVE, released(now=("2", "a")), "1"),
        ("1", FIVE, [], None),
        ("2", {"2": "a"}, released(now=("2", "a")), None),
        ("$LATEST", FIVE, [], None),
        ("$LATEST", FIVE, released(before=("3", "b")), "3"),
        ("2", {"2": "a", "3": SHUT}, released(now=("2", "a")), "3"),
        ("10", {"9": "a", "10": "b", "8": "c"}, [], "9"),
    ],
    ids=[
        *("the release before", "an older number of the same code", "past a closed one"),
        *("past one that is gone", "past one that holds other code", "nobody recorded any"),
        *(
            "past the same code",
            "past it on record",
            "forward, after a rollback",
            "forward to the same code",
            "only the closed one is left",
        ),
        *("nothing below", "nothing else", "no version is live", "no version, but a record"),
        *("a closed one that was published since", "by number, not by text"),
    ],
)
def test_a_rollback_of_a_function_takes(live, published, recorded, taken):
    assert version_back("award", live, numbered(published), recorded, SHUT) == taken


def test_records_of_other_functions_say_nothing():
    others = [RecordedRelease(functions={"auth": ("3", "b")})]

    assert version_back("award", "3", numbered({"2": "a", "3": "b"}), others, SHUT) == "2"


def test_recorded_version_that_an_earlier_commit_published_as_closed_is_passed_over(fake, sections):
    listed = FUNCTIONS["lambda:ListFunctions"]["Functions"]
    told = {"Version": "4", "CodeSha256": "sha-4", "Description": CLOSED_VERSION}
    shut = [{**entry, **told} for entry in listed if entry["Version"] == "1"]
    fake.answers["lambda:ListFunctions"] = {"Functions": [*listed, *shut]}
    recorded = (("4", "sha-4"), ("1", "sha-1"))
    releases = tuple(RecordedRelease(functions={"rally-auth": one}) for one in recorded)

    back = sections(replace(SCOPE, releases=releases)).versions_back["rally-auth"]
    assert back.version == "1"


def test_network_of_the_version_to_go_back_to_is_read_beside_that_of_the_live_one(fake, sections):
    def in_a_network(asked):
        answer = FUNCTIONS["lambda:GetFunction"](asked)
        old = {"VpcConfig": {"SubnetIds": ["subnet-1"]}} if asked.get("Qualifier") == "1" else {}
        return {**answer, "Configuration": answer["Configuration"] | old}

    fake.answers["lambda:GetFunction"] = in_a_network
    read = sections()

    (found,) = [one for one in read.versions_back["rally-auth"].unplanned if one.fact == NETWORK]
    assert (found.name, found.found) == ("rally-auth:1", "subnet-1")
    assert read.functions["rally-auth"].unplanned == ()
    assert [one for one in read.function_attachments["rally-auth"] if one.fact == NETWORK] == []


def test_what_the_deployment_to_go_back_to_asks_of_callers_is_read(sections):
    (back,) = sections().deployments_back.values()

    assert (back.authorization, back.keys) == (
        {"GET /stamps": "CUSTOM"},
        {"GET /stamps": True},
    )


def test_export_on_record_is_of_the_deployment_to_go_back_to(sections):
    other = {**EXPORT, "paths": {}}
    (back,) = sections(
        replace(SCOPE, exports={"d1": EXPORT, "d2": other})
    ).deployments_back.values()
    (unknown,) = sections(replace(SCOPE, exports={"d2": other})).deployments_back.values()

    assert back.document == from_export(EXPORT)
    assert back.calls == from_export(EXPORT).calls
    assert (unknown.document, unknown.calls) == (None, None)


def test_secret_in_an_export_on_record_is_found_and_not_kept(sections):
    told = {**EXPORT, "x-amazon-apigateway-policy": {"Id": CANARY}}
    read = sections(replace(SCOPE, exports={"d1": told}))

    (back,) = read.deployments_back.values()
    assert CANARY not in str(back)
    assert back.document.surplus["resource policy"] != from_export(EXPORT).surplus.get(
        "resource policy"
    )


def test_export_on_record_that_is_none_leaves_the_way_back_unread(sections):
    back = sections(replace(SCOPE, exports={"d1": {"paths": 5}})).deployments_back

    assert isinstance(back, Unreadable)


@pytest.mark.parametrize(("called", "is_there"), [("alien", True), ("gone", False)])
def test_policy_of_a_function_that_is_not_planned_but_called_there_is_read(
    sections, called, is_there
):
    uri = f"arn:aws:apigateway:ap-northeast-1:lambda:path/2015-03-31/functions/{LAMBDA}{called}/invocations"
    export = deepcopy(EXPORT)
    export["paths"]["/spots"]["get"]["x-amazon-apigateway-integration"]["uri"] = uri
    (back,) = sections(replace(SCOPE, exports={"d1": export})).deployments_back.values()

    assert {arn: policy is not None for arn, policy in back.policies.items()} == {
        f"{LAMBDA}{called}": is_there
    }


def deployed(*described):
    """Return deployments, newest first, a minute apart, by their ids and descriptions."""
    return [
        Deployment(id=id_, created=NOON - timedelta(minutes=number), description=text)
        for number, (id_, text) in enumerate(described)
    ]


THREE = deployed(("c", ""), ("b", ""), ("a", closed_description("runbook api", "0a" * 32)))

DESCRIBED = deployed(("c", ""), ("b", "sprint 9: closed: every path of the old app"), ("a", ""))


def served(*ids):
    return [RecordedRelease(functions={}, deployment=id_) for id_ in ids]


@pytest.mark.parametrize(
    ("live", "there", "recorded", "taken"),
    [
        ("c", THREE, served("c", "b"), "b"),
        ("c", THREE, served("c", "a", "b"), "b"),
        ("c", THREE, served("c", "gone"), "b"),
        ("c", THREE, [], "b"),
        ("b", THREE, served("c", "b"), "c"),
        ("b", THREE, [], "a"),
        ("c", DESCRIBED, served("c", "b", "a"), "b"),
        ("a", THREE, [], None),
        ("c", THREE[:1], served("c"), None),
    ],
    ids=[
        *(
            "the release before",
            "past the closed one",
            "past one that is gone",
            "nobody recorded any",
        ),
        *(
            "forward, after a rollback",
            "only the closed one is older",
            "a release that people describe as closed",
            "nothing is older",
            "nothing else",
        ),
    ],
)
def test_a_rollback_of_the_api_takes(live, there, recorded, taken):
    back = deployment_back(live, there, recorded)

    assert (back.id if back else None) == taken


def test_a_deployment_of_the_same_second_may_be_the_one_before():
    same = [Deployment(id=one, created=NOON) for one in ("b", "a")]

    assert deployment_back("a", same, []).id == "b"


def test_the_same_draft_deployed_again_is_no_way_back():
    text = f"runbook api, draft sha256:{'0a' * 32}"
    again = deployed(("c", text), ("b", text), ("a", ""))

    assert deployment_back("c", again, []).id == "a"
    assert deployment_back("c", again, served("b", "b", "a")).id == "a"


KEY = CANARY.encode()
HIDDEN = {
    "config.json": json.dumps({"key": CANARY}).encode(),
    "hex.txt": KEY.hex().encode(),
    "powershell.txt": CANARY.encode("utf-16"),
    "url.txt": quote(f"/?key={CANARY}&x=1", safe="").encode(),
    "base64.txt": base64.b64encode(b"key: " + KEY),
    "old.zip": zipped({"auth.py": KEY}),
    "vendored.whl": zipped({"inner.zip": zipped({"config.json": json.dumps({"a": CANARY})})}),
}
BROKEN = zipped({"readme.txt": b"hello " * 99}).replace(b"PK\x01\x02", b"PK\x01\x00")


def test_versions_of_one_package_are_judged_with_their_own_layers(fake, sections):
    """Both name the same handler, which imports what only a layer of the one brings."""
    source = b"import requests\ndef handler(event, context): ..."
    package = Package.of(zipped({"app.py": source}))

    def layered(asked):
        answer = FUNCTIONS["lambda:GetFunction"](asked)
        layers = [{"Arn": f"{LAMBDA}requests:1"}] if asked.get("Qualifier") == "live" else []
        own = {"CodeSha256": package.code_sha256, "Layers": layers, "FileSystemConfigs": []}
        return {**answer, "Configuration": answer["Configuration"] | own}

    fake.answers["lambda:GetFunction"] = layered
    builds = replace(SCOPE.builds, functions={"rally-auth": package})
    read = sections(replace(SCOPE, builds=builds, functions=("rally-auth",)))
    contents = known(*read.packages.values())

    assert contents.flaw_of(read.functions["rally-auth"]) is None
    assert contents.flaw_of(read.versions_back["rally-auth"]) is not None


@pytest.mark.parametrize(
    ("files", "closed"),
    [
        ({"handler.py": b"import json\nimport os\nfrom collections.abc import Mapping"}, True),
        ({"handler.py": b"import json\nimport os\nos.environ.get(json.dumps(1))"}, True),
        ({"handler.py": b"import json, boto3"}, False),
        ({"handler.py": b"import os\nos.system('curl example.org')"}, False),
        ({"handler.py": b"import os\nreach = os"}, False),
        ({"handler.py": b"from os import system"}, False),
        ({"handler.py": b"from typing import sys\nsys.modules['os'].system('a')"}, False),
        ({"handler.py": b"import json\njson.codecs.open('a')"}, False),
        ({"handler.py": b"import collections"}, False),
        ({"handler.py": b"__import__('boto3')"}, False),
        ({"handler.py": b"exec('import boto3')"}, False),
        ({"handler.py": b"''.__class__.__base__.__subclasses__()"}, False),
        ({"handler.py": b"import json", "rally/__init__.py": b""}, False),
        ({"handler.py": b"import"}, False),
        ({}, False),
    ],
    ids=[
        *("closed", "its use", "reaches AWS", "a program", "a module's other name", "a function"),
        "a module by another",
        *("a module's own", "a module", "by name", "by text", "by Python", "more modules"),
        *("no Python", "nothing"),
    ],
)
def test_package_that_reaches_nothing_is_known_by_its_imports(files, closed):
    assert calls_nothing(files) == closed


def test_closed_release_of_this_commit_is_known_by_its_imports_too():
    assert calls_nothing(unpacked(pack(CLOSED_PACKAGE)))


def leaks_in(inventory_of, **files):
    """Return where the secret stands in the package of rally-auth."""
    live = SCOPE.builds.functions["rally-auth"]
    functions = {"rally-auth": replace(live, content=zipped(files))}
    scope = replace(SCOPE, builds=replace(SCOPE.builds, functions=functions))
    leaks = inventory_of(scope).sections.leaks["account"]
    return [leak.place for leak in leaks if any(name in leak.place for name in files)]


@pytest.mark.parametrize("name", HIDDEN)
def test_secret_in_a_file_of_a_package_is_found_however_it_is_packed(inventory_of, name):
    assert leaks_in(inventory_of, **{name: HIDDEN[name]}) != []


BODY = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0p4dRoLbCzLFJ3Vt"
BEGIN, END = "-----BEGIN {}PRIVATE KEY-----", "-----END {}PRIVATE KEY-----"
EC, PLAIN = (f"{BEGIN.format(kind)}\n{BODY}\n{END.format(kind)}\n" for kind in ("EC ", ""))
ENCRYPTED = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B2C3D\n\n"
ACCESS_KEY = "AKIA" + "Q3EGRXZ7LM4TWV2B"
KEYS = {
    "dev.pem": PLAIN,
    "ec.pem": EC,
    "windows.pem": PLAIN.replace("\n", "\r\n"),
    "locked.pem": PLAIN.replace("\n", f"\n{ENCRYPTED}", 1),
    "service.json": json.dumps({"private_key": PLAIN}),
    "signing.py": f'KEY = ("{BEGIN.format("")}\\n"\n    "{BODY}\\n")',
    "utf16.pem": PLAIN.encode("utf-16"),
    "old.zip": zipped({"key.pem": PLAIN}),
    "env": f"AWS_ACCESS_KEY_ID={ACCESS_KEY}\n",
    "deploy.py": f"boto3.client('s3', aws_access_key_id='{ACCESS_KEY}')",
}
NO_KEYS = {
    "marker.py": f'BEGINS = b"{BEGIN.format("OPENSSH ")}"\nENDS = b"{END.format("OPENSSH ")}"',
    "prose.txt": f"A key begins with {BEGIN.format('')} and has base64 below it.",
    "cut.pem": f"{BEGIN.format('')}\nMIGHAgEA...\n{END.format('')}",
    "public.pem": EC.replace("EC PRIVATE", "PUBLIC"),
    "authority.pem": EC.replace("EC PRIVATE KEY", "CERTIFICATE"),
    "documented.py": "AKIA" + "IOSFODNN7EXAMPLE",
    "digest.txt": f"x{ACCESS_KEY}/{ACCESS_KEY}x",
}


@pytest.mark.parametrize("name", KEYS)
def test_key_of_anyone_in_a_file_of_a_package_is_found(inventory_of, name):
    assert leaks_in(inventory_of, **{name: KEYS[name]}) != []


@pytest.mark.parametrize("name", NO_KEYS)
def test_text_about_a_key_is_none(inventory_of, name):
    assert leaks_in(inventory_of, **{name: NO_KEYS[name]}) == []


@pytest.mark.parametrize("name", ["PyJWT", "cryptography", "certifi", "boto3"])
def test_library_that_knows_keys_holds_none(inventory_of, name):
    files = {str(file): file for file in metadata.files(name) if file.suffix in {".py", ".pem"}}
    texts = {path: file.locate().read_bytes() for path, file in files.items()}

    assert len(texts) > 2
    assert leaks_in(inventory_of, **texts) == []


@pytest.mark.parametrize("function", [*application().functions, CLOSED_PACKAGE])
def test_packages_of_our_own_hold_no_key(inventory_of, function):
    assert leaks_in(inventory_of, **unpacked(pack(function))) == []


def test_package_within_a_package_that_holds_nothing_or_is_broken_is_no_leak(inventory_of):
    assert leaks_in(inventory_of, **{"sound.zip": zipped({"a.py": b"1"}), "cut.zip": BROKEN}) == []
