"""Whether calls go to AWS itself, or to some endpoint that the process or a profile configures."""

import os
from collections.abc import Mapping
from typing import Any

from botocore.configprovider import ConfiguredEndpointProvider

SERVICES: Mapping[str, str] = {
    "acm": "acm",
    "apigateway": "api_gateway",
    "application-autoscaling": "application_auto_scaling",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "iam": "iam",
    "kms": "kms",
    "lambda": "lambda",
    "logs": "cloudwatch_logs",
    "s3": "s3",
    "secretsmanager": "secrets_manager",
    "sns": "sns",
    "sts": "sts",
}
"""Every service that judging, smoke or the evidence store asks -> its name in endpoint settings.

Written out, since to ask botocore would load the model of each service.
"""


def custom_endpoints(session: Any, environ: Mapping[str, str] = os.environ) -> str | None:
    """Name the endpoints that are not AWS's own, or return None.

    ``AWS_ENDPOINT_URL`` is only one of the ways: each service has a variable of its own, and a
    profile may have ``endpoint_url`` or a ``services`` section.
    """
    core = session._session  # noqa: SLF001 - boto3 shows its configuration nowhere else
    if core.get_config_variable("ignore_configured_endpoint_urls"):
        return None
    found = {
        service: url
        for service, name in SERVICES.items()
        if (url := _configured(core, name, environ)) is not None
    }
    urls = sorted(set(found.values()))
    if len(urls) == 1 and len(found) == len(SERVICES):
        return urls[0]
    return ", ".join(f"{name}: {url}" for name, url in found.items()) or None


def _configured(core: Any, name: str, environ: Mapping[str, str]) -> str | None:
    provider = ConfiguredEndpointProvider(
        full_config=core.full_config,
        scoped_config=core.get_scoped_config(),
        client_name=name,
        environ=environ,
    )
    url: str | None = provider.provide()
    return url
