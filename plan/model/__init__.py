"""What should exist in one environment, as frozen values; every figure is the environment's or the guide's."""

from plan.model.compute import Function, Permission, Role
from plan.model.data import Index, Secret, Table
from plan.model.edge import Api, Authorizer, Cors, GatewayResponse, Route, UsagePlan
from plan.model.watch import Alarm, Dashboard, LogGroup, Topic, Widget
from plan.model.whole import Plan

__all__ = [
    "Alarm",
    "Api",
    "Authorizer",
    "Cors",
    "Dashboard",
    "Function",
    "GatewayResponse",
    "Index",
    "LogGroup",
    "Permission",
    "Plan",
    "Role",
    "Route",
    "Secret",
    "Table",
    "Topic",
    "UsagePlan",
    "Widget",
]
