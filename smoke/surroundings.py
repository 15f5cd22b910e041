"""What stands around the API: our bot and LIFF app at LINE, the page and its configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws.section import NotTestable
from smoke.aws import secret_value
from smoke.by_hand import ByHand
from smoke.front_end import Page, config_url, fetched, named_in
from smoke.trial import Trial


def configured(trial: Trial, key: str) -> Any:
    """Return what the environment says under a dotted key; ByHand where it says nothing."""
    value: Any = trial.suite.environment
    for part in key.split("."):
        value = getattr(value, part, None)
    if not value:
        raise ByHand(f"{key} is not configured for {trial.suite.environment.name}")
    return value


def bot(trial: Trial) -> tuple[int, Mapping[str, Any]]:
    """Ask LINE whose the channel access token is that the functions read: status, and bot or error."""
    token = _channel_token(trial)
    status, found = trial.suite.line.bot(token)
    facts = {name: found.get(name) for name in ("userId", "displayName", "message")}
    expires_in_s = trial.suite.line.expires_in_s(token)
    trial.observe.note(status=status, **facts, token_expires_in_s=expires_in_s)
    return status, found


def page(trial: Trial) -> Page:
    """Load the front end's page."""
    return _noted(trial, fetched(configured(trial, "front_end.url")))


def configuration(trial: Trial) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """Load the front end's configuration: its URL, and what it names."""
    found = _noted(trial, fetched(config_url(configured(trial, "front_end"))))
    named = named_in(found.text) if found.status == 200 else {}
    trial.observe.note(**named)
    return found.url, named


def wanted_configuration(trial: Trial) -> Mapping[str, tuple[str, ...]]:
    return {
        "API_BASE_URL": (trial.suite.client.url,),
        "LIFF_ID": (configured(trial, "line.liff_id"),),
    }


def liff_app(trial: Trial) -> Mapping[str, Any]:
    """Return our LIFF app as LINE has it: liffId, view {url}, scope; AssertionError if there is none."""
    liff_id = configured(trial, "line.liff_id")
    status, found = trial.suite.line.liff_apps(_login_token(trial))
    if status not in (200, 404):
        raise NotTestable(f"LINE answers {status} to the Login channel's token")
    apps: dict[str, Mapping[str, Any]] = {app["liffId"]: app for app in found.get("apps", ())}
    trial.observe.note(apps=sorted(apps), app=apps.get(liff_id))
    assert liff_id in apps, f"the Login channel has no LIFF app {liff_id}, but {sorted(apps)}"
    return apps[liff_id]


def _channel_token(trial: Trial) -> str:
    secret = trial.suite.plan.secret("line_token")
    return secret_value(trial.suite.aws("secretsmanager"), secret)


def _login_token(trial: Trial) -> str:
    file = Path(configured(trial, "line.login_token_file"))
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NotTestable(f"{file} can't be read ({type(error).__name__})") from None


def _noted(trial: Trial, found: Page) -> Page:
    trial.observe.note(url=found.url, status=found.status, type=found.kind)
    return found
