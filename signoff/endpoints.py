"""Whether calls go to AWS itself, or to some endpoint that the process or a profile configures."""

import os
from collections.abc import Mapping
from typing import Any

from botocore.configprovider import ConfiguredEndpointProvider

SERVICES = (
    "acm",
    "apigateway",
    "application-autoscaling",
    "cloudwatch",
    "dynamodb",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sts",
)
"""Every service that judging, smoke or the evidence store asks."""


def elsewhere(session: Any, environ: Mapping[str, str] = os.environ) -> str | None:
    """Name the endpoints that are not AWS's own, or return None.

    ``AWS_ENDPOINT_URL`` is only one of the ways: each service has a variable of its own, and a
    profile may have ``endpoint_url`` or a ``services`` section.
    """
    core = session._session  # noqa: SLF001 - boto3 shows its configuration nowhere else
    if core.get_config_variable("ignore_configured_endpoint_urls"):
        return None
    found = {
        service: url
        for service in SERVICES
        if (url := _configured(core, service, environ)) is not None
    }
    urls = sorted(set(found.values()))
    if len(urls) == 1 and len(found) == len(SERVICES):
        return urls[0]
    return ", ".join(f"{name}: {url}" for name, url in found.items()) or None


def _configured(core: Any, service: str, environ: Mapping[str, str]) -> str | None:
    name = core.get_service_model(service).service_id.replace(" ", "_").lower()
    provider = ConfiguredEndpointProvider(
        full_config=core.full_config,
        scoped_config=core.get_scoped_config(),
        client_name=name,
        environ=environ,
    )
    url: str | None = provider.provide()
    return url
