"""What AWS may answer on a bad day: throttled, failed, denied, garbled, lost, or from a lagging replica."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aws.words import Words


def _refused(code: str, **more: Any) -> str:
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return json.dumps({"__type": kind, "message": code, **more})


def _cancelled(*codes: str) -> str:
    reasons = [{"Code": one} for one in codes]
    return _refused("TransactionCanceledException", CancellationReasons=reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAnswer:
    """An answer in place of AWS's; members other than ``about`` are those of ``local.aws.faults.Mishap``."""

    about: Words
    status: int = 200
    body: str = "{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None
    delivered: bool = False


THROTTLED = BadAnswer(
    about=Words(en="is throttled", ja="スロットリングを受けた"),
    status=400,
    body=_refused("ProvisionedThroughputExceededException"),
)
BROKEN = BadAnswer(
    about=Words(en="fails inside AWS", ja="AWS内部で失敗した"),
    status=500,
    body=_refused("InternalServerError"),
)
AWAY = BadAnswer(
    about=Words(en="is away", ja="利用できなかった"),
    status=503,
    body=_refused("ServiceUnavailable"),
)
NO_HTTP = BadAnswer(
    about=Words(en="is answered by what is not HTTP", ja="応答がHTTPではなかった"), status=0
)
DENIED = BadAnswer(
    about=Words(en="is denied", ja="拒否された"), status=400, body=_refused("AccessDeniedException")
)
STRANGE = BadAnswer(
    about=Words(en="is answered by an item without a value", ja="応答の項目に値がなかった"),
    body=json.dumps({"Item": {"StampId": {}}}),
)
EMPTY = BadAnswer(about=Words(en="is answered by {}", ja="応答が{}だった"))
HTML_ONCE = BadAnswer(
    about=Words(en="is answered by a page, once", ja="応答が一度だけHTMLだった"),
    body="<html>",
    times=1,
)
ALTERED = BadAnswer(
    about=Words(
        en="is answered by what has another checksum", ja="応答のチェックサムが一致しなかった"
    ),
    headers={"x-amz-crc32": "1"},
)
LOST = replace(
    ALTERED,
    about=Words(en="is done, and its answer is lost", ja="実行されたが応答が失われた"),
    times=1,
    delivered=True,
)
CONFLICT = BadAnswer(
    about=Words(en="conflicts with another one, once", ja="一度だけ他の処理と競合した"),
    status=400,
    body=_cancelled("TransactionConflict", "None", "None"),
    times=1,
)
COUNTED = replace(
    CONFLICT,
    about=Words(en="finds a counter moved, once", ja="一度だけ集計が変わっていた"),
    body=_cancelled("None", "ConditionalCheckFailed", "None"),
)
BUSY = replace(
    THROTTLED,
    about=Words(en="is cancelled by throttling", ja="スロットリングで取り消された"),
    body=_cancelled("ThrottlingError", "None", "None"),
)
LAGGING = BadAnswer(
    about=Words(en="is read from a replica that lags", ja="遅れたレプリカから読み取られた"),
    body=json.dumps({"Items": [], "Count": 0, "ScannedCount": 0}),
)
