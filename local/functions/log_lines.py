"""What an invocation leaves in its log, in Lambda's own words."""

import time

from local.functions.deployed import Deployed
from local.functions.logs import Line
from local.functions.process import Outcome


def lines_of(function: Deployed, request_id: str, outcome: Outcome) -> list[Line]:
    """Frame the output: START, every line, END, REPORT."""
    ended = int(time.time() * 1000)
    began = ended - int(outcome.seconds * 1000)
    output = outcome.output.decode(errors="replace").splitlines()
    return [
        (began, f"START RequestId: {request_id} Version: {function.version}"),
        *((ended, line) for line in output if line.strip()),  # empty messages are refused
        (ended, f"END RequestId: {request_id}"),
        (ended, report(function, request_id, outcome)),
    ]


def report(function: Deployed, request_id: str, outcome: Outcome) -> str:
    milliseconds = outcome.seconds * 1000
    facts = {
        "RequestId": request_id,
        "Duration": f"{milliseconds:.2f} ms",
        "Billed Duration": f"{int(milliseconds) + 1} ms",
        "Memory Size": f"{function.memory_mb} MB",
        "Max Memory Used": f"{outcome.memory_mb} MB",
    }
    if outcome.init_seconds is not None:
        facts["Init Duration"] = f"{outcome.init_seconds * 1000:.2f} ms"
    return "REPORT " + "\t".join(f"{name}: {value}" for name, value in facts.items())
