"""``signoff verify``: says whether the files of a run are the ones that it wrote, and whether a newer run exists."""

from collections.abc import Sequence
from pathlib import Path

from aws.visible import visible_line
from aws.words import Words
from signoff import environments_file_of, home_of
from signoff.environment import in_japan, load
from signoff.environment.guard import open_session
from signoff.evidence import Record
from signoff.judge.exit_codes import Exit
from signoff.report.verify import RunVerification, provenance_of, verify


def verify_run(folder: Path, environments: Path | None, lang: str, root: Path | None = None) -> int:
    environments = environments or environments_file_of(folder)
    environment = load(provenance_of(folder)["environment"], environments).environment
    session = open_session(environment.region)
    verification = verify(
        folder, environment, client=session.client, root=root or home_of(environments)
    )
    print("\n".join(sentence[lang] for sentence in _sentences(folder, verification)))
    return Exit.NO if verification.problems or verification.superseded else Exit.DONE


def _sentences(folder: Path, verification: RunVerification) -> Sequence[Words]:
    if verification.problems or verification.record is None:
        return [
            Words(en=f"NOT VERIFIED: {problem.en}", ja=f"検証できません: {problem.ja}")
            for problem in verification.problems
        ]
    record = verification.record
    caller, at, decision = record.caller, in_japan(record.created), record.body["decision"]
    about = Words.same(record.environment)
    if record.birth is not None:
        about = Words(en=f"{about.en}, embedded", ja=f"{about.ja}（組み込みスタック）")
    verified = Words(
        en=f"VERIFIED: the files of {folder} are those of the run that {caller} recorded at {at}"
        f" ({decision} for {about.en}), signed by {verification.key}",
        ja=f"検証済み: {folder}のファイルは、{caller}が{at}に記録した実行"
        f"（{about.ja}の{decision}、署名: {verification.key}）のものです",
    )
    others = ", ".join(map(visible_line, verification.unproven))
    unproven = Words(
        en=f"not of this run, so that nothing proves them: {others}",
        ja=f"この実行のものではなく、照合していないファイル: {others}",
    )
    sentences = [verified, unproven] if verification.unproven else [verified]
    return [*sentences, _newer(verification.newer)] if verification.newer else sentences


def _newer(run: Record) -> Words:
    at, decision = in_japan(run.created), run.body["decision"]
    return Words(
        en=f"NOT THE NEWEST: the run of {at} is later, and says {decision}: report/{run.environment}/{run.body['run']}",
        ja=f"最新ではありません: {at}の実行が後にあり、判定は{decision}です（report/{run.environment}/{run.body['run']}）",
    )
