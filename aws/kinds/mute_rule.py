"""CloudWatch: the rules that mute alarms."""

from dataclasses import dataclass

from aws.kind import NAME, Kind, ReadCall, fact
from aws.kinds.table import STATUS
from aws.ledger import LABELS, NAMES, WHEN, Harmless, Judged, Ledger, Operation
from aws.part import PLANNED_BY, LeftOut, Part
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section, Unreadable
from aws.words import Words

LISTED = "cloudwatch:ListAlarmMuteRules"
BY_STATUS = "told by the rule's status"
BY_SCHEDULE = "told by the rule's schedule"
NAMELESS_RULE = Unreadable(
    Words(
        en=f"{LISTED}: a rule has no AlarmMuteRuleArn",
        ja=f"{LISTED}: ルールにAlarmMuteRuleArnがありません",
    ),
    call=LISTED,
)


def _schedule(rule: Raw) -> str:
    when = rule.get("Schedule", {})
    parts = (when.get(key) for key in ("Expression", "Duration", "Timezone"))
    return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRule:
    """A rule that suppresses the actions of its alarms during its windows."""

    name: str = fact(NAME, "Name", part=PLANNED_BY)
    status: str = fact(
        STATUS, "Status", absent="", part=LeftOut("changes by the rule's own schedule", moves=True)
    )
    alarms: tuple[str, ...] = fact(
        Words(en="alarms", ja="アラーム"),
        "MuteTargets.AlarmNames",
        absent=(),
        read=tuple,
        covers="MuteTargets",
    )
    schedule: str = fact(Words(en="schedule", ja="スケジュール"), "Rule", absent="", read=_schedule)
    """Expression, duration and time zone, as a person would read them."""


MUTE_RULE = Kind[MuteRule](
    words=Words(en="mute rule", ja="ミュートルール"),
    service="cloudwatch",
    section="mute_rules",
    type=MuteRule,
    part=Part.ALARMS,
    calls={
        "rule": ReadCall(
            operation="GetAlarmMuteRule",
            asks={"AlarmMuteRuleName": "{name}"},
            needs=frozenset({"Name"}),
            harmless={
                NAMES: "AlarmMuteRuleArn",
                LABELS: "Description",
                WHEN: "LastUpdatedTimestamp",
                "a rule that is not over is red, whenever it begins": "StartDate",
                BY_STATUS: "ExpireDate",
                BY_SCHEDULE: "MuteType",
            },
        )
    },
)
LEDGER: Ledger = {
    LISTED: Operation(
        needs=frozenset({"AlarmMuteRuleSummaries"}),
        resources={},
        members={
            "AlarmMuteRuleSummaries.AlarmMuteRuleArn": Judged("name"),
            "AlarmMuteRuleSummaries.Status": Judged("status"),
            "AlarmMuteRuleSummaries.ExpireDate": Harmless(BY_STATUS),
            "AlarmMuteRuleSummaries.MuteType": Harmless(BY_SCHEDULE),
            "AlarmMuteRuleSummaries.LastUpdatedTimestamp": WHEN,
        },
    )
}


def mute_rules(reading: Reading) -> Section[MuteRule]:
    """Read every mute rule that has not ended: only the rule itself lists the alarms that it mutes."""
    listed = reading.aws.listed("cloudwatch", "list_alarm_mute_rules", "AlarmMuteRuleSummaries")
    left = [entry for entry in listed if entry.get("Status") != "EXPIRED"]
    rules = {entry.get("AlarmMuteRuleArn", "").partition(":alarm-mute-rule:")[2] for entry in left}
    found = reading.each(sorted(rules - {""}), lambda name: MUTE_RULE.read(reading.aws, name))
    nameless = {"(a rule without a name)": NAMELESS_RULE} if "" in rules else {}
    return {**found, **nameless}


READERS = {MUTE_RULE.section: Reader(mute_rules, (LISTED, *MUTE_RULE.actions))}
