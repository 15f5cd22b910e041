"""What to do next, by the newest report: what `signoff` says when it is called without a command."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aws.visible import visible_line
from aws.words import Words

FIRST = Words(
    en="signoff judge                      no report yet: judge the embedded stack, in a quarter of a minute",
    ja="signoff judge                      レポートがありません。まず組み込みスタックを判定します（約15秒）",
)
PROD = (
    Words(
        en="signoff init --env prod --to environments.toml   fill in your account",
        ja="signoff init --env prod --to environments.toml   アカウントの内容を環境ファイルに書く",
    ),
    Words(
        en="signoff needs --env prod                         list what a GO of production needs",
        ja="signoff needs --env prod                         本番のGOに必要な前提を一覧する",
    ),
)


def next_step(root: Path) -> Sequence[Words]:
    """Return what to enter next, with the reason."""
    newest = _newest(root / "report")
    if newest is None:
        return (FIRST,)
    name, decision = newest
    match decision:
        case "NO-GO":
            en, ja = (
                "the newest verdict is NO-GO: fix its red rows",
                "最新の判定はNO-GOです。不合格項目を直します",
            )
            return (_line(f"signoff fix --env {name}", en, ja),)
        case "CONDITIONAL":
            en, ja = "name who answers for each condition", "条件ごとに担当者と期限を付けます"
            return (_line(f"signoff accept --env {name}", en, ja),)
    en, ja = (
        f"the newest verdict is {decision}: prove its files",
        f"最新の判定は{decision}です。ファイルを検証します",
    )
    verified = _line(f"signoff verify report/{name}/latest", en, ja)
    return (verified, *PROD) if name == "local" else (verified,)


def _line(command: str, en: str, ja: str) -> Words:
    return Words(en=visible_line(f"{command}   {en}"), ja=visible_line(f"{command}   {ja}"))


def _newest(reports: Path) -> tuple[str, str] | None:
    """Return environment and decision of the newest finished run; None where none can be read."""
    found = sorted(reports.glob("*/latest/signoff.json"), key=lambda path: path.stat().st_mtime)
    try:
        said: Mapping[str, Any] = json.loads(found[-1].read_bytes()) if found else {}
        return str(said["provenance"]["environment"]), str(said["verdict"]["decision"])
    except (ValueError, KeyError, TypeError):
        return None
