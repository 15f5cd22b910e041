"""Sessions of boto3 that share what one of them has read of AWS's service models and endpoints."""

from functools import cache

import boto3
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
