"""POST /gps/verify: parse, read the master, decide, answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.gps_verify.domain import judged, question_in
from lambdas.rally import aws
from lambdas.rally.domain.spots import ACCURACY_CAP_M
from lambdas.rally.dynamodb import plain
from lambdas.rally.request import LambdaRequest
from lambdas.rally.serving import LambdaFunction


@dataclass(frozen=True)
class Verification:
    """Positions against the masters."""

    client: Any
    masters: str
    cap_m: float

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Judge the caller's position."""
        question = question_in(request.body())
        request.of_own(question.user_id)
        answer = self.client.get_item(
            TableName=self.masters, Key={"StampId": {"S": question.spot_id}}
        ).get("Item")
        return judged(question, plain(answer) if answer else None, self.cap_m)


def begin(environ: Mapping[str, str]) -> Verification:
    """Make the action from the function's variables."""
    cap_m = float(environ.get("ACCURACY_CAP_M", ACCURACY_CAP_M))
    return Verification(aws.client("dynamodb"), environ["TABLE_STAMPMASTERS"], cap_m)


handler = LambdaFunction("gps-verify", begin)
