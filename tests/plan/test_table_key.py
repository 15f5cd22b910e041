"""A customer's key of the tables is used with the callers' own rights: planned, granted and judged."""

from dataclasses import replace

from aws.desired import Permission
from plan import plan_for
from tests.healthy import healthy

KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/9c2f7d10-5e3a-4b81-8f6d-0a1b2c3d4e5f"
DECRYPT = Permission("kms:Decrypt", KEY)


def _with_right(environment):
    return {one.function for one in plan_for(environment).roles if DECRYPT in one.required}


def test_roles_that_use_a_table_may_decrypt_by_its_key():
    environment = replace(healthy().environment, table_key=KEY)

    assert _with_right(environment) == {"auth", "award", "gps-verify", "ranking", "stamps"}


def test_keys_of_aws_need_no_right():
    environment = healthy().environment

    assert _with_right(environment) == set()
    assert _with_right(replace(environment, table_key="alias/aws/dynamodb")) == set()
