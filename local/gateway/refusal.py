"""The answers that API Gateway makes itself, before or after the integration.

Exception
└── GatewayRefusal  a gateway response of some type; the pipeline renders it
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResponseType:
    """One row of AWS's table of gateway response types, with the message that AWS sends."""

    status: int
    message: str | None
    error: str
    """Value of the ``x-amzn-ErrorType`` header."""


# Statuses: AWS's page "Gateway response types for API Gateway".
# Messages and error names: as REST APIs answer on AWS. A failing authorizer's message is null there.
RESPONSE_TYPES = {
    "ACCESS_DENIED": ResponseType(
        403, "User is not authorized to access this resource", "AccessDeniedException"
    ),
    "API_CONFIGURATION_ERROR": ResponseType(
        500, "Internal server error", "InternalServerErrorException"
    ),
    "AUTHORIZER_CONFIGURATION_ERROR": ResponseType(500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": ResponseType(500, None, "AuthorizerFailureException"),
    "DEFAULT_5XX": ResponseType(500, "Internal server error", "InternalServerErrorException"),
    "INTEGRATION_TIMEOUT": ResponseType(
        504, "Endpoint request timed out", "InternalServerErrorException"
    ),
    "INVALID_API_KEY": ResponseType(403, "Forbidden", "ForbiddenException"),
    "MISSING_AUTHENTICATION_TOKEN": ResponseType(
        403, "Missing Authentication Token", "MissingAuthenticationTokenException"
    ),
    "QUOTA_EXCEEDED": ResponseType(429, "Limit Exceeded", "LimitExceededException"),
    "REQUEST_TOO_LARGE": ResponseType(413, "Request Too Long", "RequestTooLargeException"),
    "THROTTLED": ResponseType(429, "Too Many Requests", "TooManyRequestsException"),
    "UNSUPPORTED_MEDIA_TYPE": ResponseType(415, "Unsupported Media Type", "BadRequestException"),
    "UNAUTHORIZED": ResponseType(401, "Unauthorized", "UnauthorizedException"),
}


class GatewayRefusal(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """The gateway answers by itself, with the gateway response of type ``kind``.

    ``why`` is for the operator's log alone, as AWS keeps it in the execution log: callers never see it.
    """

    def __init__(self, kind: str, *, message: str = "", status: int = 0, why: str = "") -> None:
        super().__init__(f"{kind}: {why or message}")
        default = RESPONSE_TYPES[kind]
        self.kind = kind
        self.status = status or default.status
        self.message = message or default.message
        self.error = default.error
        self.why = why
