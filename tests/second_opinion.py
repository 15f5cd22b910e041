"""The application, written out a second time: plan, procedures and checks could agree on a mistake in app.toml or in the contract.

The healthy production, the stack by another hand and the guide's facts rest on it. A function more is
an entry and its routes here, a table more an entry; until they are, each test that needs a healthy production says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

HERE = "ap-northeast-1:444455556666"
USERS = f"arn:aws:dynamodb:{HERE}:table/Users-prod"
USER_STAMPS = f"arn:aws:dynamodb:{HERE}:table/UserStamps-prod"
STAMP_MASTERS = f"arn:aws:dynamodb:{HERE}:table/StampMasters-prod"
TOKEN_KEY = f"arn:aws:secretsmanager:{HERE}:secret:stamp-rally-prod/token-secret-key-??????"
LINE_TOKEN = (
    f"arn:aws:secretsmanager:{HERE}:secret:stamp-rally-prod/line-channel-access-token-??????"
)
NOTIFY = f"arn:aws:lambda:{HERE}:function:stamp-rally-prod-notify:live"
VARIABLES = {
    USERS: {"TABLE_USERS": "Users-prod"},
    USER_STAMPS: {"TABLE_USERSTAMPS": "UserStamps-prod"},
    STAMP_MASTERS: {"TABLE_STAMPMASTERS": "StampMasters-prod"},
    TOKEN_KEY: {"SECRET_NAME_TOKEN_KEY": "stamp-rally-prod/token-secret-key"},
    LINE_TOKEN: {"SECRET_NAME_LINE_TOKEN": "stamp-rally-prod/line-channel-access-token"},
    NOTIFY: {"NOTIFY_FUNCTION": "stamp-rally-prod-notify:live"},
}
"""What a function may use -> the variable that names it."""
INDEX = "/index/PeriodRanking"
RANKED_BY = {"PeriodShard": "S", "Rank": "N"}
"""Keys of the only index."""


@dataclass(frozen=True)
class WrittenTable:
    """``keys``: hash key and, if it has one, range key, with their types."""

    name: str
    keys: Mapping[str, str]
    ranked: bool = False
    """Whether it has the index."""

    @property
    def types(self) -> dict[str, str]:
        """Attribute -> type, of all keys."""
        return {**self.keys, **(RANKED_BY if self.ranked else {})}


@dataclass(frozen=True)
class WrittenFunction:
    """``rights``: resource -> actions, by the guide's table and what ours needs beyond it."""

    code_sha256: str
    """Of what its alias runs."""
    rights: Mapping[str, list[str]]
    settings: Mapping[str, str] = field(default_factory=dict)
    """Variables that name no resource."""

    @property
    def variables(self) -> dict[str, str]:
        resources = [VARIABLES[arn.removesuffix(INDEX)] for arn in self.rights]
        return {key: value for each in (*resources, self.settings) for key, value in each.items()}


FUNCTIONS = {
    "auth": WrittenFunction(
        "7n0ReYh2bUwKq5bXwY3Jt0l1mXoR6p8eVdT4cZ9sGfA=",
        {
            USERS: [
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
            TOKEN_KEY: ["secretsmanager:GetSecretValue"],
        },
        {"LINE_CHANNEL_ID": "2001234567"},
    ),
    "award": WrittenFunction(
        "pQ3vK9mZtY1sD7fHcX5bNw2jLr8aUe6gOi0kTqBVxCM=",
        {
            USER_STAMPS: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            STAMP_MASTERS: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            NOTIFY: ["lambda:InvokeFunction"],
        },
        {"AWARD_REQUIRES_POSITION": "false", "ACCURACY_CAP_M": "50"},
    ),
    "gps-verify": WrittenFunction(
        "Wc8LzR4uPj6HnXy1Kb3Qv5Tg9MdSe7Fa2Ui0OoJrNBE=",
        {STAMP_MASTERS: ["dynamodb:GetItem", "dynamodb:Query"]},
        {"ACCURACY_CAP_M": "50"},
    ),
    "notify": WrittenFunction(
        "d5Gk2TzWq8RvYp1MxCn7Lb4Js9Hf3Ua6Ee0OiXtKwZQ=",
        {LINE_TOKEN: ["secretsmanager:GetSecretValue"]},
    ),
    "ranking": WrittenFunction(
        "Hs6Yb1NvLc9Xm4Zq8Pt2Rk5Wd7Jg3Fa0UeOiTxKwBnI=",
        {USERS: ["dynamodb:BatchGetItem"], f"{USER_STAMPS}{INDEX}": ["dynamodb:Query"]},
    ),
    "richmenu": WrittenFunction(
        "Zq2Mx7Vc4Nb9Lk1Js6Hg8Fd3Sa5Pt0RyWeUiOoTzKXU=",
        {LINE_TOKEN: ["secretsmanager:GetSecretValue"]},
    ),
    "stamps": WrittenFunction(
        "Bt4Rf8Gh1Yn6Jm3Ku7Li9Ol2Pq5Ws0XeDcVzAaQrTNY=",
        {
            USER_STAMPS: ["dynamodb:Query"],
            STAMP_MASTERS: ["dynamodb:BatchGetItem", "dynamodb:GetItem"],
        },
    ),
}
TABLES = {
    "users": WrittenTable("Users-prod", {"UserId": "S"}),
    "userstamps": WrittenTable("UserStamps-prod", {"UserId": "S", "StampId": "S"}, ranked=True),
    "stampmasters": WrittenTable("StampMasters-prod", {"StampId": "S"}),
}
ROUTES = {
    "POST /auth/verify": "auth",
    "GET /stamps": "stamps",
    "POST /stamps/award": "award",
    "POST /gps/verify": "gps-verify",
    "POST /notify": "notify",
    "GET /ranking/weekly": "ranking",
    "GET /ranking/monthly": "ranking",
    "GET /richmenu/list": "richmenu",
    "POST /richmenu/set": "richmenu",
    "DELETE /richmenu/unset": "richmenu",
}
"""Route -> the function behind it."""


def users_of(kind: str) -> set[str]:
    """Return the functions that may use a resource of a kind: ``:table/``, ``:secret:``."""
    return {
        key for key, function in FUNCTIONS.items() if any(kind in arn for arn in function.rights)
    }
