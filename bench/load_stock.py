"""What most people would write: HttpUser and jsonschema. A locustfile for bench/load.py to compare with.

Run by itself it does nothing. STOCK_SCHEMA is the schema of the answer, as JSON; STOCK_RATE the requests
a second of one user, 0 for as fast as the answers come.
"""

import json
import os

from jsonschema import Draft202012Validator
from locust import HttpUser, constant_throughput, task

RATE = float(os.environ.get("STOCK_RATE", "0"))
VALIDATOR = Draft202012Validator(json.loads(os.environ.get("STOCK_SCHEMA", "true")))


class Visitor(HttpUser):
    """Lists stamps, and looks at every answer."""

    if RATE:
        wait_time = constant_throughput(RATE)

    @task
    def stamps(self) -> None:
        with self.client.get(
            "/stamps?userId=Uload-1", name="/stamps", catch_response=True
        ) as answer:
            if not VALIDATOR.is_valid(answer.json()):
                answer.failure("contract")
