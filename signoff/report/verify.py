"""Whether the files of a run are the ones that it wrote, by the page's digests and the signed run record."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.words import Words, unreadable
from signoff.environment import Environment
from signoff.evidence import Record, Store, StoreSettings, not_read, open_store
from signoff.evidence.head import line
from signoff.judge.errors import UnusableFileError, sentence
from signoff.judge.run import REPORTS
from signoff.judge.verdict import VerdictWord

PAGE, RESULT = "signoff.html", "signoff.json"
UNSET_DIGEST = "0" * 64
"""What a page has in place of its own digest while that is computed."""
RELIED_ON = {VerdictWord.GO: 0, VerdictWord.CONDITIONAL: 1}
"""Decisions that a signer may rely on, the better first; the others are worse than both."""
_OUTSIDE = re.compile(r"[/\\]|\.\.")
"""Parts of a name that could lead out of the folder: the file is not trusted until its digest is checked."""
_OF_PAGE = re.compile(r"<code data-page>([0-9a-f]{64})</code>")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVerification:
    """What was found of one run; no ``problems`` means that its files are unaltered and belong together."""

    problems: tuple[Words, ...]
    record: Record | None = None
    key: str = ""
    """What signed the run record."""
    unproven: tuple[str, ...] = ()
    """Files of the folder that the run record does not name."""
    newer: Record | None = None
    """The newest run of the same stack, where this one is not it."""

    @property
    def superseded(self) -> bool:
        """Whether the newest run says worse than this one: no signer may rely on what this one said."""
        if self.record is None or self.newer is None:
            return False
        then, now = (
            RELIED_ON.get(run.body["decision"], len(RELIED_ON)) for run in (self.record, self.newer)
        )
        return now > then


def digests_of(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return name -> SHA-256 of the files of a folder."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def provenance_of(folder: Path) -> Mapping[str, Any]:
    """Return where a run comes from, as its JSON says; UnusableFileError where it says nothing."""
    try:
        provenance: Mapping[str, Any] = json.loads((folder / RESULT).read_bytes())["provenance"]
        names = [
            provenance["environment"],
            *(provenance.get(name) or "" for name in ("birth", "newest_record")),
        ]
        if odd := [name for name in names if not isinstance(name, str) or _OUTSIDE.search(name)]:
            raise ValueError(odd[0])  # noqa: TRY301 - told as any other text that no run wrote
        return {"environment": provenance["environment"], **provenance}
    except FileNotFoundError:
        raise UnusableFileError(
            en=f"there is no {folder / RESULT}: a part of a run (--row) and a run that was cut short leave no result;"
            " give a folder such as report/prod/latest",
            ja=f"{folder / RESULT}がありません。部分実行（--rowなど）や途中で終わった実行は結果を残しません。"
            "report/prod/latestのようなフォルダを指定してください",
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = unreadable(error)
        raise UnusableFileError(
            en=f"{folder / RESULT} can't be read as the result of a run ({why.en}); "
            f"give a folder such as report/prod/latest",
            ja=f"{folder / RESULT}を実行結果として読み取れません（{why.ja}）。report/prod/latestの"
            "ようなフォルダを指定してください",
        ) from None


def verify(
    folder: Path, environment: Environment, *, client: Callable[[str], Any], root: Path
) -> RunVerification:
    """Verify the files of a run of this environment against each other and against its evidence store."""
    provenance = provenance_of(folder)
    settings = StoreSettings.of(replace(environment, birth=provenance.get("birth")))
    store = open_store(settings, client=client, root=root)
    try:
        records = store.load()
    except (ClientError, BotoCoreError, OSError) as error:
        return RunVerification(problems=(not_read(settings, sentence(error)),))
    name = folder.resolve().name
    record = records.newest("run", run=name)
    problems = [*_misplaced(folder.resolve(), environment.name)]
    problems += [records.words] if records.problem else []
    problems += _not_in(store, provenance.get("newest_record"))
    if record is None:
        problems.append(
            Words(
                en=f"{settings.location} has no record of run {name}: nothing proves these files "
                f"(a replay, a run at another endpoint than AWS's, and one that could not be recorded leave no record)",
                ja=f"{settings.location}に実行{name}の記録がなく、ファイルを照合できません"
                f"（再判定、AWS以外のエンドポイントでの実行、記録に失敗した実行は、記録を残しません）",
            )
        )
    recorded = record.body.get("files", {}) if record else {}
    problems += _altered(folder, recorded)
    newest = records.newest("run")
    unproven = sorted({path.name for path in folder.iterdir()} - recorded.keys())
    return RunVerification(
        problems=tuple(problems),
        record=record,
        key=store.key.name,
        unproven=tuple(unproven),
        newer=newest if newest != record else None,
    )


def _misplaced(folder: Path, environment: str) -> Iterator[Words]:
    """Yield a problem if a run lies in another environment's folder: a GO of local is not one of production."""
    among = folder.parent
    if among.parent.name == REPORTS and among.name != environment:
        yield Words(
            en=f"{folder} is a run of {environment}, and lies among those of {among.name}",
            ja=f"{folder}は{environment}の実行で、{among.name}の実行ではありません",
        )


def _altered(folder: Path, recorded: Mapping[str, str]) -> Iterator[Words]:
    """Yield which files differ from the run record; the page is one of them, and so are the digests that it states."""
    for name, digest in recorded.items():
        try:
            actual = digests_of(folder, (name,))[name]
        except OSError:
            yield Words(
                en=f"{name} is gone, which the run record names",
                ja=f"{name}が実行記録と一致しません（ファイルなし）",
            )
            continue
        if actual != digest:
            yield Words(
                en=f"{name} ({actual[:12]}…) is not the file ({digest[:12]}…) that the run record names",
                ja=f"{name}が実行記録と一致しません（{actual[:12]}…、記載は{digest[:12]}…）",
            )


def digest_of_page(text: str) -> str:
    """Return the digest that a page states as its own: of its text with zeros in place of the digest."""
    for stated in _OF_PAGE.findall(text):
        text = text.replace(stated, UNSET_DIGEST)
    return hashlib.sha256(text.encode()).hexdigest()


def _not_in(store: Store, newest: str | None) -> Iterator[Words]:
    """Yield a problem if the store lost the record that was its newest when the run began."""
    if newest is None:
        return
    name = newest.rpartition(" ")[2]
    try:
        actual = hashlib.sha256(store.backend.read(name)).hexdigest()
    except OSError:
        actual = ""
    if line(name, actual) != newest:
        yield Words(
            en=f"{name}, the newest record when the run began, is not in the store any more",
            ja=f"実行開始時の最新の記録{name}がストアにありません",
        )
