"""The front end's configuration file: which API it calls, as it is served, and as it should be."""

import json
import re
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from aws.change import Changes
from runbook.converge import rest_api
from runbook.engine import Change, Refused, StepContext
from signoff.environment import Environment, FrontEnd

KIND = "front-end"
REPORT = Path(__file__).parent.parent / "report"
TIMEOUT_S = 10
LONGEST = 100_000
"""Bytes: a configuration is short, and what is longer is something else."""
SETTINGS = {
    "API_BASE_URL": re.compile(r"(\bAPI_BASE_URL\s*:\s*)(['\"])(.*?)\2"),
    "LIFF_ID": re.compile(r"(\bLIFF_ID\s*:\s*(?:window\.LIFF_ID\s*\|\|\s*)?)(['\"])(.*?)\2"),
}
"""The settings that belong to an environment, as they stand in the file; all others are left alone."""
NEW = "const CONFIG = {\n    API_BASE_URL: '',\n    LIFF_ID: window.LIFF_ID || '',\n};\n"


def needed(context: StepContext) -> FrontEnd:
    """Return the front end; Refused where the environment names none."""
    if context.environment.front_end is None:
        name = context.environment.name
        raise Refused(
            f"{name} has no front end: name its address in environments.toml, under [{name}.front_end]"
        )
    return context.environment.front_end


def address(front_end: FrontEnd) -> str:
    """Return the URL of the configuration file."""
    return f"{front_end.url.rstrip('/')}/{front_end.config_path}"


def served(url: str, opening: Callable[..., object] = urlopen) -> str | None:
    """Return what is served now, past caches; None where there is nothing. Refused without an answer."""
    if not url.startswith(("https://", "http://127.0.0.1")):
        raise Refused(
            f"{url} is no https address: a front end without TLS can be changed on its way"
        )
    asking = Request(url, headers={"Cache-Control": "no-cache"})  # noqa: S310 - the scheme is judged above
    try:
        with opening(asking, timeout=TIMEOUT_S) as answer:  # type: ignore[attr-defined]
            return _text(url, answer.read(LONGEST + 1))
    except HTTPError as error:
        if error.code in {403, 404}:  # a bucket without ListBucket says 403 for what is not there
            return None
        raise Refused(
            f"{url} answers {error.code}: see to the front end, then run it again"
        ) from None
    except (OSError, HTTPException) as error:  # also where it hangs up in the middle
        raise Refused(f"{url} does not answer ({error}): see to the front end") from None


def _text(url: str, data: bytes) -> str:
    """Decode a configuration; Refused where a part of it would be taken for the whole."""
    if len(data) > LONGEST:
        raise Refused(
            f"{url} is more than {LONGEST:,} bytes: that is no configuration; see to config_path in"
            " environments.toml"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{url} is no UTF-8 text: see to config_path in environments.toml") from None


def see(context: StepContext, wanted: str, what: str) -> Changes:
    """Compare what is served with ``wanted``; what differs is for people to deploy, so a run is Refused."""
    url = address(needed(context))
    found = served(url)
    if found == wanted:
        return ()

    def refuse() -> None:
        raise Refused(
            f"{url} does not serve {what} yet: deploy it, invalidate the caches, then run it again"
        )

    name = "API_BASE_URL"
    change = Change(f"served {url}", name, setting(found, name), setting(wanted, name))
    return context.settle((change,), refuse)


def base_url(context: StepContext) -> str:
    """Return the URL of the API that browsers call: the custom domain's where there is one."""
    environment = context.environment
    if environment.domain:
        return f"https://{environment.domain.name}/{environment.domain.base_path}".rstrip("/")
    id_ = rest_api.needed(context, context.plan.api)
    return f"https://{id_}.execute-api.{environment.region}.amazonaws.com/{environment.stage}"


def rendered(current: str | None, environment: Environment, api: str) -> str:
    """Return the configuration with this environment's values in it; Refused where it has no place for them."""
    text = current or NEW
    values = {"API_BASE_URL": api, "LIFF_ID": environment.line.liff_id}
    for name, value in values.items():
        if value is None:
            continue
        quoted = "'" + json.dumps(value)[1:-1] + "'"
        text, times = SETTINGS[name].subn(partial(_put, quoted), text)
        if times != 1:
            raise Refused(f"the configuration sets {name} {times} times, not once: edit it by hand")
    return text


def _put(quoted: str, found: re.Match[str]) -> str:
    return found[1] + quoted


def setting(text: str | None, name: str) -> str | None:
    """Return the value that a configuration gives to a setting, None where it gives none."""
    found = SETTINGS[name].search(text or "")
    return found[3] if found else None


def rest(text: str) -> str:
    """Return a configuration without the values of those settings: what a switch must not change."""
    for one in SETTINGS.values():
        text = one.sub(partial(_put, ""), text)
    return text


def site(context: StepContext) -> Path:
    """Return the folder of the front end's files: the one of ``--site``, else one beside the report."""
    given = context.chosen.get("site")
    return Path(given) if given else REPORT / context.environment.name / "front-end"
