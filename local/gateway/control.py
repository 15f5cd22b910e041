"""Reads the live settings from the API Gateway API, and writes access logs to CloudWatch Logs."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.gateway.protocols import LogsError
from local.gateway.settings import (
    ApiKey,
    ControlPlane,
    Limit,
    Quota,
    StageSettings,
    UsagePlan,
    method_key,
)

_PAGE = 500


class AwsControl:
    """Takes two boto3 clients, ``apigateway`` and ``logs``; about six calls a reading for one API."""

    def __init__(self, apigateway: Any, logs: Any) -> None:
        self._apigateway = apigateway
        self._logs = logs
        self._stream = f"access/{uuid.uuid4().hex}"
        self._streams: set[str] = set()

    def read(self) -> ControlPlane:
        """Read it all; raises botocore's errors."""
        keys = {key["id"]: key for key in self._all("get_api_keys", includeValues=True)}
        return ControlPlane(
            stages={
                (api["id"], stage["stageName"]): stage_settings(stage)
                for api in self._all("get_rest_apis")
                for stage in self._apigateway.get_stages(restApiId=api["id"])["item"]
            },
            plans=tuple(self._plan(plan, keys) for plan in self._all("get_usage_plans")),
            account_limit=limit(self._apigateway.get_account().get("throttleSettings")),
        )

    def write_log(self, group: str, lines: Sequence[tuple[float, str]]) -> None:
        """Append lines to this gateway's own stream of the group, which must exist."""
        events = [{"timestamp": int(at * 1000), "message": line} for at, line in sorted(lines)]
        try:
            self._ensure_stream(group)
            self._logs.put_log_events(
                logGroupName=group, logStreamName=self._stream, logEvents=events
            )
        except (ClientError, BotoCoreError) as refused:
            self._streams.discard(group)
            raise LogsError(f"{group}: {refused}") from refused

    def _ensure_stream(self, group: str) -> None:
        if group not in self._streams:
            # It may be there: after a write that failed it is made sure of anew.
            with suppress(self._logs.exceptions.ResourceAlreadyExistsException):
                self._logs.create_log_stream(logGroupName=group, logStreamName=self._stream)
            self._streams.add(group)

    def _plan(self, plan: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]) -> UsagePlan:
        members = self._all("get_usage_plan_keys", usagePlanId=plan["id"])
        quota = plan.get("quota")
        return UsagePlan(
            id=plan["id"],
            stages={
                (one["apiId"], one["stage"]): _limits(one.get("throttle") or {})
                for one in plan.get("apiStages") or ()
            },
            limit=limit(plan.get("throttle")),
            quota=Quota(limit=int(quota["limit"]), period=quota["period"]) if quota else None,
            keys=tuple(
                ApiKey(id=key["id"], value=key["value"], enabled=bool(key["enabled"]))
                for key in (keys[member["id"]] for member in members if member["id"] in keys)
            ),
        )

    def _all(self, operation: str, **arguments: Any) -> list[Mapping[str, Any]]:
        pages = self._apigateway.get_paginator(operation).paginate(
            **arguments, PaginationConfig={"PageSize": _PAGE}
        )
        return [item for page in pages for item in page["items"]]


def stage_settings(stage: Mapping[str, Any]) -> StageSettings:
    """Read one stage as ``GetStages`` returns it."""
    logs = stage.get("accessLogSettings") or {}
    limits = {
        key: limit(
            {
                "rateLimit": settings.get("throttlingRateLimit"),
                "burstLimit": settings.get("throttlingBurstLimit"),
            }
        )
        for key, settings in (stage.get("methodSettings") or {}).items()
    }
    return StageSettings(
        variables=stage.get("variables") or {},
        method_limits={_spelled(key): found for key, found in limits.items() if found},
        access_log_group=_group(logs.get("destinationArn") or ""),
        access_log_format=logs.get("format") or "",
    )


def limit(throttle: Mapping[str, Any] | None) -> Limit | None:
    """Read a throttle; None where it is absent or, as AWS writes it, -1."""
    rate, burst = ((throttle or {}).get(key) for key in ("rateLimit", "burstLimit"))
    if rate is None or burst is None or float(rate) < 0 or float(burst) < 0:
        return None
    return Limit(rate=float(rate), burst=float(burst))


def _limits(throttles: Mapping[str, Any]) -> dict[str, Limit]:
    read = ((_spelled(key), limit(value)) for key, value in throttles.items())
    return {key: found for key, found in read if found}


def _spelled(key: str) -> str:
    path, _, verb = key.rpartition("/")
    return method_key(path, verb)


def _group(arn: str) -> str:
    """``arn:aws:logs:REGION:ACCOUNT:log-group:NAME`` to NAME; Firehose destinations are not served."""
    _, found, name = arn.partition(":log-group:")
    return name.removesuffix(":*") if found else ""
