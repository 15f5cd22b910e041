"""What is wrong with a waiver: its row, its days, or that nothing needs it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from aws.words import Words
from signoff.environment import Acceptance, Waiver
from signoff.judge.outcome import RowVerdict
from signoff.judge.staleness import STALE_DAYS

WAIVER_DAYS = 30
"""A waiver may last at most this many days."""

STOPS_CALLS = Words(
    en="calls fail by what is red there, which no person can waive; fix it",
    ja="不合格の内容により呼び出しが失敗するため、免除できません。修正してください",
)


def wrong_with(waiver: Waiver, judged: Mapping[str, RowVerdict], today: date) -> Words | None:
    """Return what is wrong with a waiver, or None; an unneeded waiver is wrong, too."""
    if waiver.row not in judged:
        return _of_waiver(
            waiver,
            Words(
                en="there is no such row in this phase; delete the waiver",
                ja="このフェーズにその項目はありません。免除を削除してください",
            ),
        )
    row = judged[waiver.row]
    faults = (*_faults(waiver, row, today), *_faults_about_a_record(waiver, row, today))
    return next((_of_waiver(waiver, words) for words, applies in faults if applies), None)


def wrong_with_acceptance(accepted: Acceptance, judged: Mapping[str, RowVerdict]) -> Words | None:
    """Return why no person can answer for a row instead of fixing it, or None."""
    row = judged.get(accepted.what)
    if row is None or not row.stops_calls:
        return None
    return Words(
        en=f"accepted {accepted.what}: {STOPS_CALLS.en}",
        ja=f"{accepted.what}の受け入れ: {STOPS_CALLS.ja}",
    )


def date_faults(waiver: Waiver, today: date) -> Iterator[Words]:
    """Yield what is wrong with the days of a waiver, regardless of its row."""
    for words, applies in _date_faults(waiver, today):
        if applies:
            yield _of_waiver(waiver, words)


def _faults(waiver: Waiver, judged: RowVerdict, today: date) -> Iterator[tuple[Words, bool]]:
    """Yield what may be wrong with the waiver of a row that was judged, and whether it is."""
    found = judged.outcome
    yield (
        Words(
            en="this row can't be waived; fix it",
            ja="この項目は免除できません。修正してください",
        ),
        judged.row.unwaivable and (judged.certain or not found.red),
    )
    yield STOPS_CALLS, judged.stops_calls
    yield from _date_faults(waiver, today)
    yield (
        Words(
            en="the row is unknown, and what is unknown can't be waived",
            ja="項目が確認不能です。分からないものは免除できません",
        ),
        judged.unknown,
    )
    yield (
        Words(
            en=f"the row is {found}; nothing needs this waiver, delete it",
            ja=f"項目は不合格ではありません（{found}）。この免除は不要なので削除してください",
        ),
        not found.red,
    )


def _date_faults(waiver: Waiver, today: date) -> Iterator[tuple[Words, bool]]:
    ends = waiver.until
    yield (
        Words(
            en=f"expired on {ends}; fix the row or decide again",
            ja=f"{ends}に期限切れ。項目を修正するか、決め直してください",
        ),
        ends < today,
    )
    yield (
        Words(
            en=f"lasts until {ends}, more than {WAIVER_DAYS} days; shorten it",
            ja=f"期限が{ends}で、{WAIVER_DAYS}日を超えています。短くしてください",
        ),
        ends > today + timedelta(days=WAIVER_DAYS),
    )


def _faults_about_a_record(
    waiver: Waiver, judged: RowVerdict, today: date
) -> Iterator[tuple[Words, bool]]:
    """Yield likewise what may be wrong with the waiver of a stale record, or with one that names a release."""
    stale = sorted(
        {finding.stale for finding in judged.findings if finding.outcome.red and finding.stale}
    )
    ends, live = waiver.until, " or ".join(stale)
    yield (
        Words(
            en="its record is not stale; take release out of the waiver",
            ja="記録は無効になっていません。免除からreleaseを取り除いてください",
        ),
        waiver.release is not None and not stale,
    )
    yield (
        Words(
            en=f"its record is stale, which is waived for a day at most, not until {ends}",
            ja=f"記録が無効になった項目の免除は最長1日です（{ends}までは不可）",
        ),
        bool(stale) and ends > today + timedelta(days=STALE_DAYS),
    )
    yield (
        Words(
            en=f'its record is stale, and the waiver is not for what is live; add release = "{live}"',
            ja=f'記録が無効になっており、この免除は稼働中の内容についてのものではありません。release = "{live}"としてください',
        ),
        bool(stale) and waiver.release not in stale,
    )


def _of_waiver(waiver: Waiver, words: Words) -> Words:
    return Words(en=f"waiver of {waiver.row}: {words.en}", ja=f"{waiver.row}の免除: {words.ja}")
