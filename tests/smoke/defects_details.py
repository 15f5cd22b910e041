"""Details broken that a look at one example of each thing misses: who is believed, edges, spellings, headers."""

from contextlib import contextmanager

from tests.smoke.breaking import Break, code
from tests.smoke.defect import FAIL, Defect

SERVING, SPOTS = "lambdas/rally/serving.py", "lambdas/rally/domain/spots.py"
COUNTERS = "lambdas/rally/domain/counters.py"
RANKING, MENUS = "lambdas/ranking/handler.py", "lambdas/richmenu/handler.py"
LOGIN, DOMAIN = "lambdas/auth/handler.py", "lambdas/auth/domain.py"
NOW = "        now = int(self.now())\n"


def answered(key: str, condition: str, change: str) -> Break:
    """Change the headers of the answers of a function for which a condition on ``status`` holds."""
    before = "        if status == 503:\n"
    changed = f"        if {condition}:\n            {change}\n"
    return code(key, SERVING, before, changed + before)


def without_origin(key: str, condition: str) -> Break:
    return answered(key, condition, 'headers.pop("Access-Control-Allow-Origin", None)')


def kept(key: str, condition: str) -> Break:
    return answered(key, condition, 'headers["Cache-Control"] = "private, max-age=60"')


def told(key: str, name: str, value: str) -> Break:
    return answered(key, "status == 200", f'headers["{name}"] = "{value}"')


@contextmanager
def next_season(rally):
    """Award what is not open yet, and load such a stamp."""
    place = {"lat": {"N": "35.56"}, "lon": {"N": "139.66"}, "radiusM": {"N": "15"}}
    stamp = {"StampId": {"S": "NEXT-001"}, "Name": {"S": "Next"}, "Type": {"S": "GPS"}}
    loaded = {**stamp, "Location": {"M": place}, "ValidFrom": {"S": "2999-04-01"}}
    where = {"TableName": rally.environment.tables["stampmasters"]}
    rally.client("dynamodb").put_item(**where, Item=loaded)
    with code("award", "lambdas/award/domain.py", "    _judge_time(master, now)\n", "")(rally):
        yield
    rally.client("dynamodb").delete_item(**where, Key={"StampId": stamp["StampId"]})


def reaching(changed: str, *keys: str) -> Break:
    return code(keys[0], SPOTS, "<= reach_m", changed)


def named(changed: str) -> Break:
    usual = "return Login(subject, name if"
    return code("auth", DOMAIN, usual, usual.replace("name if", f"{changed} if"))


def recorded(attribute: str) -> Break:
    before = '" LineId = if_not_exists'
    return code(
        "auth", "lambdas/auth/users.py", before, f'" {attribute},"\n                {before}'
    )


def claimed(spelled: str) -> Break:
    """Look a stamp up under another spelling than it is stored with."""
    found = "found = self.stamps.master(claim.stamp_id)"
    return code(
        "award", "lambdas/award/handler.py", found, found.replace("claim.stamp_id", spelled)
    )


