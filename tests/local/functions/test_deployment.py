"""What is invoked is what is deployed at that moment."""

import threading

HELLO = "def handler(event, context): return 'hello'"
GOODBYE = "def handler(event, context): return 'goodbye'"
TONE = "import os\ndef handler(event, context): return os.environ.get('TONE', 'none')"


def test_alias_that_moves_is_followed(account, name):
    account.deploy(name, HELLO)
    account.publish(name)
    before = account.answer(f"{name}:live")
    account.change(name, GOODBYE)
    account.publish(name)

    assert (before, account.answer(f"{name}:live")) == ("hello", "goodbye")


def test_alias_that_moves_back_is_followed_too(account, name):
    account.deploy(name, HELLO)
    first = account.publish(name)
    account.change(name, GOODBYE)
    account.publish(name)
    before = account.answer(f"{name}:live")
    account.lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion=first)

    assert (before, account.answer(f"{name}:live")) == ("goodbye", "hello")


def test_published_version_stays_what_it_was(account, name):
    account.deploy(name, HELLO)
    version = account.publish(name)
    account.change(name, GOODBYE)

    assert account.answer(f"{name}:{version}") == "hello"
    assert account.answer(name) == "goodbye"


def test_change_of_a_variable_reaches_the_next_invocation(account, name):
    account.deploy(name, TONE)
    before = account.answer(name)
    account.lambda_.update_function_configuration(
        FunctionName=name, Environment={"Variables": {"TONE": "warm"}}
    )

    assert (before, account.answer(name)) == ("none", "warm")


def test_full_arn_names_the_function_as_well(account, name):
    account.deploy(name, HELLO)
    account.publish(name)

    assert account.answer(account.arn(f"{name}:live")) == "hello"


def test_deleted_function_is_gone(account, name):
    account.deploy(name, HELLO)
    account.answer(name)
    account.lambda_.delete_function(FunctionName=name)

    assert account.functions.invoke(name, {}).status == 404


def test_listing_of_functions_copies_no_logs(account, name):
    account.deploy(name, HELLO)
    logs = account.aws.moto.backend("logs", account.aws.region)
    logs.cannot_be_copied = threading.Lock()
    pages = account.lambda_.get_paginator("list_functions").paginate(FunctionVersion="ALL")

    assert name in {entry["FunctionName"] for page in pages for entry in page["Functions"]}
