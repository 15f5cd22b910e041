"""What one role may do at most, and where its environment ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws import desired
from aws.iam import Context, context, resource_pattern
from aws.iam.pattern import TooIntricateError, escape_from, overlap
from plan import Plan
from signoff.environment import Environment

NOT_CARRIED = (
    *("aws:SourceAccount", "aws:SourceArn", "aws:SourceVpc", "aws:SourceVpce"),
    *("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:username"),
)
"""Condition keys that no call of a function carries: a condition that wants one never holds."""


OF_TABLE_KEY = ("DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*")
"""What DynamoDB's documentation lets callers do with a customer's key, beside Decrypt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The plan of one role within its environment."""

    role: desired.Role
    plan: Plan
    environment: Environment

    @property
    def allowed(self) -> tuple[tuple[str, str], ...]:
        """Pairs that are no excess, the console's own permission to make log groups included."""
        planned = ((one.action, one.resource) for one in self.role.required | self.role.accepted)
        logs = ("logs:CreateLogGroup", self._arn("logs", "*"))
        return (*planned, *self._beside(), logs)

    def _beside(self) -> Iterator[tuple[str, str]]:
        """Yield what AWS's own tools (CDK, SAM) write beside what is needed, on the same resources.

        CDK's grantInvoke names every qualifier of the function; nobody can invoke what has no version.
        """
        for one in sorted(self.role.required | self.role.accepted):
            service, action = one.action.split(":")
            if service == "lambda":
                yield one.action, f"{one.resource}:*"
            elif service == "dynamodb":
                yield "dynamodb:DescribeTable", one.resource
                if action == "Query" and "/index/" not in one.resource:
                    yield one.action, f"{one.resource}/index/*"
            elif service == "secretsmanager":
                yield "secretsmanager:DescribeSecret", one.resource
            elif service == "kms" and one.resource in {table.kms_key for table in self.plan.tables}:
                yield from ((f"kms:{name}", one.resource) for name in OF_TABLE_KEY)

    @property
    def required(self) -> tuple[tuple[str, str], ...]:
        return tuple((one.action, one.resource) for one in self.role.required)

    @property
    def secrets(self) -> tuple[desired.Secret, ...]:
        """The secrets that the role's function reads."""
        names = self.plan.function(self.role.function).secrets
        return tuple(one for one in self.plan.secrets if one.name in names)

    @property
    def streams(self) -> tuple[str, ...]:
        """A log stream, as it would be called, in each log group that the role writes."""
        groups = {one.resource for one in self.role.required if one.action.startswith("logs:")}
        return tuple(f"{one.removesuffix('*')}log-stream:2026/11/25/[2]0a1b2c" for one in groups)

    @property
    def known(self) -> Context:
        """What is known of any call that the role makes."""
        account, region = self.environment.account, self.environment.region
        return context(
            {
                "aws:RequestedRegion": region,
                "aws:ResourceAccount": account,
                "aws:PrincipalAccount": account,
                "aws:PrincipalArn": self.role.arn,
                "aws:PrincipalType": "AssumedRole",
                "aws:SecureTransport": "true",
                "aws:ViaAWSService": "false",
                "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
                "lambda:SourceFunctionArn": self.plan.function(self.role.function).arn,
                **dict.fromkeys(NOT_CARRIED, ()),
            }
        )

    def outside(self, resource: str) -> bool:
        """Whether an ARN, wildcards included, is not of this account, Region and environment."""
        parts = resource.split(":", 5)
        if len(parts) < 6:
            return False
        region, account = self.environment.region, self.environment.account
        if parts[3] not in {"", region} or parts[4] not in {"", account}:
            return True
        pattern = resource_pattern(resource)
        return not any(overlap(pattern, resource_pattern(own)) for own in self._own)

    def encloses(self, resource: str) -> bool:
        """Whether whatever a Resource fits is of this environment by its name."""
        own = [resource_pattern(one) for one in self._own]
        try:
            return bool(resource) and escape_from(own, (resource_pattern(resource),)) is None
        except TooIntricateError:
            return False

    @property
    def _own(self) -> tuple[str, ...]:
        """Patterns of all that belongs to this environment by its name; keys have no names."""
        prefix, account = self.environment.prefix, self.environment.account
        return (
            *(f"{one.arn}*" for one in self.plan.tables),
            *(one.arn_pattern.replace("-??????", "*") for one in self.plan.secrets),
            self._arn("secretsmanager", f"secret:{prefix}/*"),
            self._arn("lambda", f"function:{prefix}-*"),
            *(self._arn("logs", f"log-group:{one}*") for one in self.plan.log_groups),
            *(self._arn(service, f"{prefix}-*") for service in ("sns", "sqs")),
            self._arn("kms", "*"),
            f"arn:aws:iam::{account}:role/{prefix}-*",
            f"arn:aws:s3:::{self.environment.bucket or prefix}*",
        )

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.environment.region}:{self.environment.account}:{resource}"


def bounds_of(plan: Plan, environment: Environment) -> tuple[Bounds, ...]:
    """Return the bounds of every planned role."""
    return tuple(Bounds(role=one, plan=plan, environment=environment) for one in plan.roles)
