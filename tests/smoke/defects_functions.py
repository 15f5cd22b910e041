"""The functions broken: other code or other variables behind the alias."""

from tests.smoke.breaking import code, variables
from tests.smoke.defect import FAIL, Defect, following

REQUEST, COUNTERS = "lambdas/rally/request.py", "lambdas/rally/domain/counters.py"
DEFECTS = (
    Defect(
        "a list is no object, and a 500 with the exception's text",
        code(
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
        code(
            "notify",
            REQUEST,
            'raise Refusal("INVALID_JSON") from None',
            'raise Refusal("VALIDATION_ERROR") from None',
        ),
        {"SMOKE-11": FAIL, "SMOKE-17": FAIL},
    ),
    Defect(
        "accuracy without a cap",
        variables("gps-verify", ACCURACY_CAP_M="2e9"),
        {"SEC-44": FAIL},
    ),
    Defect(
        "a stamp is awarded again",
        code(
            "award",
            "lambdas/award/store.py",
            '            "ConditionExpression": "attribute_not_exists(StampId)",\n',
            "",
        ),
        {"SMOKE-16": FAIL, "SMOKE-14": "SMOKE-16"},
    ),
    Defect(
        "a ranking without its list",
        code(
            "ranking",
            "lambdas/ranking/handler.py",
            ', "rankings": rankings}',
            "}",
        ),
        {"SMOKE-06": FAIL, "SMOKE-07": FAIL, "SMOKE-17": "SMOKE-06"},
    ),
    Defect(
        "LINE is asked about synthetic users",
        code("notify", "lambdas/notify/handler.py", "if not is_line_user(", "if not str("),
        {"SMOKE-05": FAIL, **following("SMOKE-05", "SMOKE-14", "SMOKE-17")},
    ),
    Defect(
        "a list that counts wrong",
        code(
            "stamps",
            "lambdas/stamps/handler.py",
            '"total": len(stamps)',
            '"total": len(stamps) + 1',
        ),
        {"SMOKE-02": FAIL, **following("SMOKE-02", "SMOKE-01", "SMOKE-16", "SMOKE-17")},
    ),
    Defect(
        "an award without its time",
        code(
            "award",
            "lambdas/award/handler.py",
            '            "collected_at": collected_at,\n            "message"',
            '            "message"',
        ),
        {"SMOKE-03": FAIL, "SMOKE-06": "SMOKE-03", "SMOKE-07": "SMOKE-03", "SMOKE-16": "SMOKE-03"},
    ),
    Defect(
        "a session that lasts a week",
        code("auth", "lambdas/auth/domain.py", "24 * 60 * 60", "7 * 24 * 60 * 60"),
        {"SMOKE-01": FAIL},
    ),
    Defect(
        "a radius of a hundred times",
        code(
            "gps-verify",
            "lambdas/rally/domain/spots.py",
            "<= reach_m",
            "<= reach_m * 100",
        ),
        {"SMOKE-04": FAIL, "SEC-44": FAIL},
    ),
    Defect(
        "an award from 100 m beside the spot",
        code(
            "award",
            "lambdas/rally/domain/spots.py",
            "reach_m = max(location.radius_m,",
            "reach_m = 100 + max(location.radius_m,",
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "an answer about a person that everybody may keep",
        code("stamps", "lambdas/rally/serving.py", '"no-store"', '"public, max-age=86400"'),
        {"SEC-47": FAIL},
    ),
    Defect(
        "a log that holds the body",
        code(
            "award",
            "lambdas/rally/serving.py",
            "        request = LambdaRequest.of(event, context)\n",
            "        request = LambdaRequest.of(event, context)\n        print(json.dumps([request.event, request.ids]))\n",
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "a log that holds the body of what is refused, and no other",
        code(
            "gps-verify",
            "lambdas/rally/serving.py",
            "        except Refusal as refusal:\n",
            "        except Refusal as refusal:\n            print(json.dumps([request.event.get('body'), request.ids]))\n",
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "a mistake of a caller that is counted as a fault",
        code("notify", "lambdas/rally/serving.py", "if refusal.status >= 500:", "if True:"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a list that names all stamps alike",
        code("stamps", "lambdas/stamps/domain.py", 'legible(master.get("Name")) or', '"Stamp" or'),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "a message in other words than asked for",
        code(
            "notify",
            "lambdas/notify/domain.py",
            '_text(notification.data, "message", usual)',
            "usual",
        ),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "an error that everybody may keep",
        code(
            "stamps",
            "lambdas/rally/serving.py",
            "        if status == 503:\n",
            '        if status >= 400:\n            del headers["Cache-Control"]\n        if status == 503:\n',
        ),
        {"SEC-47": FAIL},
    ),
    Defect(
        "a list of menus that comes late, while errors come at once",
        code(
            "richmenu",
            "lambdas/richmenu/handler.py",
            '        return {"richmenus": menus_in(listed)}',
            '        __import__("time").sleep(2.1)\n        return {"richmenus": menus_in(listed)}',
        ),
        {"PERF-01": FAIL},
    ),
)
DEEP = (
    Defect(
        "an award that is dated minutes ago",
        code("award", "lambdas/award/handler.py", "int(self.now())", "int(self.now()) - 400"),
        {"SMOKE-03": FAIL, "SMOKE-16": FAIL},
    ),
    Defect(
        "an award from twice as far as accuracy may reach",
        code(
            "award",
            "lambdas/award/domain.py",
            "location_of(master), rules.accuracy_cap_m",
            "location_of(master), 2 * rules.accuracy_cap_m",
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "a log line that names the user, and not the request",
        code(
            "ranking",
            "lambdas/ranking/handler.py",
            "        caller = request.principal()\n",
            "        caller = request.principal()\n        print('ranked for', caller)\n",
        ),
        {"SEC-46": FAIL},
    ),
    Defect(
        "an error that names the table",
        code(
            "award",
            "lambdas/award/domain.py",
            'raise Refusal("STAMP_NOT_FOUND")',
            'raise Refusal("STAMP_NOT_FOUND", "not in StampMasters-local")',
        ),
        {"SEC-45": FAIL},
    ),
    Defect(
        "an award from anywhere",
        variables("award", ACCURACY_CAP_M="2e9"),
        {"SMOKE-11": FAIL, "SMOKE-16": FAIL},
    ),
    Defect(
        "a distance in other metres",
        code("gps-verify", "lambdas/rally/domain/spots.py", "6_371_000", "6_471_000"),
        {"SMOKE-04": FAIL, "SEC-44": FAIL},
    ),
    Defect(
        "counters are listed as stamps",
        code("stamps", COUNTERS, "return stamp_id.startswith(PREFIX)", "return False"),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "synthetic users are ranked",
        code("award", COUNTERS, "if is_line_user(self.user_id):", "if self.user_id:"),
        {"SMOKE-06": FAIL, "SMOKE-07": FAIL},
    ),
    Defect(
        "a function that starts late",
        code(
            "ranking",
            "lambdas/ranking/handler.py",
            "handler = LambdaFunction(",
            '__import__("time").sleep(3.1)\nhandler = LambdaFunction(',
        ),
        {"PERF-01": FAIL},
    ),
    Defect(
        "a function that does not start",
        code(
            "richmenu",
            "lambdas/richmenu/handler.py",
            "handler = LambdaFunction(",
            "handler = LambdaFunctio(",
        ),
        {
            **following("DEP-10", "SMOKE-08", "SMOKE-09", "SMOKE-10", "SMOKE-11", "SMOKE-14"),
            **following("DEP-10", "SMOKE-17", "SEC-42", "SEC-46", "MON-14"),
        },
    ),
)
"""Kinds of fault whose row has a defect above, or that take long."""
