"""Both secrets, under the key that AWS manages (guide step 2-1)."""

import json
from typing import Any

TOKEN_KEY = "stamp-rally-prod/token-secret-key"
LINE_TOKEN = "stamp-rally-prod/line-channel-access-token"
SESSION_KEY = "q7PzW2mK-9xVtB4nRf_Lc8YdHs3GjU6eAo1XiQ5vTkE0wMbZrNyCpDhFgJlSaIu2"
"""48 random bytes in base64url, where the guide prints hexadecimal digits: as random."""
CHANNEL_TOKEN = (
    "Rk9sVw3xTn8bQe5yLm2cZh7uJd4gPa1vXo6iBt0fNr9kYsHqWzEjCpGMuDAKlI/SxU+v4OaRbTn2yQf8Jc6Lw5e"
    "Hd1kMiX0pZ7gVs3tBhNoYrUuPqFjEaCzWmKxDlG9S8yTQ4bR6fLwIv2JnHcO5eM1kXpZg7A3tsVd0uBi="
)


def set_up(secrets: Any) -> dict[str, str]:
    """Store both; return name -> the real ARN, with its six random characters."""
    values = {
        TOKEN_KEY: {"TOKEN_SECRET_KEY": SESSION_KEY},
        LINE_TOKEN: {"LINE_CHANNEL_ACCESS_TOKEN": CHANNEL_TOKEN},
    }
    return {
        name: secrets.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
        for name, value in values.items()
    }
