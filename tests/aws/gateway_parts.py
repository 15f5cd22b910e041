"""What draft and export of the API have in common."""

from tests.aws.answers import INVOKE, LAMBDA

AUTH = f"{INVOKE}{LAMBDA}rally-auth:live/invocations"
ORIGIN = "'https://rally.example.jp'"
CORS = {
    "method.response.header.Access-Control-Allow-Origin": ORIGIN,
    "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
}
GATEWAY_CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": ORIGIN}
DEFAULT_TEMPLATE = {"application/json": '{"message":$context.error.messageString}'}
TEMPLATE = {"application/json": '{"statusCode": 200}'}
