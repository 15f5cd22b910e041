"""How the harness's own tests run, all of them."""

import gc


def pytest_sessionstart() -> None:
    # AWS's service models are millions of objects that live to the end; looking at them again and again
    # takes an eighth of the time.
    gc.set_threshold(100_000, 50, 100)
