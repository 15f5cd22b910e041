"""Functions broken on purpose, and how the fuzz says what it found: a judge that sees none of it is none."""

from dataclasses import dataclass

from tests.smoke.breaking import Break, code, variables


@dataclass(frozen=True, slots=True)
class BrokenApi:
    """``told``: what the finding says, as a regular expression."""

    id: str
    route: str
    breaks: Break
    told: str

    def __str__(self) -> str:
        return self.id


BROKEN = (
    BrokenApi(
        "a number may be anything",
        "POST /gps/verify",
        code(
            "gps-verify",
            "lambdas/rally/domain/members.py",
            "isinstance(value, bool) or not isinstance(value, int | float) or not low",
            "not low",
        ),
        "a fault: .*INTERNAL_ERROR",
    ),
    BrokenApi(
        "an exception leaves the function",
        "POST /notify",
        code(
            "notify",
            "lambdas/rally/serving.py",
            "        except Refusal as refusal:\n"
            "            return self._refuse(refusal, logger, None)\n",
            "        except ZeroDivisionError:\n            raise\n",
        ),
        "a fault: ",
    ),
    BrokenApi(
        "a refusal names the table",
        "POST /stamps/award",
        code(
            "award",
            "lambdas/rally/domain/refusals.py",
            '"There is no such stamp"',
            '"StampMasters-local holds none"',
        ),
        "reveals the name StampMasters-local",
    ),
    BrokenApi(
        "an answer for any page",
        "GET /stamps",
        variables("stamps", ALLOWED_ORIGIN="*"),
        r"access-control-allow-origin is \['\*'\]",
    ),
    BrokenApi(
        "more is answered than is documented",
        "GET /richmenu/list",
        code(
            "richmenu",
            "lambdas/richmenu/handler.py",
            'return {"richmenus"',
            'return {"token": "x", "richmenus"',
        ),
        "Additional properties are not allowed",
    ),
    BrokenApi(
        "every signature will do",
        "GET /ranking/weekly",
        code(
            "auth",
            "lambdas/auth/sessions.py",
            '"verify_iat": False',
            '"verify_iat": False, "verify_signature": False, "verify_exp": True',
        ),
        r"not \(401,\)",
    ),
    BrokenApi(
        "what the contract allows is refused",
        "POST /notify",
        code("notify", "lambdas/notify/domain.py", "_LONGEST = 300", "_LONGEST = 3"),
        "VALIDATION_ERROR to what the contract allows",
    ),
)
