"""Input taken that is no input, and answers that their schemas allow though they can't be true."""

from tests.smoke.breaking import code
from tests.smoke.defect import FAIL, Defect

REQUEST, MEMBERS = "lambdas/rally/request.py", "lambdas/rally/domain/members.py"
SPOTS, SERVING = "lambdas/rally/domain/spots.py", "lambdas/rally/serving.py"
NO_OBJECT = "        if not isinstance(content, dict):"
CAPPED = "min(position.accuracy_m or 0.0, cap_m)"
"""The accuracy that counts."""

DEEP = (
    Defect(
        "an accuracy without an end",
        code("gps-verify", SPOTS, "high=sys.float_info.max", "high=math.inf"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a whole number that is too large to compute with",
        code("gps-verify", MEMBERS, "not low <= value <= high", "not low <= float(value) <= high"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a latitude a little beyond the pole",
        code("gps-verify", SPOTS, "low=-90, high=90", "low=-90, high=90.001"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "an object in a list",
        code(
            "gps-verify",
            REQUEST,
            NO_OBJECT,
            f"        if isinstance(content, list) and content:\n            content = content[0]\n{NO_OBJECT}",
        ),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a body that is deeper than a parser goes",
        code("notify", REQUEST, "except (ValueError, RecursionError)", "except ValueError"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a distance that is cut, not rounded",
        code(
            "gps-verify",
            "lambdas/gps_verify/domain.py",
            "round(distance_m(question.position, location), 2)",
            "int(distance_m(question.position, location) * 100) / 100",
        ),
        {"SMOKE-04": FAIL, "SEC-44": FAIL},
    ),
    Defect(
        "an accuracy beyond the cap that counts as none",
        code(
            "gps-verify",
            SPOTS,
            CAPPED,
            "(position.accuracy_m or 0.0) * ((position.accuracy_m or 0.0) <= cap_m)",
        ),
        {"SMOKE-04": FAIL},
    ),
    Defect(
        "an accuracy beyond the cap that costs the stamp",
        code(
            "award",
            SPOTS,
            CAPPED,
            "(position.accuracy_m or 0.0) * ((position.accuracy_m or 0.0) <= cap_m)",
        ),
        {"SMOKE-16": FAIL},
    ),
    Defect(
        "a conflict that is counted as a fault",
        code("award", SERVING, "if refusal.status >= 500:", "if refusal.status >= 409:"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a message that is called another",
        code(
            "notify", "lambdas/notify/handler.py", '"type": notification.type', '"type": "reminder"'
        ),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "an ID token that may be shorter by one",
        code("auth", "lambdas/auth/domain.py", "= 8192", "= 8191"),
        {"SMOKE-17": FAIL},
    ),
    Defect(
        "a week or month with something after it",
        code(
            "ranking", "lambdas/rally/domain/periods.py", "form.fullmatch(text)", "form.match(text)"
        ),
        {"SMOKE-17": FAIL},
    ),
)
"""Each is for a row that has a defect elsewhere."""
