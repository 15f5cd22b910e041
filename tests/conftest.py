"""How the harness's own tests run, all of them."""

import gc
from functools import cache

from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, settings


def pytest_sessionstart() -> None:
    # AWS's service models are millions of objects that live to the end; looking at them again and again
    # takes an eighth of the time.
    gc.set_threshold(100_000, 50, 100)
    JSONFileLoader.load_file = endpoints_once(JSONFileLoader.load_file)
    # How fast examples are drawn or tried is a matter of what else the machine does. On top of Hypothesis's
    # own profile, which in CI draws the same examples each time.
    timeless = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("timeless", timeless)
    settings.load_profile("timeless")


def endpoints_once(read):
    """Read AWS's list of endpoints, 1 MB, once for all sessions; models not, since moto changes its own."""
    loaded = cache(lambda path: read(JSONFileLoader(), path))
    return lambda own, path: loaded(path) if path.endswith("endpoints") else read(own, path)
