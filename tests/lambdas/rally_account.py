"""The rally's tables and secrets in one AWS account, as the plan has them."""

import json
from dataclasses import dataclass
from typing import Any

from lambdas.rally.dynamodb import plain

KEY = "5f" * 64
LINE_TOKEN = "canary-line-token-4be1"
CHANNEL = "1234567890"
STATUE = {
    "StampId": {"S": "STATUE-001"},
    "Name": {"S": "Statue"},
    "Type": {"S": "GPS"},
    "Location": {"M": {"lat": {"N": "35.5"}, "lon": {"N": "139.6"}, "radiusM": {"N": "15"}}},
}
UNUSUAL_NAMES = [
    ({"NULL": True}, "STRANGE-1"),
    ({"B": b"x"}, "STRANGE-1"),
    ({"N": "7"}, "STRANGE-1"),
    ({"S": " "}, "STRANGE-1"),
    ({"S": "塔\t（南）"}, "塔 （南）"),
    ({"S": "𠮷野の農園 👩\u200d🌾"}, "𠮷野の農園 👩\u200d🌾"),
]
"""What stands in a master as its name, and how STRANGE-1 is shown by it."""
ENVIRON = {
    "ENVIRONMENT": "local",
    "ALLOWED_ORIGIN": "https://stamp-rally.example.jp",
    "TABLE_USERS": "Users-local",
    "TABLE_USERSTAMPS": "UserStamps-local",
    "TABLE_STAMPMASTERS": "StampMasters-local",
    "SECRET_NAME_TOKEN_KEY": "stamp-rally-local/token-secret-key",
    "SECRET_NAME_LINE_TOKEN": "stamp-rally-local/line-channel-access-token",
    "LINE_CHANNEL_ID": CHANNEL,
}
_ATTRIBUTES = {"UserId": "S", "StampId": "S", "PeriodShard": "S", "Rank": "N"}
_RANKING = {
    "IndexName": "PeriodRanking",
    "KeySchema": [
        {"AttributeName": "PeriodShard", "KeyType": "HASH"},
        {"AttributeName": "Rank", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


@dataclass(frozen=True)
class RallyAccount:
    """What a test puts in, and what it finds afterwards."""

    dynamodb: Any
    secrets: Any

    def fill(self):
        """Create tables and secrets, and put one stamp master in."""
        self._table("TABLE_USERS", ["UserId"])
        self._table("TABLE_STAMPMASTERS", ["StampId"])
        self._table("TABLE_USERSTAMPS", ["UserId", "StampId"], [_RANKING])
        self._secret("SECRET_NAME_TOKEN_KEY", {"TOKEN_SECRET_KEY": KEY})
        self._secret("SECRET_NAME_LINE_TOKEN", {"LINE_CHANNEL_ACCESS_TOKEN": LINE_TOKEN})
        self.put("TABLE_STAMPMASTERS", STATUE)

    def put(self, table, item):
        self.dynamodb.put_item(TableName=ENVIRON[table], Item=item)

    def master(self, stamp_id, **attributes):
        """Put a copy of the statue under an id, with other attributes."""
        self.put("TABLE_STAMPMASTERS", STATUE | {"StampId": {"S": stamp_id}} | attributes)

    def items(self, table):
        """Return the whole table in plain values, in the order of its keys."""
        found = map(plain, self.dynamodb.scan(TableName=ENVIRON[table])["Items"])
        return sorted(found, key=lambda item: (item.get("UserId"), item.get("StampId")))

    def _table(self, variable, keys, indexes=()):
        kinds = ("HASH", "RANGE")
        named = {
            *keys,
            *(part["AttributeName"] for index in indexes for part in index["KeySchema"]),
        }
        self.dynamodb.create_table(
            TableName=ENVIRON[variable],
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, kinds, strict=False)
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": _ATTRIBUTES[name]} for name in named
            ],
            **({"GlobalSecondaryIndexes": list(indexes)} if indexes else {}),
        )

    def _secret(self, variable, value):
        self.secrets.create_secret(Name=ENVIRON[variable], SecretString=json.dumps(value))
