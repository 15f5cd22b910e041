"""The parts of a release, each a set of facts, and why a fact belongs to none."""

import enum
from dataclasses import dataclass

from aws.words import Words


class Part(enum.StrEnum):
    """A part of a system that can change without the others."""

    CODE = "code"
    CONFIGURATION = "configuration"
    PERMISSIONS = "permissions"
    API = "API"
    DATA = "data shape"
    MASTERS = "masters"
    ALARMS = "alarms"
    CAPACITY = "capacity"
    SECRETS = "secrets"

    @property
    def words(self) -> Words:
        return Words(en=self.value, ja=_PARTS_JA[self])


_PARTS_JA = {
    Part.CODE: "コード",
    Part.CONFIGURATION: "設定",
    Part.PERMISSIONS: "権限",
    Part.API: "API",
    Part.DATA: "データ構造",
    Part.MASTERS: "スタンプマスター",
    Part.ALARMS: "アラーム",
    Part.CAPACITY: "処理能力",
    Part.SECRETS: "シークレットの値",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a fact is in no part: no record rests on it."""

    because: str
    moves: bool = False
    """It changes by itself within minutes, so that the second reading does not compare it either."""


TEXT = LeftOut("a text for people")
PLANNED_BY = LeftOut("the name by which it is planned")
IDENTITY = LeftOut("an id, which a system that is built anew has otherwise")
JUDGED_EACH_RUN = LeftOut("moves by itself, and rows judge it in each run")
