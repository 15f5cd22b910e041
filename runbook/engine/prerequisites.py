"""What a procedure says where something that it rests on is not there yet: the command to run first."""

from aws.change import MissingPrerequisite, Refused
from aws.words import Words

PREREQUISITES = {
    "REST API": Words(
        en=": run `python -m runbook api --env {env} --go` first (the guide sets some of its limits before"
        " it creates it)",
        ja="。先に`python -m runbook api --env {env} --go`を実行してください（手順書では作成前に上限の一部を"
        "設定します）",
    ),
    "stage": Words(
        en=": run `python -m runbook api --env {env} --go` first",
        ja="。先に`python -m runbook api --env {env} --go`を実行してください",
    ),
    "table": Words(
        en=": run `python -m runbook tables --env {env} --go` first, which creates it encrypted (the guide"
        " speaks of its encryption before it exists)",
        ja="。先に`python -m runbook tables --env {env} --go`を実行してください。暗号化した状態で作成します"
        "（手順書では作成前に暗号化の説明があります）",
    ),
    "e-mail address": Words(
        en=", and the environment names no alert_email: set it (SIGNOFF_ALERT_EMAIL), then run it again",
        ja="。環境にalert_emailがありません。設定してから（SIGNOFF_ALERT_EMAIL）再実行してください",
    ),
}
"""Kind of what has to be there first -> what to do, behind what is missing."""


def prerequisite(error: MissingPrerequisite, environment: str) -> Refused:
    """Say what to do where something has to be there first."""
    then, why = PREREQUISITES[error.kind], error.words
    return Refused(
        Words(
            en=f"{why.en}{then.en.format(env=environment)}",
            ja=f"{why.ja}{then.ja.format(env=environment)}",
        )
    )
