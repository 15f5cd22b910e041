"""The functions (guide step 3-2), each published twice and called by its alias."""

from typing import Any

from tests.packages import zipped
from tests.second_opinion import FUNCTIONS

ALWAYS = {"ENVIRONMENT": "prod", "ALLOWED_ORIGIN": "https://rally.example.jp"}
AUTH = {"LINE_API_ENDPOINT": "https://api.line.me"}
"""What we leave at its default, this engineer writes out."""


def set_up(functions: Any) -> None:
    for key, function in FUNCTIONS.items():
        name = f"stamp-rally-prod-{key}"
        variables = {**ALWAYS, **function.variables, **(AUTH if key == "auth" else {})}
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::444455556666:role/{name}-role",
            Handler="app.main",
            Code={"ZipFile": package("first")},
            Timeout=30,
            MemorySize=256,
            Environment={"Variables": {**variables, "TZ": "Asia/Tokyo"}},
            Tags={"Environment": "prod", "Project": "CC"},
            Publish=True,
        )
        functions.update_function_code(FunctionName=name, ZipFile=package("second"), Publish=True)
        functions.create_alias(FunctionName=name, Name="live", FunctionVersion="2")


def allowed_by_policy(functions: Any, api: Any) -> None:
    """Let the API's methods, from any stage, and its authorizer invoke the aliases.

    ``api`` has ``id``, ``authorizer`` (its id) and ``routes``, (verb, path) -> function's key.
    """
    source = f"arn:aws:execute-api:ap-northeast-1:444455556666:{api.id}"
    calls = [(key, f"/*/{verb}{path}") for (verb, path), key in api.routes.items()]
    calls.append(("auth", f"/authorizers/{api.authorizer}"))
    for number, (key, called) in enumerate(calls):
        functions.add_permission(
            FunctionName=f"stamp-rally-prod-{key}",
            Qualifier="live",
            StatementId=f"console-{number}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"{source}{called}",
        )


def package(text: str) -> bytes:
    """Zip a module that differs from another by ``text`` alone: it bears no time of the day."""
    return zipped({"app.py": f"def main(event, context): return {text!r}"})
