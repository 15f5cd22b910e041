"""boto3 clients of the local AWS API: the administrator's, and those of a function's role."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

# proxies={}: a proxy of this machine's environment must not be asked for the loopback interface.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=30,
    retries={"total_max_attempts": 2},
    max_pool_connections=32,
    proxies={},
)


class Clients:
    """A session of its own: neither profile nor credentials of whoever runs this are read."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._session = boto3.session.Session(
            aws_access_key_id="local-functions",
            aws_secret_access_key="local",  # noqa: S106 - the local API checks no signature
            region_name=region,
        )

    def admin(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint, config=CONFIG)

    def logs(self, credentials: Mapping[str, Any]) -> Any:
        """CloudWatch Logs as an assumed role. ``credentials`` are as AssumeRole answers them."""
        return self._session.client(
            "logs",
            endpoint_url=self._endpoint,
            config=CONFIG,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
