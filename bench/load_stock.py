"""What most people would write: HttpUser and jsonschema. A locustfile for bench/load.py to compare with.

Run by itself it does nothing. STOCK_SCHEMAS are the schemas of the answers by endpoint, as JSON; STOCK_RATE
the requests a second of one user.
"""

import json
import os
from typing import Any

from jsonschema import Draft202012Validator
from locust import HttpUser, constant_throughput, tag, task

RATE = float(os.environ.get("STOCK_RATE", "1"))
SCHEMAS = json.loads(os.environ.get("STOCK_SCHEMAS", "{}"))
VALIDATORS = {endpoint: Draft202012Validator(schema) for endpoint, schema in SCHEMAS.items()}
USER, SPOT, SESSION = "Uload-1", "STATUE-001", "session"
PLACE = {"lat": 35.55548, "lon": 139.65428, "accuracy": 5.0}


class StockUser(HttpUser):
    """Calls the four endpoints in the proportions of the load's mix, and checks every answer."""

    wait_time = constant_throughput(RATE)

    @tag("list")
    @task(7)
    def stamps(self) -> None:
        self.ask("GET", "/stamps", params={"userId": USER})

    @task(5)
    def verify(self) -> None:
        self.ask("POST", "/gps/verify", json={"userId": USER, "spotId": SPOT, **PLACE})

    @task(4)
    def award(self) -> None:
        body = {"user_id": USER, "stamp_id": SPOT, "method": "GPS", **PLACE}
        self.ask("POST", "/stamps/award", json=body)

    @task(4)
    def ranking(self) -> None:
        self.ask("GET", "/ranking/weekly", params={"user_id": USER})

    def ask(self, method: str, path: str, **content: Any) -> None:
        """Send a request, and fail it if the answer breaks its schema."""
        session = {"Authorization": f"Bearer {SESSION}"}
        with self.client.request(
            method, path, name=path, headers=session, catch_response=True, **content
        ) as answer:
            if not VALIDATORS[f"{method} {path}"].is_valid(answer.json()):
                answer.failure("contract")
