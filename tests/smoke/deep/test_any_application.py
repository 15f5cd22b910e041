"""Another application, docs/examples/todo: GO as it is, and red where its code does what its contract does not say."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runbook.judge import apart_from_aws

ROOT = Path(__file__).parents[3]
TODO = ROOT / "docs" / "examples" / "todo"
CONTRACT = "openapi.yaml"
SIGNED = """
        '403': {$ref: '#/components/responses/Refused'}
      x-amazon-apigateway-auth: {type: AWS_IAM}

components:"""
AUTH, LIST, SHARED = "auth/handler.py", "list/handler.py", "todo/serving.py"


def red(folder, written, instead, file):
    """Return the rows that are red with one text of the code in place of another, and the exit code."""
    shutil.copytree(TODO, folder / "todo", ignore=shutil.ignore_patterns("report"))
    code = folder / "todo" / ("" if file == CONTRACT else "lambdas") / file
    text = code.read_text(encoding="utf-8")
    assert written in text
    code.write_text(text.replace(written, instead), encoding="utf-8")
    answer = folder / "verdict.json"
    environments = folder / "todo" / "environments.toml"
    command = (*(sys.executable, "-m", "pytest", "--env=local"), f"--json={answer}")
    command = (*command, f"--environments={environments}")
    # A rally of other tests of this process has its address in the variables.
    ended = subprocess.run(
        command, cwd=ROOT, env=apart_from_aws(), capture_output=True, check=False
    )
    rows = json.loads(answer.read_text(encoding="utf-8"))
    return {row["row"]["id"] for row in rows if row["outcome"] == "fail"}, ended.returncode


@pytest.mark.parametrize(
    ("written", "instead", "file", "rows", "code"),
    [
        ("Answer an event of the API", "Answer any event of the API", SHARED, set(), 0),
        ('{"items": [shown', '{"things": [shown', LIST, {"SMOKE-15"}, 1),
        ('self.environ["ALLOWED_ORIGIN"]', '"*"', SHARED, {"SMOKE-14"}, 1),
        ("jwt.InvalidTokenError:", "ZeroDivisionError:", AUTH, {"SEC-40", "SEC-41"}, 1),
        ("options=required", 'options={"verify_signature": False}', AUTH, {"SEC-40", "SEC-41"}, 1),
        ('"verify_iat": False', '"verify_exp": False', AUTH, {"SEC-41"}, 1),
        ('"effect": effect}', '"effect": effect, **event}', AUTH, {"SEC-46"}, 1),
        ('{**log, "level": "INFO"', '{**log, "who": caller(event)', SHARED, set(), 0),
        ("\n\ncomponents:", SIGNED, CONTRACT, set(), 0),
    ],
    ids=[
        *("another comment", "other members", "any origin", "500 for 401", "unsigned"),
        *("endless", "a token in a log", "a user in a log", "IAM"),
    ],
)
def test_application_is_judged_by_its_own_contract(tmp_path, written, instead, file, rows, code):
    assert red(tmp_path, written, instead, file) == (rows, code)
