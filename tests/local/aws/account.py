"""The account of these tests, how they call it, and how it must refuse."""

from contextlib import contextmanager

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT, REGION = "210987654321", "ap-northeast-1"
ONCE = Config(retries={"total_max_attempts": 1}, max_pool_connections=40)


@contextmanager
def refused(code, *words):
    """Expect a ClientError of this code whose message has all the words."""
    with pytest.raises(ClientError) as error:
        yield
    told = error.value.response["Error"]

    assert told["Code"] == code, told
    assert all(word in told["Message"] for word in words), told["Message"]
