"""Why a step stopped, in one sentence each: what was asked, what was found, what to do.

Refused        the step itself will not go on: what it found is not for a machine to decide
└── Declined   a person, or nobody, said yes to something that destroys
"""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
)

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
)
EXPIRED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
KNOWN = (ClientError, BotoCoreError)
"""What the AWS client raises, all told; anything else is a fault of ours and is not caught."""


class Refused(Exception):  # noqa: N818 - it reads as the answer that it is
    """The step cannot go on; the message says what to do."""


class Declined(Refused):
    """Something destructive was not agreed to."""


def sentence(error: BaseException, caller: str) -> str:
    """Tell an error of AWS to the person at the keyboard. Bodies and parameters are not repeated."""
    if isinstance(error, ClientError):
        return _answered(error, caller)
    if isinstance(error, NO_CREDENTIALS):
        return "AWS was not asked: there are no usable credentials; sign in, then run it again"
    if isinstance(error, BotoCoreError):
        return (
            f"AWS did not answer ({type(error).__name__}): see to the connection, then run it again"
        )
    return str(error)


def _answered(error: ClientError, caller: str) -> str:
    code = error.response["Error"].get("Code", "Unknown")
    if code in DENIED:
        return f"{error.operation_name} was denied to {caller}: have it allowed, then run it again"
    if code in EXPIRED:
        return f"{error.operation_name}: the credentials are no longer valid ({code}); sign in, then run it again"
    message = " ".join(error.response["Error"].get("Message", "").split())[:300]
    return f"{error.operation_name} failed: {code}: {message}"
