"""Names, ARNs and addresses of one environment (guide step 1-2)."""

from dataclasses import dataclass

from signoff.environment import Environment
from signoff.environment.application import Application


@dataclass(frozen=True, slots=True)
class Naming:
    """Makes ``stamp-rally-prod-auth`` and ``stamp-rally-prod-auth-role`` from ``stamp-rally-prod``."""

    environment: Environment

    @property
    def application(self) -> Application:
        return self.environment.application

    def name_of(self, key: str) -> str:
        return self.environment.names.get(key, f"{self.environment.prefix}-{key}")

    def role(self, function: str) -> str:
        return self.name_of(f"{function}-role")

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.environment.region}:{self.environment.account}:{resource}"

    def iam_arn(self, resource: str) -> str:
        return f"arn:aws:iam::{self.environment.account}:{resource}"

    def function_arn(self, function: str) -> str:
        return self.arn("lambda", f"function:{self.name_of(function)}")

    def alias_arn(self, function: str) -> str:
        return f"{self.function_arn(function)}:{self.environment.alias}"

    def table_arn(self, key: str) -> str:
        return self.arn("dynamodb", f"table/{self.environment.tables[key]}")

    def secret_arn(self, key: str) -> str:
        return self.arn("secretsmanager", f"secret:{self.environment.secrets[key]}-??????")

    def log_group(self, function: str) -> str:
        own = f"/aws/lambda/{self.name_of(function)}"
        return self.environment.names.get(f"{function}-logs", own)

    @property
    def api_log_group(self) -> str:
        own = f"/aws/apigateway/{self.name_of('api')}"
        return self.environment.names.get("api-logs", own)


def domain_url(environment: Environment) -> str:
    """Return the URL by the custom domain, without a trailing slash; empty where there is none."""
    domain = environment.domain
    return f"https://{domain.name}/{domain.base_path}".rstrip("/") if domain else ""


def stage_url(environment: Environment, api_id: str) -> str:
    return f"https://{api_id}.execute-api.{environment.region}.amazonaws.com/{environment.stage}"
