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
        # A login without the profile scope has no name and must not erase the stored one, nor write an empty one:
        # DynamoDB refuses that where a team keeps an index by names.
        name = login.display_name
        values = {":name": {"S": name}} if name else {}
        answer = self.client.update_item(
            TableName=self.table,
            Key={"UserId": {"S": login.user_id}},
            UpdateExpression=(
                "SET LastLoginAt = :now,"
                " LineId = if_not_exists(LineId, :user),"
                " CreatedAt = if_not_exists(CreatedAt, :now)"
                + (", DisplayName = :name" if name else "")
            ),
            ExpressionAttributeValues={
                ":now": {"N": str(now)},
                ":user": {"S": login.user_id},
                **values,
            },
            ReturnValues="ALL_NEW",
        )
        stored = answer["Attributes"]
        return str((stored["DisplayName"] if name else stored.get("DisplayName", {})).get("S", ""))
