"""The front end's configuration file: what is served, what should be, and how a switch or a rollback writes it."""

import json
import re
from collections.abc import Callable
from difflib import ndiff
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from urllib3.util import parse_url

from aws.change.gate import Changes
from aws.converge import rest_api
from aws.words import Words
from plan.naming import domain_url, stage_url
from runbook.engine import Change, Refused, StepContext
from runbook.engine.change_lines import SERVED
from signoff.environment import Environment
from signoff.environment.problems import replace_text
from signoff.environment.schema import FrontEnd

NEW_ONE = Words(en="the new configuration", ja="新しい設定")

KIND = "front-end"
FILE = Words(en="file", ja="ファイル")
CONTENT = Words(en="content", ja="内容")
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
            en=f"{name} has no front end: set its address in environments.toml, under [{name}.front_end]",
            ja=f"{name}にフロントエンドがありません。environments.tomlの[{name}.front_end]にアドレスを書いてください",
        )
    return context.environment.front_end


def served(url: str, opening: Callable[..., Any] = urlopen) -> str | None:
    """Return what is served now, bypassing caches; None if there is nothing. Raises Refused without an answer."""
    if not url.startswith(("https://", "http://127.0.0.1")):
        raise Refused(
            en=f"{url} is not an https address: a front end without TLS can be altered in transit",
            ja=f"{url}はhttpsのアドレスではありません。TLSのないフロントエンドは経路上で改変されるおそれがあります",
        )
    asking = Request(parse_url(url).url, headers={"Cache-Control": "no-cache"})  # noqa: S310 - the scheme is judged above
    try:
        with opening(asking, timeout=TIMEOUT_S) as answer:
            return _text(url, answer.read(LONGEST + 1))
    except HTTPError as error:
        if error.code in {403, 404}:  # a bucket without ListBucket says 403 for what is not there
            return None
        raise Refused(
            en=f"{url} answers {error.code}: check the front end, then run it again",
            ja=f"{url}の応答が{error.code}です。フロントエンドを確認し、再実行してください",
        ) from None
    except (OSError, HTTPException) as error:  # also where it hangs up in the middle
        raise Refused(
            en=f"{url} does not answer ({error}): check the front end",
            ja=f"{url}が応答しません（{error}）。フロントエンドを確認してください",
        ) from None


def _text(url: str, data: bytes) -> str:
    """Decode a configuration; raises Refused if it is too long, and so cut off, or not UTF-8."""
    try:
        if len(data) <= LONGEST:
            return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise Refused(
        en=f"{url} is not UTF-8 text of at most {LONGEST:,} bytes, as a configuration is: check config_path in"
        " environments.toml",
        ja=f"{url}が設定ファイル（{LONGEST:,}バイト以下のUTF-8テキスト）ではありません。environments.tomlのconfig_pathを確認してください",
    )


def see(context: StepContext, desired: str, content: Words) -> Changes:
    """Compare what is served with ``desired``; what differs is for people to deploy, so a run is Refused."""
    url = needed(context).config_url
    current = served(url)
    if current == desired:
        return ()

    def refuse() -> None:
        raise Refused(
            en=f"{url} does not serve {content.en} yet: deploy it, invalidate the caches, then run it again",
            ja=f"{url}はまだ{content.ja}を返しません。デプロイし、キャッシュを無効化してから再実行してください",
        )

    name = "API_BASE_URL"
    change = Change(
        SERVED.named(url), Words.same(name), setting(current, name), setting(desired, name)
    )
    return context.settle((change,), refuse)


def base_url(context: StepContext) -> str:
    """Return the URL of the API that browsers call: the custom domain's where there is one."""
    if url := domain_url(context.environment):
        return url
    return stage_url(context.environment, rest_api.needed(context, context.plan.api))


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
            raise Refused(
                en=f"the configuration sets {name} {times} times, not once: edit it by hand",
                ja=f"設定に{name}が{times}回あります（1回であること）。手動で編集してください",
            )
    return text


def _put(quoted: str, match: re.Match[str]) -> str:
    return match[1] + quoted


def setting(text: str | None, name: str) -> str | None:
    """Return the value that a configuration gives to a setting, None where it gives none."""
    match = SETTINGS[name].search(text or "")
    return match[3] if match else None


def rest(text: str) -> str:
    """Return a configuration without the values of those settings: what a switch must not change."""
    for pattern in SETTINGS.values():
        text = pattern.sub(partial(_put, ""), text)
    return text


def file_of(context: StepContext) -> Path:
    """Return the file in the folder of the front end's files: the one of ``--site``, else one beside the report."""
    site = context.chosen.get("site")
    folder = Path(site) if site else context.folder / "front-end"
    return folder / needed(context).config_path.lstrip("/")


