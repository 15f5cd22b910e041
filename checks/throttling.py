"""How often callers get through: by the usage plan with a key, by the stage without one."""

from dataclasses import dataclass

from aws import desired
from aws.api_document import ApiDocument
from aws.inventory import Sections
from aws.rest_api import GatewayAccount, MethodSetting, Stage
from aws.section import Missing, lookup
from aws.usage_plan import ApiKey, UsagePlan
from signoff.environment import Throttle

EVERY_METHOD = "*/*"


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a second, and how many at once."""

    rate: float
    burst: int

    def __str__(self) -> str:
        return f"{self.rate:g} a second, {self.burst} at once"


def met(stage: Stage, account: GatewayAccount, verb: str, path: str) -> Limits:
    """Return what a caller without a key meets on one method.

    A method's own limit takes the place of the stage's, even where it is wider; whatever neither
    sets is left to the account (10,000 and 5,000 by default).
    """
    unset = MethodSetting()
    own = stage.settings.get(f"{path.lstrip('/')}/{verb}", unset)
    every = stage.settings.get(EVERY_METHOD, unset)
    rates = [one.rate for one in (own, every) if one.rate is not None]
    bursts = [one.burst for one in (own, every) if one.burst is not None]
    return Limits(min([*rates[:1], account.rate]), min([*bursts[:1], account.burst]))


def within(limits: Limits, decided: Throttle) -> bool:
    """Whether a limit is as narrow as decided; one of zero refuses everybody."""
    return 0 < limits.rate <= decided.rate and 0 < limits.burst <= decided.burst


def plan_limits(plan: UsagePlan) -> dict[str, object]:
    return {"rate": plan.rate, "burst": plan.burst, "quota": plan.quota, "per": plan.period}


def wider(plan: UsagePlan, want: desired.UsagePlan) -> list[str]:
    """Return the methods on which the plan lets more through than it says of itself."""
    own = [
        (one.method, want.rate if one.rate is None else one.rate, one.burst or want.burst)
        for one in plan.own_limits
    ]
    return [
        f"{method} {Limits(rate, burst)}"
        for method, rate, burst in own
        if rate > want.rate or burst > want.burst
    ]


def planned_limits(want: desired.UsagePlan) -> dict[str, object]:
    return {"rate": want.rate, "burst": want.burst, "quota": want.daily_quota, "per": "DAY"}


def limits_text(limits: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in limits.items())


def asking_for_key(served: ApiDocument) -> str:
    """Tell how many methods ask for a key: on all the others the usage plan binds nobody."""
    asking = [one for one in served.methods.values() if one.api_key_required]
    return f"{len(asking)} of {len(served.methods)} methods"


def api_key(want: desired.UsagePlan, found: Sections) -> ApiKey:
    """Return the planned API key, whose existence SEC-31 owns."""
    key = lookup(found.api_keys, want.api_key or "")
    if key is None:
        raise Missing(f"API key {want.api_key} does not exist")
    return key
