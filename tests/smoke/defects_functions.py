"""The functions broken: other code or other variables behind the alias."""

from typing import Any

from tests.smoke.breaking import released
from tests.smoke.defect import FAIL, Defect, following

REQUEST, SERVING = "lambdas/rally/request.py", "lambdas/rally/serving.py"
USERS, COUNTERS = "lambdas/rally/users.py", "lambdas/rally/counters.py"


def _code(key: str, file: str, old: str, new: str) -> Any:
    return lambda rally: released(rally, key, {file: (old, new)})


def _variables(key: str, **variables: str) -> Any:
    return lambda rally: released(rally, key, variables=variables)


DEFECTS = (
    Defect(
        "a public key is a key, too",
        _code(
            "auth",
            "lambdas/auth/sessions.py",
            "        claims = jwt.decode(",
            "        for key in ("
            '"default-secret-key-change-in-production", "your-production-secret-key-here"):\n'
            "            try:\n"
            '                return jwt.decode(token, key, ["HS256"])["sub"]\n'
            "            except jwt.InvalidTokenError:\n"
            "                pass\n"
            "        claims = jwt.decode(",
        ),
        {"SEC-40": FAIL, "SMOKE-14": "SEC-40"},
    ),
    Defect(
        "a session never ends",
        _code(
            "auth",
            "lambdas/auth/sessions.py",
            '"verify_iat": False',
            '"verify_iat": False, "verify_exp": False',
        ),
        {"SEC-41": FAIL},
    ),
    Defect(
        "another user's id is nobody's business",
        _code("stamps", REQUEST, "if user_id != self.principal():", "if not self.principal():"),
        {"SEC-42": FAIL, **following("SEC-42", "SMOKE-14")},
    ),
    Defect(
        "an answer for everybody",
        _variables("stamps", ALLOWED_ORIGIN="*"),
        {"SMOKE-14": FAIL},
    ),
    Defect(
        "a list is no object, and a 500 with the exception's text",
        _code(
            "gps-verify",
            REQUEST,
            "if not isinstance(content, dict):",
            "if isinstance(content, list):\n"
            '            raise Refusal("INTERNAL_ERROR", f"TypeError: {content}")\n'
            "        if not isinstance(content, dict):",
        ),
        {"SMOKE-17": FAIL, "SEC-45": FAIL},
    ),
    Defect(
        "another code than the documented one",
        _code(
            "notify",
            REQUEST,
            'raise Refusal("INVALID_JSON") from None',
            'raise Refusal("VALIDATION_ERROR") from None',
        ),
        {"SMOKE-11": FAIL},
    ),
    Defect(
        "accuracy without a cap",
        _variables("gps-verify", ACCURACY_CAP_M="2e9"),
        {"SEC-44": FAIL},
    ),
    Defect(
        "a stamp that expired is awarded",
        _code("award", "lambdas/award/domain.py", "not now <= _epoch_s", "not 0 <= _epoch_s"),
        {"SMOKE-12": FAIL},
    ),
    Defect(
        "a stamp is awarded again",
        _code(
            "award",
            "lambdas/award/store.py",
            '            "ConditionExpression": "attribute_not_exists(StampId)",\n',
            "",
        ),
        {"SMOKE-16": FAIL, **following("SMOKE-16", "SMOKE-14")},
    ),
    Defect(
        "a ranking without its list",
        _code(
            "ranking",
            "lambdas/ranking/handler.py",
            ', "rankings": rankings}',
            "}",
        ),
        {"SMOKE-06": FAIL, "SMOKE-07": FAIL},
    ),
    Defect(
        "LINE is asked about synthetic users",
        _code("notify", "lambdas/notify/handler.py", "if not is_line_user(", "if not str("),
        {"SMOKE-05": FAIL, **following("SMOKE-05", "SMOKE-14")},
    ),
    Defect(
        "an ID token is believed as it stands",
        _code(
            "auth",
            "lambdas/auth/handler.py",
            "        form = {",
            '        import jwt\n        return jwt.decode(id_token, options={"verify_signature": False})\n'
            "        form = {",
        ),
        {"SEC-43": FAIL},
    ),
    Defect(
        "a login that can't be written down",
        _variables("auth", TABLE_USERS="Users-nowhere"),
        {"SMOKE-01": FAIL, **following("SMOKE-01", "SMOKE-06", "SMOKE-07", "SMOKE-05")},
    ),
    Defect(
        "a list that counts wrong",
        _code(
            "stamps",
            "lambdas/stamps/handler.py",
            '"total": len(stamps)',
            '"total": len(stamps) + 1',
        ),
        {"SMOKE-02": FAIL},
    ),
    Defect(
        "an award without its time",
        _code(
            "award",
            "lambdas/award/handler.py",
            '            "collected_at": collected_at,\n            "message"',
            '            "message"',
        ),
        {"SMOKE-03": FAIL, **following("SMOKE-03", "SMOKE-05", "SMOKE-06", "SMOKE-07", "SMOKE-16")},
    ),
)
DEEP = (
    Defect(
        "any signature will do",
        _code(
            "auth",
            "lambdas/auth/sessions.py",
            '"verify_iat": False',
            '"verify_iat": False, "verify_signature": False, "verify_exp": True',
        ),
        {"SEC-40": FAIL, "SMOKE-15": FAIL, "SMOKE-14": "SEC-40"},
    ),
    Defect(
        "an error that names the table",
        _code(
            "award",
            "lambdas/award/domain.py",
            'raise Refusal("STAMP_NOT_FOUND")',
            'raise Refusal("STAMP_NOT_FOUND", "not in StampMasters-local")',
        ),
        {"SEC-45": FAIL},
    ),
    Defect(
        "an award from anywhere",
        _variables("award", ACCURACY_CAP_M="2e9"),
        {"SMOKE-11": FAIL},
    ),
    Defect(
        "a distance in other metres",
        _code("gps-verify", "lambdas/rally/spots.py", "6_371_000", "6_471_000"),
        {"SMOKE-04": FAIL},
    ),
    Defect(
        "counters are listed as stamps",
        _code("stamps", COUNTERS, "return stamp_id.startswith(PREFIX)", "return False"),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "synthetic users are ranked",
        _code("award", COUNTERS, "if is_line_user(self.user_id):", "if self.user_id:"),
        {"SMOKE-06": FAIL, "SMOKE-07": FAIL},
    ),
    Defect(
        "winners are not told",
        _code("award", "lambdas/award/handler.py", "if self.notifier is not None", "if False"),
        {"SMOKE-05": FAIL},
    ),
    Defect(
        "a function that does not start",
        _code(
            "richmenu", "lambdas/richmenu/handler.py", "handler = Function(", "handler = Functio("
        ),
        {
            "SMOKE-08": FAIL,
            **following("SMOKE-08", "SMOKE-09", "SMOKE-10", "SMOKE-11", "SMOKE-14", "SMOKE-17"),
            **following("SMOKE-08", "SEC-42", "MON-14"),
        },
    ),
    Defect(
        "an answer for whoever asks",
        _code(
            "gps-verify",
            SERVING,
            "        ids = request.ids\n",
            "        ids = request.ids\n"
            '        os.environ["ALLOWED_ORIGIN"] = event["headers"]["Origin"]\n',
        ),
        {"SMOKE-14": FAIL},
    ),
)
"""Kinds of fault whose row has a defect above, or that take long."""
