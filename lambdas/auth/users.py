"""The Users table, as the login writes it."""

from dataclasses import dataclass
from typing import Any

from lambdas.auth.domain import Login


@dataclass(frozen=True)
class Users:
    """Users by UserId."""

    client: Any
    table: str

    def log_in(self, login: Login, now: int) -> str:
        """Create the user or record this login; return the stored name.

        This is a single UpdateItem, so that two simultaneous first logins produce one CreatedAt.
        """
        # A login without the profile scope has no name and must not erase the stored one.
        name = "if_not_exists(DisplayName, :name)" if login.display_name is None else ":name"
        answer = self.client.update_item(
            TableName=self.table,
            Key={"UserId": {"S": login.user_id}},
            UpdateExpression=(
                f"SET DisplayName = {name}, LastLoginAt = :now,"
                " LineId = if_not_exists(LineId, :user),"
                " CreatedAt = if_not_exists(CreatedAt, :now)"
            ),
            ExpressionAttributeValues={
                ":name": {"S": login.display_name or ""},
                ":now": {"N": str(now)},
                ":user": {"S": login.user_id},
            },
            ReturnValues="ALL_NEW",
        )
        return str(answer["Attributes"]["DisplayName"].get("S", ""))
