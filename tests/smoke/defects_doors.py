"""The doors broken: who is let in, for whom, and which page may read the answer."""

from tests.smoke.breaking import code, variables
from tests.smoke.defect import FAIL, Defect, following

REQUEST, SERVING = "lambdas/rally/request.py", "lambdas/rally/serving.py"
DEFECTS = (
    Defect(
        "a public key is a key, too",
        code(
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
        code(
            "auth",
            "lambdas/auth/sessions.py",
            '"verify_iat": False',
            '"verify_iat": False, "verify_exp": False',
        ),
        {"SEC-41": FAIL},
    ),
    Defect(
        "another user's id is nobody's business",
        code("stamps", REQUEST, "if user_id != self.principal():", "if not self.principal():"),
        {"SEC-42": FAIL, **following("SEC-42", "SMOKE-14")},
    ),
    Defect(
        "an answer for everybody",
        variables("stamps", ALLOWED_ORIGIN="*"),
        {"SMOKE-14": FAIL},
    ),
    Defect(
        "an ID token is believed as it stands",
        code(
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
        variables("auth", TABLE_USERS="Users-nowhere"),
        {"SMOKE-01": FAIL},
    ),
)
DEEP = (
    Defect(
        "a session that another clock issued",
        code("auth", "lambdas/auth/sessions.py", '"verify_iat": False', '"verify_iat": True'),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a session without an end",
        code("auth", "lambdas/auth/sessions.py", '"require": ["sub", "exp"], ', ""),
        {"SEC-41": FAIL},
    ),
    Defect(
        "any signature will do",
        code(
            "auth",
            "lambdas/auth/sessions.py",
            '"verify_iat": False',
            '"verify_iat": False, "verify_signature": False, "verify_exp": True',
        ),
        {"SEC-41": FAIL, "SEC-40": FAIL, "SMOKE-15": FAIL, "SMOKE-14": "SEC-40"},
    ),
    Defect(
        "an answer for whoever asks",
        code(
            "gps-verify",
            SERVING,
            "        request = LambdaRequest.of(event, context)\n",
            "        request = LambdaRequest.of(event, context)\n"
            '        self.environ["ALLOWED_ORIGIN"] = event["headers"]["Origin"]\n',
        ),
        {"SMOKE-14": FAIL},
    ),
)
"""Kinds of fault whose row has a defect above, or that take long."""
