"""What a function logs: one JSON line per answer, and a metric for each fault.

Written by hand: on Lambda the package is compiled at each cold start, and the usual library for
this costs a quarter of bare boto3's start to print these two lines.
"""

import json
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

NAMESPACE = "StampRally"
FAULTS = "Faults"
DIMENSION = "FunctionName"


@dataclass(frozen=True)
class FunctionLogger:
    """The log of one function; `function` is its deployed name, also the metric's dimension."""

    function: str
    environment: str
    ids: Mapping[str, str] = field(default_factory=dict)
    """Ids of the current request, on every line, so that one search finds all its lines."""

    @classmethod
    def of(cls, name: str, environ: Mapping[str, str]) -> "FunctionLogger":
        """Return the logger of a function under the name it is deployed as."""
        deployed = environ.get("AWS_LAMBDA_FUNCTION_NAME", name)
        return cls(deployed, environ.get("ENVIRONMENT", ""))

    def for_request(self, ids: Mapping[str, str]) -> "FunctionLogger":
        """Return the logger of one request."""
        return replace(self, ids=ids)

    def log(self, level: str, message: str, **fields: object) -> None:
        """Write one line. Fields are ids, codes and durations: never a token, never a body."""
        self._write(
            {
                "level": level,
                "message": message,
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "function": self.function,
                "environment": self.environment,
                **fields,
            }
        )

    def fault(self, message: str, error: BaseException | None, **fields: object) -> None:
        """Log an error and count it: a 5xx that the handler answers does not count in Lambda's `Errors`."""
        if error is not None:
            fields["trace"] = "".join(traceback.format_exception(error))
        self.log("ERROR", message, **fields)
        metric = {
            "Namespace": NAMESPACE,
            "Dimensions": [[DIMENSION]],
            "Metrics": [{"Name": FAULTS, "Unit": "Count"}],
        }
        emf = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}
        self._write({"_aws": emf, DIMENSION: self.function, FAULTS: 1})

    def _write(self, line: dict[str, Any]) -> None:
        print(json.dumps({**line, **self.ids}, default=str), flush=True)
