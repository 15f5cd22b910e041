"""Where the API answers, and with which key: the custom domain where there is one, as the page calls it."""

from aws.section import Follows, NotTestable, lookup
from signoff.snapshot import Snapshot
from smoke.aws import AWAY, Clients, reason


def address(snapshot: Snapshot, api_url: str | None) -> str:
    """Return the stage's URL, without a slash at its end; Follows where there is no such API."""
    environment = snapshot.environment
    if api_url:
        return api_url.rstrip("/")
    if environment.domain:
        return f"https://{environment.domain.name}/{environment.domain.base_path}".rstrip("/")
    apis = lookup(snapshot.inventory.sections.rest_apis, snapshot.plan.api.name)
    if not apis:
        raise Follows("DEP-20", f"REST API {snapshot.plan.api.name} does not exist")
    host = f"{apis[0].id}.execute-api.{environment.region}.amazonaws.com"
    return f"https://{host}/{environment.stage}"


def api_key(snapshot: Snapshot, aws: Clients) -> str | None:
    """Read the value of the API key that browsers send; None where the API asks for none."""
    name = snapshot.plan.api.usage_plan.api_key
    if name is None:
        return None
    try:
        found = aws("apigateway").get_api_keys(nameQuery=name, includeValues=True)["items"]
    except AWAY as error:
        raise NotTestable(f"API key {name} can't be read ({reason(error)})") from None
    values = [one["value"] for one in found if one["name"] == name]
    if not values:
        raise Follows("SEC-31", f"API key {name} does not exist")
    return str(values[0])
