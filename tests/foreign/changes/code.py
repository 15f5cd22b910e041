"""Changes of functions and of who may call them."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.foreign.changes.change import change, harmless
from tests.foreign.hand import compute, vault
from tests.second_opinion import FUNCTIONS

AUTH = "stamp-rally-prod-auth"
STAMPS = "stamp-rally-prod-stamps"
VARIABLES = compute.ALWAYS | FUNCTIONS["stamps"].variables
FUNCTIONS = ["functions"]


@contextmanager
def released(client, **configuration) -> Iterator[None]:
    """Configure a function otherwise and put it live as its third version; then go back."""
    functions = client("lambda")
    before = functions.get_function_configuration(FunctionName=STAMPS)
    functions.update_function_configuration(FunctionName=STAMPS, **configuration)
    version = functions.publish_version(FunctionName=STAMPS)["Version"]
    functions.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=version)
    yield
    functions.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion="2")
    functions.delete_function(FunctionName=STAMPS, Qualifier=version)
    back = {name: before.get(name, []) for name in configuration}
    functions.update_function_configuration(FunctionName=STAMPS, **back)


@change("DEP-12", reads=FUNCTIONS)
def function_gets_three_seconds(client):
    with released(client, Timeout=3):
        yield


@change(reads=FUNCTIONS)
def function_is_edited_and_not_published(client):
    client("lambda").update_function_configuration(FunctionName=STAMPS, Timeout=3)
    yield
    client("lambda").update_function_configuration(FunctionName=STAMPS, Timeout=30)


@change("DEP-11", reads=FUNCTIONS)
def function_goes_back_to_an_old_runtime(client):
    with released(client, Runtime="python3.8"):
        yield


@change("DEP-13", reads=FUNCTIONS)
def variable_of_a_function_is_lost(client):
    with released(client, Environment={"Variables": {**VARIABLES, "ALLOWED_ORIGIN": "*"}}):
        yield


@change("DEP-14", reads=FUNCTIONS, follows=["DEP-13"])
def function_reads_the_table_of_dev(client):
    dev = {**VARIABLES, "TABLE_USERSTAMPS": "UserStamps"}
    with released(client, Environment={"Variables": dev}):
        yield


@change("SEC-06", reads=FUNCTIONS)
def session_key_is_put_into_a_variable(client):
    key = {**VARIABLES, "TOKEN_SECRET_KEY": "9f1c07d4b86ae2350c7be91f4d2a6803"}
    with released(client, Environment={"Variables": key}):
        yield


@change("SEC-10", reads=FUNCTIONS)
def function_runs_under_the_role_of_another(client):
    with released(client, Role="arn:aws:iam::444455556666:role/stamp-rally-prod-award-role"):
        yield


@change(
    "DEP-17",
    reads=["functions", "aliases", "versions", "packages", "function_policies"],
    follows=["DEP-38"],
)
def code_is_replaced_by_hand(client):
    functions, mended = client("lambda"), compute.package("mended at night")
    edited = functions.update_function_code(FunctionName=STAMPS, ZipFile=mended, Publish=True)
    made = edited["Version"]
    functions.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=made)
    yield
    functions.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion="2")
    functions.delete_function(FunctionName=STAMPS, Qualifier=made)
    functions.update_function_code(FunctionName=STAMPS, ZipFile=compute.package("second"))


@change("DEP-28", reads=["aliases"])
def alias_sends_a_tenth_to_the_version_before(client):
    alias = {"FunctionName": AUTH, "Name": "live", "FunctionVersion": "2"}
    weights = {"AdditionalVersionWeights": {"1": 0.1}}
    client("lambda").update_alias(**alias, RoutingConfig=weights)
    yield
    client("lambda").update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {}})


@change("DEP-15", reads=["functions", "aliases"])
def alias_follows_what_was_edited_last(client):
    alias = {"FunctionName": AUTH, "Name": "live"}
    client("lambda").update_alias(**alias, FunctionVersion="$LATEST")
    yield
    client("lambda").update_alias(**alias, FunctionVersion="2")


@change("SEC-18", reads=["function_urls"])
def function_gets_a_url_of_its_own(client):
    client("lambda").create_function_url_config(FunctionName=AUTH, AuthType="NONE")
    yield
    client("lambda").delete_function_url_config(FunctionName=AUTH)


@change("SEC-17", reads=["function_policies"])
def function_may_be_invoked_by_every_api(client):
    named = {"FunctionName": AUTH, "Qualifier": "live", "StatementId": "test"}
    client("lambda").add_permission(
        **named, Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    yield
    client("lambda").remove_permission(**named)


@change("SEC-17", reads=["function_policies"])
def live_version_may_be_invoked_by_everybody(client):
    """The API goes by the alias; whoever knows the version's number goes past it."""
    named = {"FunctionName": AUTH, "Qualifier": "2", "StatementId": "test"}
    client("lambda").add_permission(**named, Action="lambda:InvokeFunction", Principal="*")
    yield
    client("lambda").remove_permission(**named)


@change("SEC-17", reads=["aliases", "function_policies"])
def forgotten_alias_may_be_invoked_by_another_account(client):
    alias = {"FunctionName": STAMPS, "Name": "trial"}
    client("lambda").create_alias(**alias, FunctionVersion="1")
    client("lambda").add_permission(
        FunctionName=STAMPS,
        Qualifier="trial",
        StatementId="test",
        Action="lambda:InvokeFunction",
        Principal="111122223333",
    )
    yield
    client("lambda").delete_alias(**alias)


@change("DEP-17", reads=FUNCTIONS)
def layer_is_put_over_the_code(client):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("python/json.py", "raise SystemExit")
    layer = client("lambda").publish_layer_version(
        LayerName="hotfix", Content={"ZipFile": packed.getvalue()}
    )["LayerVersionArn"]
    with released(client, Layers=[layer]):
        yield


@change("SEC-06", "SEC-27", reads=FUNCTIONS)
def session_key_is_put_into_a_longer_variable(client):
    longer = {**VARIABLES, "GREETING": f"key={vault.SESSION_KEY}; welcome"}
    with released(client, Environment={"Variables": longer}):
        yield


@change("DEP-32", reads=FUNCTIONS)
def tag_is_taken_off_a_function(client):
    arn = f"arn:aws:lambda:ap-northeast-1:444455556666:function:{AUTH}"
    client("lambda").untag_resource(Resource=arn, TagKeys=["Environment"])
    yield
    client("lambda").tag_resource(Resource=arn, Tags={"Environment": "prod"})


@harmless(reads=FUNCTIONS)
def function_gets_more_memory(client):
    with released(client, MemorySize=512):
        yield


@harmless(reads=FUNCTIONS, decides=["DEP-12"])
def function_gets_a_minute(client):
    with released(client, Timeout=60):
        yield


CHANGES = (
    function_gets_three_seconds,
    function_is_edited_and_not_published,
    function_goes_back_to_an_old_runtime,
    variable_of_a_function_is_lost,
    function_reads_the_table_of_dev,
    session_key_is_put_into_a_variable,
    function_runs_under_the_role_of_another,
    layer_is_put_over_the_code,
    session_key_is_put_into_a_longer_variable,
    code_is_replaced_by_hand,
    alias_sends_a_tenth_to_the_version_before,
    alias_follows_what_was_edited_last,
    function_gets_a_url_of_its_own,
    function_may_be_invoked_by_every_api,
    live_version_may_be_invoked_by_everybody,
    forgotten_alias_may_be_invoked_by_another_account,
    tag_is_taken_off_a_function,
)

HARMLESS = (function_gets_more_memory, function_gets_a_minute)
