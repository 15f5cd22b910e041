"""Every way in which a function refuses a request, so that the contract's codes are in one place."""

from http import HTTPStatus

CODES: dict[str, tuple[int, str]] = {
    "INVALID_JSON": (400, "The body must be a JSON object"),
    "VALIDATION_ERROR": (400, "The request is not valid"),
    "MISSING_ID_TOKEN": (400, "id_token is required"),
    "EMPTY_ID_TOKEN": (400, "id_token is empty"),
    "STAMP_TYPE_MISMATCH": (400, "The stamp is of another type"),
    "STAMP_EXPIRED": (400, "The stamp has expired"),
    "STAMP_NOT_VALID_YET": (400, "The stamp is not valid yet"),
    "LOCATION_NOT_FOUND": (400, "The stamp has no location"),
    "INVALID_LOCATION": (400, "The stamp's location cannot be read"),
    "OUT_OF_RANGE": (400, "The position is too far from the stamp"),
    "POSITION_REQUIRED": (400, "lat and lon are required"),
    "LINE_REJECTED": (400, "LINE does not accept this user or message"),
    "UNAUTHORIZED": (401, "A session is required"),
    "TOKEN_VERIFICATION_FAILED": (401, "The ID token is not valid"),
    "FORBIDDEN": (403, "The session belongs to another user"),
    "STAMP_NOT_FOUND": (404, "There is no such stamp"),
    "RICHMENU_NOT_FOUND": (404, "There is no such rich menu"),
    "STAMP_ALREADY_EXISTS": (409, "The stamp is collected already"),
    "LINE_MONTHLY_LIMIT": (429, "The bot has sent all the messages that it may send this month"),
    "INTERNAL_ERROR": (500, "Something went wrong on our side"),
    "LINE_REFUSED": (502, "LINE refused the call"),
    "LINE_UNAVAILABLE": (502, "LINE cannot be reached"),
    "SERVICE_UNAVAILABLE": (503, "Try again in a moment"),
}
"""error_code -> (HTTP status, message for people). `smoke/openapi.yaml` documents each."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """An answer other than 200; `detail` is for the log alone and never reaches the caller."""

    def __init__(self, code: str, message: str | None = None, *, detail: str = "") -> None:
        self.code = code
        self.status, usual = CODES[code]
        self.message = message or usual
        self.detail = detail
        super().__init__(self.message)

    def body(self) -> dict[str, object]:
        """Return the contract's `Error`."""
        return {
            "ok": False,
            "error": HTTPStatus(self.status).phrase,
            "message": self.message,
            "error_code": self.code,
        }
