"""Steps 3-1, 3-2 and 4-1: tables, functions, and the spots as dev has them."""

from typing import Any

from tests.foreign.letter.place import PROD, GuideColumn
from tests.packages import zipped
from tests.second_opinion import FUNCTIONS, TABLES

VARIABLES = {
    "TABLE_USERS": "Users-prod",
    "TABLE_USERSTAMPS": "UserStamps-prod",
    "TABLE_STAMPMASTERS": "StampMasters-prod",
    "SECRET_NAME_TOKEN_KEY": "stamp-rally-prod/token-secret-key",
    "SECRET_NAME_LINE_TOKEN": "stamp-rally-prod/line-channel-access-token",
    "ENVIRONMENT": "prod",
}
"""The table of step 3-2, on every function."""
LEFT_OVER = "default-secret-key-change-in-production"
"""Dev's session key, in the variable that a note of step 3-2 says to delete."""


def tables(dynamodb: Any) -> None:
    """Step 3-1: on demand, recoverable, tagged. No step speaks of an index, or of deletion."""
    for table in TABLES.values():
        kinds = zip(table.keys, ("HASH", "RANGE"), strict=False)
        dynamodb.create_table(
            TableName=table.name,
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in kinds],
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "S"} for key in table.keys
            ],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "Environment", "Value": "prod"}, {"Key": "Project", "Value": "CC"}],
        )
        dynamodb.update_continuous_backups(
            TableName=table.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def functions(client: Any) -> None:
    """Step 3-2: dev's package and dev's key under the new names. No step makes an alias."""
    code = zipped({"lambda_function.py": "def lambda_handler(event, context): ..."})
    for function in FUNCTIONS:
        kept = {"TOKEN_SECRET_KEY": LEFT_OVER} if function == "auth" else {}
        client.create_function(
            FunctionName=f"stamp-rally-prod-{function}",
            Runtime="python3.11",
            Role=f"arn:aws:iam::444455556666:role/stamp-rally-prod-{function}-role",
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": code},
            Timeout=30,
            MemorySize=256,
            Environment={"Variables": VARIABLES | kept},
        )


def spots(dynamodb: Any, place: GuideColumn = PROD) -> None:
    """Step 4-1: what dev's scan yields, older spellings of a location included."""
    older = {"latitude": {"N": "35.55548"}, "lng": {"N": "139.65428"}, "radius": {"N": "15"}}
    newer = {"lat": {"N": "35.5561"}, "lon": {"N": "139.6540"}, "radiusM": {"N": "15"}}
    for stamp, location in (("STATUE-001", older), ("SHRINE-001", newer)):
        item = {
            "StampId": {"S": stamp},
            "Name": {"S": stamp.title()},
            "Type": {"S": "GPS"},
            "Location": {"M": location},
        }
        dynamodb.put_item(TableName=place.table("StampMasters"), Item=item)
