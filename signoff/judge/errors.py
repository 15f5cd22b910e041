"""Why AWS, its client or the disk refused, in one sentence each: what was asked, what was found, what to do."""

import re
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from botocore import exceptions

from aws.door.failures import ReadFailure, code_of, message_of
from aws.section import ACCOUNT, CLOCK, DENIED, REFUSED, Obstacle, Unread, lacking, obstacle_of
from aws.visible import visible
from aws.words import SILENCE, Bilingual, Words, words_of
from signoff import INSTALLED, ROOT
from signoff.environment.guard import CREDENTIALS, no_credentials

UNANSWERED = (
    *(exceptions.HTTPClientError, exceptions.ConnectionError),
    *(exceptions.IncompleteReadError, exceptions.ChecksumError),
)
"""No answer, a part of one, or another one than was sent."""
BUSY = re.compile(r"throttl|toomanyrequests|slowdown|requestlimit|throughput", re.IGNORECASE)
"""Error codes of calls that came too fast."""
NOT_BY_A_GRANT = re.compile(
    r"(?:explicit deny in an? |because no (?!identity-based))([\w -]+ (?:policy|boundary))"
)
"""How AWS names the policy that denies; a service control policy, say, is not outweighed by an Allow of another one."""
PARAMETER = re.compile(r'parameter(?: in [\w.\[\]]+:| in input:)? "?([\w.\[\]]+)')
"""How botocore's report names a parameter; what stands beside it may be a secret."""
EXPECTED = (exceptions.ClientError, exceptions.BotoCoreError, OSError, ReadFailure, Unread)
"""What the AWS client, an incomplete answer and the disk raise; anything else is a fault of ours and is not caught."""
NO_VERDICT = Words(en="NO VERDICT", ja="判定なし")
THESE = Words(en="these credentials", ja="現在の認証情報")
FORBIDDEN = "403"
HEADS = {"HeadBucket": "s3:ListBucket", "HeadObject": "s3:GetObject"}
"""Operation -> the IAM action it needs: their answers have no body, so that a denial is only a status."""
FAULTS = (Path.cwd() if INSTALLED else ROOT) / "report"
"""Where a fault of ours leaves its traceback."""
MISTAKES = (AttributeError, ImportError, LookupError, NameError, TypeError)
"""What Python raises where code is wrong: running it again does not help."""


def sentence(error: BaseException, caller: str | Words = THESE, rights: str = "") -> Words:
    """Put an error of AWS or of the disk into one sentence, without any value that was sent.

    ``rights`` is the command that prints the policy that the refused call needs.
    """
    if isinstance(error, exceptions.ClientError):
        return _answered(error, caller, rights)
    if isinstance(error, exceptions.WaiterError):
        last = exceptions.ClientError(error.last_response, f"waiting for {error.kwargs['name']}")
        if code_of(last) in DENIED | REFUSED:
            return _answered(last, caller, rights)
    if isinstance(error, exceptions.BotoCoreError):
        return _of_the_client(error)
    if isinstance(error, ReadFailure | Unread):
        incomplete = error.why.words if isinstance(error, Unread) else words_of(error)
        return Words(
            en=f"AWS answered incompletely ({incomplete.en}): run it again, and if it says so again, look at that in the console",
            ja=f"AWSの応答が不完全です（{incomplete.ja}）。再実行し、繰り返す場合はコンソールで確認してください",
        )
    if isinstance(error, OSError) and not isinstance(error, Bilingual):
        place, why = error.filename, error.strerror or type(error).__name__
        return Words(
            en=f"{place or 'a file'} can't be used ({why}): check its folder and the disk, then run it"
            " again",
            ja=f"{place or 'ファイル'}を使用できません（{why}）。フォルダとディスクを確認し、再実行してください",
        )
    return words_of(error)


def _of_the_client(error: exceptions.BotoCoreError) -> Words:
    kind = type(error).__name__
    if isinstance(error, CREDENTIALS):
        why = no_credentials(error)
        return Words(en=f"AWS was not asked: {why.en}", ja=f"AWSに問い合わせていません: {why.ja}")
    if isinstance(error, UNANSWERED):
        at = error.kwargs.get("endpoint_url", "")
        return Words(
            en=f"AWS did not answer{f' at {at}' if at else ''} ({kind}): check the connection, then run it again",
            ja=f"AWSが応答しません（{f'{at}、' if at else ''}{kind}）。接続を確認し、再実行してください",
        )
    if isinstance(error, exceptions.WaiterError):
        name, reason = error.kwargs["name"], error.kwargs["reason"]
        return Words(
            en=f"AWS did not finish in time (waiting for {name}: {reason}): check its state in the console,"
            " then run it again",
            ja=f"AWSの処理が時間内に終わりません（{name}の待機: {reason}）。コンソールで状態を確認し、"
            "再実行してください",
        )
    if isinstance(error, exceptions.ParamValidationError):
        report = str(error.kwargs["report"])
        parameters = ", ".join(PARAMETER.findall(report))
        if report.startswith(("Unknown parameter", "Missing required")):  # no value's fault
            return Words(
                en=f"AWS was not asked: the installed boto3 asks for it otherwise ({parameters}); install"
                " the versions in requirements.lock, or report this if the change is not yours",
                ja=f"AWSに問い合わせていません: インストール済みのboto3では指定方法が異なります（{parameters}）。"
                "requirements.lockのバージョンをインストールするか、変更した覚えがない場合は報告してください",
            )
        return Words(
            en=f"AWS was not asked: it does not take this {parameters or 'parameter'}; check the value in"
            " environments.toml or on the command line, then run it again",
            ja=f"AWSに問い合わせていません: {parameters or 'パラメータ'}の値が不正です。environments.tomlまたは"
            "コマンドラインの値を確認し、再実行してください",
        )
    return Words(
        en=f"the AWS client gave up ({kind}): check its configuration (~/.aws/config, the variables that"
        " begin with AWS_), then run it again",
        ja=f"AWSクライアントのエラーです（{kind}）。設定（~/.aws/config、AWS_で始まる環境変数）を確認し、"
        "再実行してください",
    )


