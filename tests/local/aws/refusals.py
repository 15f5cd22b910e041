"""How a test says that AWS must refuse."""

from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code, *words):
    """Expect a ClientError of this code whose message has all the words."""
    with pytest.raises(ClientError) as error:
        yield
    told = error.value.response["Error"]

    assert told["Code"] == code, told
    assert all(word in told["Message"] for word in words), told["Message"]