def written(path: Path) -> str | None:
    """Return the file's text, None if there is no file; raises Refused if it can't be read."""
    try:
        return path.read_bytes().decode("utf-8")  # with its own line ends
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            en=f"{path} can't be read ({error}): fix that, then run it again",
            ja=f"{path}を読み取れません（{error}）。確認してから再実行してください",
        ) from None


def writing(path: Path, text: str) -> Changes:
    """Return what differs between the file and ``text``: the settings by name, of the rest its lines.

    A line that is in the file alone would be lost, and with it what was set there.
    """
    current = written(path)
    if current == text:
        return ()
    name = FILE.named(path)
    settings = tuple(
        Change(name, Words.same(key), setting(current, key), setting(text, key))
        for key in SETTINGS
        if setting(current, key) != setting(text, key)
    )
    gone, new = only_in(current or "", text), only_in(text, current or "")
    content = Change(name, CONTENT, gone or None, new or None, destroys=bool(gone))
    if gone or new:
        return (*settings, content)
    return settings or (Change(name, CONTENT, current, text),)


def only_in(name: str, other: str) -> str:
    """Return the lines of a configuration that another lacks, beside the settings that are switched."""
    ours, theirs = (rest(text).splitlines(keepends=True) for text in (name, other))
    return "".join(line[2:] for line in ndiff(ours, theirs) if line.startswith("- "))


def write(path: Path, text: str) -> None:
    """Replace the file: whole, or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
    except OSError as error:
        raise Refused(
            en=f"{path} can't be written ({error}): fix that, then run it again",
            ja=f"{path}に書き込めません（{error}）。確認してから再実行してください",
        ) from None


def record_previous(context: StepContext) -> Changes:
    """Record what the front end serves, unless that is the new configuration, is recorded, or was deployed by mistake."""
    if _by_hand(context):
        return ()
    url = needed(context).config_url
    config = served(url)
    if config is None or setting(config, "API_BASE_URL") == base_url(context):
        return ()  # nothing was there before, or the switch has happened already
    newest = context.recorded(KIND, url=url)
    if newest and (newest["config"] == config or _half_switched(context)):
        return ()
    body = {"url": url, "config": config}
    return context.leave_record(
        KIND, setting(config, "API_BASE_URL"), lambda: context.record(KIND, body)
    )


def _half_switched(context: StepContext) -> bool:
    """Whether people signed for the deployment, and it has not served the new configuration since."""
    deployed, reached = (
        context.recorded("signature", step=f"cutover#{step}")
        for step in ("front_end_switched", "front_end_reaches_api")
    )
    return bool(deployed) and not reached


def write_new(context: StepContext) -> Changes:
    """Write the new configuration into the front end's folder."""
    if _by_hand(context):
        return ()
    path, text = file_of(context), _new(context)
    if not context.go:
        _report_other_differences(context)
    return context.settle(writing(path, text), lambda: write(path, text))


def see_new(context: StepContext) -> Changes:
    """Refuse to go on until the new configuration is served."""
    return () if _by_hand(context) else see(context, _new(context), NEW_ONE)


def _new(context: StepContext) -> str:
    """Render it from the front end's own file, which may be newer than what is served; without one, from the latter."""
    current = _in_site(context)
    if current is None:
        current = served(needed(context).config_url)
    return rendered(current, context.environment, base_url(context))


def _in_site(context: StepContext) -> str | None:
    """Return the text of the file in ``--site``; the one beside the report is our own, and may be old."""
    path = file_of(context)
    return written(path) if context.chosen.get("site") else None


def _report_other_differences(context: StepContext) -> None:
    url, own = needed(context).config_url, _in_site(context)
    now = served(url)
    if own is None and now is None:
        context.say(
            en=f"{url} serves no configuration, and there is no file to start from: a minimal one is written",
            ja=f"{url}に設定がなく、元になるファイルもないため、最小限の設定を書き込みます",
        )
    elif own is not None and now is not None and (lost := only_in(now, own)):
        lines = " ".join(lost.split())
        context.say(
            en=f"lines that are served now but missing from {file_of(context)}, so deploying it drops them: {lines}",
            ja=f"現在提供中で{file_of(context)}になく、デプロイすると失われる行: {lines}",
        )


def _by_hand(context: StepContext) -> bool:
    if context.environment.front_end is None and context.environment.application.front_end:
        name = context.environment.name
        url = base_url(context)
        context.say(
            en=f"{name} has no front end in environments.toml: set API_BASE_URL to {url} by hand",
            ja=f"{name}にフロントエンドの定義がありません。API_BASE_URLを手動で{url}に設定します",
        )
    return context.environment.front_end is None
