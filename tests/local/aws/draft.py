"""The API that the tests draft, deploy and change."""

from tests.local.aws.account import ACCOUNT, REGION


class DraftApi:
    """The API of the tests: ids, and what each test changes of it."""

    ORIGIN = "'https://app.example.com'"

    def __init__(self, gateway, api_id, root):
        self.gateway, self.id, self.root = gateway, api_id, root
        self.of_api = {"restApiId": api_id}

    def fill(self):
        gateway, of_api = self.gateway, self.of_api
        self.resource = gateway.create_resource(**of_api, parentId=self.root, pathPart="stamps")[
            "id"
        ]
        self.authorizer = gateway.create_authorizer(
            **of_api,
            name="session",
            type="TOKEN",
            authorizerUri=self.uri("auth"),
            identitySource="method.request.header.Authorization",
            identityValidationExpression="^Bearer .+$",
            authorizerResultTtlInSeconds=60,
        )["id"]
        self.get = {**of_api, "resourceId": self.resource, "httpMethod": "GET"}
        self.options = {**self.get, "httpMethod": "OPTIONS"}
        gateway.put_method(
            **self.get,
            authorizationType="CUSTOM",
            authorizerId=self.authorizer,
            requestParameters={"method.request.querystring.userId": True},
        )
        gateway.put_integration(
            **self.get, type="AWS_PROXY", integrationHttpMethod="POST", uri=self.uri("stamps")
        )
        gateway.put_method(**self.options, authorizationType="NONE")
        gateway.put_integration(
            **self.options,
            type="MOCK",
            requestTemplates={"application/json": '{"statusCode": 200}'},
        )
        origin = "method.response.header.Access-Control-Allow-Origin"
        gateway.put_method_response(
            **self.options,
            statusCode="200",
            responseParameters={origin: True},
            responseModels={"application/json": "Empty"},
        )
        gateway.put_integration_response(
            **self.options, statusCode="200", responseParameters={origin: self.ORIGIN}
        )
        gateway.put_gateway_response(
            **of_api,
            responseType="DEFAULT_4XX",
            responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": self.ORIGIN},
        )
        gateway.put_gateway_response(**of_api, responseType="ACCESS_DENIED", statusCode="401")

    def uri(self, function):
        return (
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}:live/invocations"
        )

    def deploy(self, stage="prod", **more):
        return self.gateway.create_deployment(**self.of_api, stageName=stage, **more)["id"]

    def stage(self, name="prod"):
        return self.gateway.get_stage(**self.of_api, stageName=name)

    def patch_stage(self, *changes, name="prod", op="replace"):
        operations = [{"op": op, "path": path, "value": value} for path, value in changes]
        return self.gateway.update_stage(**self.of_api, stageName=name, patchOperations=operations)

    def export(self, kind="oas30", **more):
        answer = self.gateway.get_export(**self.of_api, stageName="prod", exportType=kind, **more)
        return answer["body"].read()
