"""Sessions of boto3: what they share of AWS's models, and whether their calls go to AWS itself."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.loaders import Loader, create_loader
from botocore.session import get_session


def boto_session(region: str | None = None, profile: str | None = None) -> boto3.Session:
    """Return a session of its own credentials; raises what ``boto3.Session`` does.

    Each session would read the files anew: a run has a dozen, and half a second of parsing JSON in each.
    """
    core = get_session()
    core.register_component("data_loader", _loader())
    return boto3.Session(profile_name=profile, region_name=region, botocore_session=core)


@cache
def _loader() -> Loader:
    return create_loader(get_session().get_config_variable("data_path"))


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
