"""How far a principal, a rule or a schedule may act on our resources: by kind, by name, and whether it is only reading."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from aws.access.assuming import PRINCIPAL
from aws.access.automation import UNIVERSAL, Act, Automation
from aws.access.reach import Reach
from aws.access.targets import INVOCATION
from aws.bounds import unset
from aws.difference import Difference
from aws.kinds.bucket import BUCKET
from aws.kinds.topic import TOPIC
from aws.ledgers import PIPE, RULE
from aws.words import SILENCE, Words, joined
from signoff.environment.loading import FUNCTIONS, ROLES, SECRETS, TABLES

KINDS: Mapping[str, tuple[Words, int]] = {
    "table": (TABLES, 3),
    "secret": (SECRETS, 2),
    "function": (FUNCTIONS, 7),
    INVOCATION: (Words(en="invocation of functions", ja="関数の呼び出し"), 7),
    "topic": (TOPIC.words, 1),
    "role": (ROLES, 7),
    "evidence": (Words(en="evidence store", ja="証跡ストア"), 1),
    "API": (Words(en="API and domain", ja="API・ドメイン"), 1),
    "alarm": (Words(en="alarms", ja="アラーム"), 1),
    "log": (Words(en="log groups", ja="ロググループ"), 1),
    "bucket": (BUCKET.words, 1),
    "key": (Words(en="keys", ja="キー"), 1),
    "rights of roles": (Words(en="the rights of roles", ja="ロールの権限"), 1),
    "rights of users": (Words(en="the rights of users", ja="ユーザーの権限"), 1),
    "rights of groups": (Words(en="the rights of groups", ja="グループの権限"), 1),
    "rights of policies": (Words(en="policies that others have", ja="他者が持つポリシー"), 1),
    PRINCIPAL: (Words(en="what these may act on:", ja="次の相手が操作できるもの: "), 1),
}
"""Kind of resource -> its words, and how many there are: "all" means that many."""
EVERYTHING = Words(
    en="everything, by the rights that it may give", ja="すべて（権限を自由に付与できるため）"
)
"""The reach of a principal who may give a role or user any permissions."""
LIMITED: Mapping[tuple[bool, bool], Words] = {
    (False, False): SILENCE,
    (True, False): Words(en=" (read only)", ja="（読み取りのみ）"),
    (False, True): Words(en=" (under a condition)", ja="（条件付き）"),
    (True, True): Words(en=" (read only, under a condition)", ja="（条件付き、読み取りのみ）"),
}
"""(only reading, under a condition) -> how that is said."""
ACTS = Words(en="what it does to our resources", ja="本環境のリソースへの操作")
CALLS = {RULE: "events:ListTargetsByRule", PIPE: "pipes:DescribePipe"}
"""Kind -> the call that tells of it, where it is not the schedule's."""


def example_of(reach: Reach) -> Words:
    """Name one action, its resource if it has one, and what allows it."""
    by = _allowed_by(reach)
    if not reach.name:
        return Words(en=f"{reach.action} ({by.en})", ja=f"{reach.action}、{by.ja}")
    return Words(
        en=f"{reach.action} on {reach.name} ({by.en})",
        ja=f"{reach.name}に対する{reach.action}、{by.ja}",
    )


def _allowed_by(reach: Reach) -> Words:
    """Name the statement that allows it, and any condition that can't be evaluated here."""
    if not reach.provided:
        return reach.by
    return Words(
        en=f"{reach.by.en}, under a condition that is assumed to be met, since {reach.provided.en}",
        ja=f"{reach.by.ja}、{reach.provided.ja}ため条件は成立するものとみなす",
    )


def summary(reach: Iterable[Reach]) -> Words:
    """Say by kind what is reached, by name or as all of a kind, and how far: a decision covers exactly this."""
    alike: dict[tuple[str, Words], list[str]] = {}
    for way in reach:
        alike.setdefault((way.kind, LIMITED[way.reads, bool(way.provided)]), []).append(way.name)
    return joined(_reached(kind, names, how) for (kind, how), names in alike.items())


def _reached(kind: str, names: Collection[str], how: Words) -> Words:
    words, count = KINDS[kind]
    if len(names) >= count > 1:
        return Words(en=f"all {words.en}{how.en}", ja=f"すべての{words.ja}{how.ja}")
    listed = ", ".join(sorted({*names} - {""}))
    return Words(en=f"{words.en} {listed}".rstrip() + how.en, ja=f"{words.ja}{listed}{how.ja}")


def automated(automations: Iterable[Automation], now: datetime) -> tuple[Difference, ...]:
    """Return each rule, schedule and pipe that is not over by ``now``."""
    return tuple(
        _difference(automation)
        for automation in automations
        if automation.ends is None or automation.ends > now
    )


def _difference(automation: Automation) -> Difference:
    digests = ", ".join(act.digest for act in automation.acts)
    return Difference(
        automation.kind,
        automation.name,
        ACTS,
        [_act_in_words(act) for act in automation.acts],
        unset(),
        call=CALLS.get(automation.kind, "scheduler:GetSchedule"),
        terms=joined(
            (
                Words.same(automation.when),
                Words(en=f"digest {digests}", ja=f"ダイジェスト{digests}"),
            )
        ),
        loosens=True,
    )


def _act_in_words(act: Act) -> Words:
    """Say what is called, on what and under which role."""
    on, operation = ", ".join(act.on), act.target.partition(UNIVERSAL)[2]
    calls = Words(en=f"calls {operation}", ja=f"呼び出す操作: {operation}")
    parts = [calls if operation else Words.same(act.target)]
    if on:
        parts.append(Words(en=f"on {on}", ja=f"対象: {on}"))
    if act.role:
        parts.append(Words(en=f"under {act.role}", ja=f"ロール: {act.role}"))
    if not on:
        parts.append(Words(en="which may act on our resources", ja="本環境を操作できるロール"))
    return joined(parts, ", ")