class UnusableFileError(Bilingual):
    """A file is not the one of a run that it should be; the message says what to give instead."""


def _missing(error: exceptions.ClientError) -> Words:
    action, resource = lacking(message_of(error))
    action = action or HEADS.get(error.operation_name, "")
    if not action:
        return Words.same("")
    return Words(
        en=f" (missing: {action}{f' on {resource}' if resource else ''})",
        ja=f"（不足: {action}{f'、対象: {resource}' if resource else ''}）",
    )


def _answered(error: exceptions.ClientError, caller: str | Words, rights: str) -> Words:
    code, operation = code_of(error), error.operation_name
    message = " ".join(message_of(error).split())[:300].rstrip(".")
    principal = Words.same(caller) if isinstance(caller, str) else caller
    if code == FORBIDDEN and operation in HEADS:
        return _denied(error, principal, rights)
    match obstacle_of(code, message):
        case Obstacle.CALLER_RIGHTS:
            return _denied(error, principal, rights)
        case Obstacle.CREDENTIALS:
            return Words(
                en=f"{operation}: the credentials are no longer valid ({code}); sign in, then run it again",
                ja=f"{operation}: 認証情報が無効です（{code}）。ログインし直してから再実行してください",
            )
        case Obstacle.CLOCK | Obstacle.ACCOUNT as obstacle:
            why = CLOCK if obstacle is Obstacle.CLOCK else ACCOUNT
            return Words(
                en=f"{operation}: {why.en}, then run it again ({code})",
                ja=f"{operation}: {why.ja}。その後に再実行してください（{code}）",
            )
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    reason = ": ".join(filter(None, (code, message)))
    again = Words(en="; run it again in a minute", ja="。しばらく待ってから再実行してください")
    then = again if status >= HTTPStatus.INTERNAL_SERVER_ERROR or BUSY.search(code) else SILENCE
    return Words(
        en=f"{operation} failed: {reason}{then.en}",
        ja=f"{operation}が失敗しました: {reason}{then.ja}",
    )


def _denied(error: exceptions.ClientError, principal: Words, rights: str) -> Words:
    lacks = _missing(error)
    if denying := NOT_BY_A_GRANT.search(message_of(error)):
        return Words(
            en=f"{error.operation_name} was denied to {principal.en}{lacks.en} by the {denying[1]}: have it changed,"
            " since no other policy can allow what it denies, then run it again",
            ja=f"{principal.ja}に{error.operation_name}の権限がありません{lacks.ja}。拒否しているのは{denying[1]}です。"
            "他のポリシーで許可しても解決しないため、これを変更してから再実行してください",
        )
    return Words(
        en=f"{error.operation_name} was denied to {principal.en}{lacks.en}: allow it"
        f"{f' ({rights} prints the whole policy)' if rights else ''}, then run it again",
        ja=f"{principal.ja}に{error.operation_name}の権限がありません{lacks.ja}。許可してから再実行してください"
        f"{f'（必要なポリシーの全体: {rights}）' if rights else ''}",
    )


def cause_of(error: BaseException, *folders: Path) -> str:
    """Return the error behind what pytest raised of it; the line is the last one of these folders."""
    while error.__cause__ is not None:
        error = error.__cause__
    first = (str(error).splitlines() or [""])[0]
    return f"{_place(error, folders)}{type(error).__name__}: {first}"


def _place(error: BaseException, folders: Iterable[Path]) -> str:
    frames = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename or "?", error.lineno))
    for name, line in reversed(frames):
        for folder in (each for each in folders if Path(name).is_relative_to(each)):
            if ".venv" not in (path := Path(name).relative_to(folder)).parts:
                return f"{path}:{line}: "
    return ""


def broken(error: BaseException, *folders: Path) -> Words:
    """Name the line that keeps a module from being imported, and say what to do."""
    cause = cause_of(error, *folders)
    return Words(
        en=f"{cause}; fix that line, or report it if the change is not yours",
        ja=f"{cause}。その箇所を修正するか、自分の変更でなければ報告してください",
    )


def fault(error: BaseException, folder: Path = FAULTS) -> Words:
    """Keep the traceback in a file, and return the sentence that names it; a team's own code that does not parse is no fault of ours."""
    file = Path(getattr(error, "filename", None) or ROOT)
    if isinstance(error, SyntaxError) and not file.is_relative_to(ROOT):
        cause = f"{file}:{error.lineno}: {error.msg}"
        return Words(en=f"{cause}; fix that line", ja=f"{cause}。その箇所を修正してください")
    cause = cause_of(error, ROOT)
    en, ja = f"a fault of this software ({cause})", f"本ソフトウェアの不具合です（{cause}）"
    path = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = visible("".join(traceback.format_exception(error)))
        path.write_text(text, encoding="utf-8")
    except OSError as full:
        return Words(
            en=f"{en}; its traceback could not be written ({full}): please report it",
            ja=f"{ja}。トレースバックを書き込めませんでした（{full}）。ご報告ください",
        )
    return Words(en=f"{en}; please report it with {path}", ja=f"{ja}。{path}を添えてご報告ください")
