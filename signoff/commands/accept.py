"""Adds to the file of environments who answers for a condition of the verdict, and until when."""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from aws.visible import toml_table, visible_line
from aws.words import Words, did_you_mean, joined, nearest
from signoff.commands.command_line import CommandLineError
from signoff.environment import EnvironmentFileError, load, today
from signoff.environment.problems import replace_text, text_of
from signoff.environment.value_types import is_name
from signoff.judge.checklist import Checklist
from signoff.judge.exit_codes import Exit
from signoff.judge.outcome import Outcome
from signoff.judge.result import Result
from signoff.report.history import newest_of

BLOCKS = Words(
    en="{} makes the newest run a NO-GO, which no owner changes: signoff fix {}",
    ja="{}により最新の判定はNO-GOです。担当者を付けても変わりません: signoff fix {}",
)
GREEN = Words(
    en="{} is green in the newest run: there is nothing to answer for",
    ja="{}は最新の実行で合格しているため、担当者は不要です",
)
OWNED = Words(
    en="{} has an owner already; change it in {}",
    ja="{}にはすでに担当者がいます。{}を編集してください",
)


def accept_conditions(  # noqa: PLR0913 - the options of the command
    *,
    conditions: tuple[str, ...],
    env: str,
    by: str | None,
    until: date | None,
    environments: Path,
    lang: str,
) -> int:
    """Append a table for each condition, or list what has no owner; EnvironmentFileError where one can't be accepted."""
    result = newest_of(env, environments)
    unowned = result.verdict.unowned if result else ()
    if not conditions:
        if by is not None or until:
            raise CommandLineError(
                en="--by and --until answer for conditions: name them before, or leave both out for a list of what has no owner",
                ja="--byと--untilは条件に対して指定します。条件を指定するか、担当者のいない条件の一覧を見るには両方とも外してください",
            )
        if result is None:
            raise CommandLineError(
                en=f"there is no finished run of {env} whose conditions could be listed; judge it first: signoff judge --env {env}",
                ja=f"条件を一覧できる{env}の実行がありません。先に判定してください: signoff judge --env {env}",
            )
        none = Words(
            en="every condition of the newest run has an owner and a day",
            ja="最新の実行の条件には、すべて担当者と期限があります",
        )
        print("\n".join(map(visible_line, unowned)) or none[lang])
        return Exit.NO if unowned else Exit.DONE
    if not (by and is_name(by) and until):
        raise CommandLineError(
            en="add --by with the name of a person, and --until DAY",
            ja="--byに人の氏名、--untilに日付を加えてください",
        )
    if problems := [*_problems(conditions, env, until, environments, result)]:
        raise EnvironmentFileError(problems)
    whole = ({"what": each, "by": by, "until": until} for each in dict.fromkeys(conditions))
    added = "".join(f"\n{toml_table(f'{env}.accepted', table)}\n" for table in whole)
    text = text_of(environments) + added
    try:  # TOML allows no table after a list of the same name (``accepted = [ … ]``)
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        lines = added.strip()
        raise CommandLineError(
            en=f"{environments} is unchanged, since it could not be read with this at its end ({error}): write it as the file writes its others: {lines}",
            ja=f"{environments}は変更していません。次の行を末尾に追加すると読み取れなくなります（{error}）。ファイル内の他の記述に合わせて書いてください: {lines}",
        ) from None
    replace_text(environments, text)
    listed = ", ".join(map(visible_line, conditions))
    accepted = Words(
        en=f"{environments} says now who answers for {listed}; commit it, then judge again",
        ja=f"{environments}に{listed}の担当者と期限を追加しました。コミットしてから再判定してください",
    )
    print(accepted[lang])
    return Exit.DONE


def _problems(
    conditions: Iterable[str], env: str, until: date, file: Path, result: Result | None
) -> Iterator[Words]:
    """Yield the conditions that no owner answers for, that are green, unknown or owned, and a day that is over."""
    accepted = {acceptance.what for acceptance in load(env, file).environment.accepted}
    verdict = result.verdict if result else None
    names = {*(row.id for row in Checklist.load()), *(verdict.unowned if verdict else ())}
    rows = verdict.rows if verdict else ()
    blocking = {judged.row.id for judged in rows if judged.blocks}
    green = {judged.row.id for judged in rows if judged.outcome is Outcome.PASS}
    chosen = result.provenance.chosen if result else ""
    yield from (BLOCKS.format(each, chosen) for each in conditions if each in blocking)
    yield from (GREEN.format(each) for each in conditions if each in green)
    yield from (_unknown(each, names) for each in conditions if each not in names)
    yield from (OWNED.format(each, file) for each in conditions if each in accepted)
    if until < today(datetime.now(UTC)):
        yield Words(
            en=f"--until {until} is over; name a day to come",
            ja=f"--until {until}は過去の日付です。今日以降の日付を指定してください",
        )


def _unknown(condition: str, names: Iterable[str]) -> Words:
    unknown = Words(
        en=f"{condition} is neither a row nor a condition of the newest run",
        ja=f"{condition}は項目でも最新の実行の条件でもありません",
    )
    return joined(filter(None, (unknown, did_you_mean(nearest(condition, names)))))
