"""The authorizer of every route: a session is a JWT that is signed with the token key."""

import json
import os
from typing import Any

import boto3
import jwt


class Authorizer:
    """Reads the key when it begins: after a rotation, release the function again."""

    def __init__(self) -> None:
        self.key = ""

    def warm(self) -> None:
        """Read the key while Lambda initialises."""
        name = os.environ["SECRET_NAME_TOKEN_KEY"]
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        self.key = json.loads(secret)["TOKEN_SECRET_KEY"]

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Return the policy of a session, for every route of the stage."""
        token = event.get("authorizationToken", "").removeprefix("Bearer ")
        try:
            required = {"require": ["sub", "exp"], "verify_iat": False}
            user = jwt.decode(token, self.key, algorithms=["HS256"], options=required)["sub"]
            effect = "Allow"
        except jwt.InvalidTokenError:
            user, effect = "nobody", "Deny"
        print(json.dumps({"request_id": context.aws_request_id, "level": "INFO", "effect": effect}))
        stage = "/".join(event["methodArn"].split("/")[:2])
        statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        return {"principalId": user, "policyDocument": policy}


handler = Authorizer()
