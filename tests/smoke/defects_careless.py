"""What careless code does that looks right until AWS fails, somebody hurries, or an id, a place or an origin is unusual."""

from tests.smoke.breaking import Break, code
from tests.smoke.defect import FAIL, Defect

HANDLER = "lambdas/{}/handler.py"
STORE, SESSIONS = "lambdas/award/store.py", "lambdas/auth/sessions.py"
REQUEST, SERVING = "lambdas/rally/request.py", "lambdas/rally/serving.py"
SPOTS, RALLY_AWS = "lambdas/rally/domain/spots.py", "lambdas/rally/aws.py"
LINE = "lambdas/rally/line.py"


def located(keys: str, change: str) -> Break:
    """Change what is read of the places that are written in a certain way."""
    before = "    if not (abs(lat)"
    return code(keys, SPOTS, before, f"    {change}\n{before}")


def believed(condition: str) -> Break:
    """Let in whom an expression on ``token``, and its unverified ``header``, speaks for."""
    before = "        claims = jwt.decode(\n"
    changed = (
        "        header = jwt.get_unverified_header(token)\n"
        f"        if {condition}:\n"
        "            return str(jwt.decode(token, options={'verify_signature': False})['sub'])\n"
    )
    return code("auth", SESSIONS, before, changed + before)


def printed(key: str, file: str, before: str, what: str) -> Break:
    """Let a function print an expression before some line of it, in a line of JSON."""
    indent = before[: len(before) - len(before.lstrip())]
    line = f'{indent}print(__import__("json").dumps({what}))\n'
    return code(key, file, before, line + before)


def let_in_as(key: str, condition: str) -> Break:
    return code(key, REQUEST, "if user_id != self.principal():", f"if not {condition}:")


def told_to(condition: str) -> Break:
    """Let a page of some other origin read what the list of stamps answers."""
    called = "    def __call__(self, event: object, context: object) -> dict[str, Any]:\n"
    changed = (
        "    def __call__(self, event, context):\n"
        "        answer = self._own(event, context)\n"
        "        named = {k.lower(): v for k, v in (event.get('headers') or {}).items()}\n"
        "        origin = named.get('origin', '')\n"
        f"        if {condition}:\n"
        "            answer['headers']['Access-Control-Allow-Origin'] = origin\n"
        "        return answer\n\n"
        "    def _own(self, event, context):\n"
    )
    return code("stamps", SERVING, called, changed)


DEEP = (
    Defect(
        "a session that says itself that it needs no signature",
        believed("header['alg'].lower() == 'none'"),
        {"SEC-41": FAIL},
    ),
    Defect(
        "a session that brings its own key",
        code(
            "auth",
            SESSIONS,
            "            self.key.text(),\n            algorithms",
            "            jwt.get_unverified_header(token).get('kid') or self.key.text(),\n            algorithms",
        ),
        {"SEC-41": FAIL},
    ),
    Defect(
        "a caller who may be whoever begins like them",
        let_in_as("award", "self.principal().startswith(user_id)"),
        {"SEC-42": FAIL},
    ),
    Defect(
        "a caller who may be whoever is written in other letters",
        let_in_as("gps-verify", "user_id.lower() == self.principal().lower()"),
        {"SEC-42": FAIL},
    ),
    Defect(
        "a caller whose id may have spaces",
        let_in_as("award", "user_id.strip() == self.principal()"),
        {"SEC-42": FAIL},
    ),
    Defect(
        "a session that is signed in another way",
        code("auth", SESSIONS, "algorithms=[ALGORITHM]", 'algorithms=[ALGORITHM, "HS512"]'),
        {"SEC-41": FAIL},
    ),
    Defect(
        "an origin that begins like the front end's",
        told_to("origin.startswith(self.environ['ALLOWED_ORIGIN'])"),
        {"SMOKE-14": FAIL},
    ),
    Defect(
        "the origin of a file on somebody's disk", told_to("origin == 'null'"), {"SMOKE-14": FAIL}
    ),
    Defect(
        "a log that holds the headers in base64",
        code(
            "stamps",
            "lambdas/rally/serving.py",
            'logger.log("INFO", "answered", status=200)',
            "import base64\n        headers = json.dumps(request.event.get('headers')).encode()\n"
            '        logger.log("INFO", "answered", status=200, sent=base64.b64encode(headers).decode())',
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "a log that holds where somebody stood",
        printed(
            "gps-verify",
            HANDLER.format("gps_verify"),
            "        request.of_own(question.user_id)\n",
            '{"lat": question.position.lat, "lon": question.position.lon}',
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "a log that holds a person's name",
        printed(
            "auth",
            HANDLER.format("auth"),
            "        name = self.users",
            '{"name": login.display_name, **request.ids}',
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "a log that holds the bot's token",
        printed(
            "richmenu",
            LINE,
            "        if retry_key:\n            headers[",
            '{"asked with": headers}',
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "a header that holds the token key",
        code(
            "auth",
            SERVING,
            "        if status == 503:",
            '        if status == 200:\n            headers["X-Debug"] = self.action.sessions.key.text()\n        if status == 503:',
        ),
        {"SEC-45": FAIL},
    ),
)
"""Each is for a row that has a defect elsewhere."""