DEFECTS = (
    Defect(
        "a login as whomever the body names",
        code(
            "auth",
            LOGIN,
            NOW,
            "        from dataclasses import replace\n"
            '        login = replace(login, user_id=request.body().get("user_id", login.user_id))\n'
            + NOW,
        ),
        {"SMOKE-01": FAIL},
    ),
    Defect(
        "an award that is looked for, and then put",
        code(
            "award",
            "lambdas/award/store.py",
            "            self.client.transact_write_items(\n"
            '                TransactItems=[{"Put": put} for put in puts], ClientRequestToken=str(uuid4())\n'
            "            )\n",
            "            if self.holds(claim.user_id, claim.stamp_id):\n"
            "                return AwardOutcome.HELD\n"
            "            __import__('time').sleep(0.5)\n"  # however busy the machine is, both have looked by then
            "            for put in puts:\n"
            '                self.client.put_item(TableName=put["TableName"], Item=put["Item"])\n',
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "a ranking that nobody enters",
        code("award", COUNTERS, "if is_line_user(self.user_id):", "if not self.user_id:"),
        {"SMOKE-06": FAIL, "SMOKE-07": FAIL},
    ),
    Defect(
        "another user's list for who says to be an administrator",
        code(
            "stamps",
            "lambdas/rally/request.py",
            "if user_id != self.principal():",
            'if user_id != self.principal() and not self.parameter("admin"):',
        ),
        {"SEC-42": FAIL},
    ),
)
DEEP = (
    *(
        Defect(name, code(key, file, before, after), {"SMOKE-06": FAIL, "SMOKE-07": FAIL})
        for name, key, file, before, after in (
            ("a counter that stays at one", "award", COUNTERS, "self.count + 1", "1"),
            (
                "a ranking of other shards",
                "award",
                COUNTERS,
                "{period}#{shard}",
                "{period}/{shard}",
            ),
            ("a ranking without names", "ranking", RANKING, '"UserId, DisplayName"', '"UserId"'),
            (
                "a ranking of nobody",
                "ranking",
                RANKING,
                'for item in answer["Items"]',
                "for item in ()",
            ),
            (
                "an index that counts one less",
                "ranking",
                COUNTERS,
                "-(-rank // _PER",
                "(rank // _PER",
            ),
        )
    ),
    Defect(
        "a menu that LINE is never told of",
        code(
            "richmenu",
            MENUS,
            'self.bot.call(\n            "POST"',
            '(lambda *_, **__: None)(\n            "POST"',
        ),
        {"SMOKE-09": FAIL},
    ),
    Defect(
        "an award for zeros, taken for no place",
        code(
            "award",
            "lambdas/award/domain.py",
            "position is None:",
            "position is None or not position.lat:",
        ),
        {"SMOKE-11": FAIL},
    ),
    Defect(
        "an ID token by one name alone",
        code("auth", DOMAIN, 'body.get("id_token", body.get("idToken"))', 'body.get("id_token")'),
        {"SMOKE-17": FAIL},
    ),
    Defect("a stamp of next season", next_season, {"SMOKE-16": FAIL}),
    Defect(
        "a last spot that is collected from anywhere",
        code(
            "award",
            "lambdas/award/domain.py",
            "    if not is_within(",
            '    if master["StampId"] != "YIL-001" and not is_within(',
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "a spot that is a twentieth larger",
        reaching("<= 1.05 * reach_m", "gps-verify"),
        {"SMOKE-04": FAIL, "SEC-44": FAIL},
    ),
    Defect(
        "a spot that is a twentieth larger to win",
        reaching("<= 1.05 * reach_m", "award"),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "a spot that is a metre larger",
        reaching("<= reach_m + 1", "gps-verify"),
        {"SMOKE-04": FAIL, "SEC-44": FAIL},
    ),
    Defect(
        "a session that counts for some seconds more",
        code(
            "auth",
            "lambdas/auth/sessions.py",
            "            # An `iat`",
            "            leeway=5,\n            # An `iat`",
        ),
        {"SEC-41": FAIL},
    ),
    Defect(
        "an award that is dated as the body says",
        code(
            "award",
            "lambdas/award/handler.py",
            "int(self.now())",
            'int(request.body().get("collected_at", self.now()))',
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "an award from a place that is none",
        code(
            "award",
            "lambdas/award/domain.py",
            "position_in(body) if located",
            'Position(body["lat"], body["lon"], body.get("accuracy")) if located',
        ),
        {"SMOKE-11": FAIL},
    ),
    Defect(
        "a list that is a minute old",
        code(
            "stamps",
            "lambdas/stamps/handler.py",
            "        collected = self._collected(user, request)\n",
            '        kept = globals().setdefault("KEPT", {})\n'
            "        collected = kept.setdefault(user, self._collected(user, request))\n",
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "another user's refusal that no page may read",
        without_origin("award", "status == 403"),
        {"SMOKE-14": FAIL},
    ),
    Defect("a conflict that a browser keeps", kept("award", "status == 409"), {"SEC-47": FAIL}),
    Defect("a cookie", told("stamps", "Set-Cookie", "user=1; Path=/"), {"SEC-47": FAIL}),
    Defect(
        "pages that may send cookies",
        told("stamps", "Access-Control-Allow-Credentials", "true"),
        {"SMOKE-14": FAIL},
    ),
    Defect(
        "a header that names the table",
        told("stamps", "X-Debug", "UserStamps-local"),
        {"SEC-45": FAIL},
    ),
    Defect(
        "a success that names the table",
        code(
            "award",
            "lambdas/award/handler.py",
            '"Stamp awarded"',
            '"Stamp awarded into UserStamps-local"',
        ),
        {"SEC-45": FAIL},
    ),
)
"""Kinds of fault whose row has a defect above, or that take long."""
