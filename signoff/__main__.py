"""``python -m signoff``, or ``signoff``: one entry to judging, and to what a judging run left."""

from signoff import ROOT
from signoff.commands.start import quiet_until_framed

if __name__ == "__main__":
    quiet_until_framed()

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from aws.visible import visible_line
from aws.words import Words, in_language, language, words_of
from signoff.commands.accept import add_accept
from signoff.commands.command_line import CommandLine, CommandLineError, refuse_rest
from signoff.commands.early import joined
from signoff.commands.frame import framed
from signoff.commands.init_command import add_init
from signoff.commands.policies import add_policy
from signoff.environment import load
from signoff.environment.calendar import in_japan
from signoff.environment.guard import open_session
from signoff.evidence import Record
from signoff.judge.exit_codes import EXIT_CODES
from signoff.judge.run_recording import Recorded, UnusableRecordingError, is_recording
from signoff.report.verify import RunVerification, UnusableRunError, provenance_of, verify

CLEAN, NEEDS = "smoke.__main__", "checks.needs_command"
"""Named, not imported: the judge knows neither smoke nor checks."""
DESCRIPTION = Words(
    en="One entry to judging an environment, and to what a judging run left.",
    ja="環境の判定と、判定の実行が残したファイルの扱い。",
)
EXAMPLES = Words(
    en="""\
examples:
  signoff needs --env prod                          what a GO needs: there or not, who, how long, which command
  signoff policy ci --env prod                      the rights of CI's role; also: reader, trust
  signoff judge --env prod                          the same as: pytest --env prod
  signoff replay report/prod/latest/inventory.json  judge what was read then by today's checks
  signoff verify report/prod/latest                 prove that the files of a run are unaltered
  signoff init --env prod --to environments.toml    propose an environment from what the account holds
  signoff accept MON-14 --by "Hanako Sato" --until 2026-12-31   who answers for a condition, and until when
  signoff clean --env prod                          delete what a killed run left
""",
    ja="""\
例:
  signoff needs --env prod                          GOに必要な前提（有無、担当、時間、コマンド）
  signoff policy ci --env prod                      CIのロールの権限（ほかにreader、trust）
  signoff judge --env prod                          pytest --env prodと同じ
  signoff replay report/prod/latest/inventory.json  当時の読み取り結果を現在のチェックで判定する
  signoff verify report/prod/latest                 実行のファイルが改変されていないことを確かめる
  signoff init --env prod --to environments.toml    アカウントの内容から環境を提案する
  signoff accept MON-14 --by 佐藤花子 --until 2026-12-31   条件に担当者と期限を付ける
  signoff clean --env prod                          強制終了した実行が残したものを削除する
""",
)


def options(lang: str = "en") -> CommandLine:
    """Describe the command line."""
    parser = CommandLine(
        prog="signoff",
        description=DESCRIPTION[lang],
        epilog=f"{EXAMPLES[lang]}\n{_exits(lang)}",
        lang=lang,
    )
    say, commands = parser.say, parser.commands()
    judging = commands.add_parser(
        "judge", add_help=False, help=say("judge an environment", "環境を判定する")
    )
    judging.set_defaults(command=_judge)
    replaying = commands.add_parser(
        "replay",
        help=say(
            "judge a saved inventory; no call is made",
            "保存したインベントリを判定する（呼び出しなし）",
        ),
    )
    replaying.add_argument(
        "inventory", type=Path, help=say("inventory.json of a run", "実行が残したinventory.json")
    )
    replaying.add_argument(
        "--env",
        metavar="NAME",
        help=say("default: the environment of that run", "既定: その実行の環境"),
    )
    replaying.set_defaults(command=_replay)
    verifying = commands.add_parser(
        "verify",
        help=say(
            "prove that the files of a run are unaltered",
            "実行のファイルが改変されていないことを確かめる",
        ),
    )
    verifying.add_argument(
        "folder",
        type=Path,
        help=say("folder of the run: report/prod/latest", "実行のフォルダ: report/prod/latest"),
    )
    verifying.add_environments()
    verifying.set_defaults(command=_verify)
    add_init(commands, say)
    needing = commands.add_parser(
        "needs",
        add_help=False,
        help=say("list every prerequisite of a GO", "GOに必要な前提を一覧する"),
    )
    needing.set_defaults(command=_needs)
    add_accept(commands, say)
    add_policy(commands, say)
    cleaning = commands.add_parser(
        "clean",
        add_help=False,
        help=say("delete what a killed run left", "強制終了した実行が残したものを削除する"),
    )
    cleaning.set_defaults(command=_clean)
    for one in (replaying, verifying):
        one.add_language()
    return parser


def _exits(lang: str) -> str:
    """List the exit codes, one a line."""
    heading = in_language(lang)("exit codes:", "終了コード:")
    return "\n".join(
        [heading, *(f"  {code:<4}{words[lang]}" for code, words in EXIT_CODES.items())]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    lang = language(sys.argv[1:] if arguments is None else arguments)
    asked, rest = options(lang).parse_known_args(arguments)
    command: Callable[[argparse.Namespace, list[str]], int] = asked.command
    asked.lang = lang
    return framed("signoff", lambda: command(asked, rest), lang)


def _judge(_: argparse.Namespace, rest: list[str]) -> int:
    """Become pytest at the root of this project, from wherever this was called; does not return."""
    arguments = [sys.executable, "-m", "pytest", *joined(rest, Path.cwd())]
    os.chdir(ROOT)
    os.execv(sys.executable, arguments)  # noqa: S606 - the same interpreter


def _replay(asked: argparse.Namespace, rest: list[str]) -> int:
    if not asked.inventory.is_file():
        raise CommandLineError(
            Words(
                en=f"there is no file {asked.inventory}; give the inventory.json of a run",
                ja=f"ファイル{asked.inventory}がありません。実行が残したinventory.jsonを指定してください",
            )
        )
    name = asked.env or _environment_of(asked.inventory)
    if name is None:
        raise CommandLineError(
            Words(
                en=f"{asked.inventory} does not say which environment it is of; add --env NAME",
                ja=f"{asked.inventory}からは環境が分かりません。--env NAMEを加えてください",
            )
        )
    replay = [f"--env={name}", f"--replay={asked.inventory.resolve()}", f"--lang={asked.lang}"]
    return _judge(asked, [*replay, *rest])


def _environment_of(inventory: Path) -> str | None:
    """Return the environment of the run whose folder holds this inventory; None if nothing there names it."""
    try:
        if is_recording(inventory):
            return Recorded.load(inventory).environment.name
        return str(provenance_of(inventory.parent)["environment"])
    except (UnusableRunError, UnusableRecordingError):
        return None


def _verify(asked: argparse.Namespace, rest: list[str]) -> int:
    refuse_rest(rest, "verify")
    try:
        name = provenance_of(asked.folder)["environment"]
    except UnusableRunError as error:
        raise CommandLineError(words_of(error)) from None
    environment = load(name, asked.environments).environment
    session = open_session(environment.region)
    found = verify(asked.folder, environment, client=session.client, root=ROOT)
    print("\n".join(one[asked.lang] for one in _sentences(asked.folder, found)))
    return 1 if found.problems else 0


def _sentences(folder: Path, found: RunVerification) -> Sequence[Words]:
    if found.problems or found.record is None:
        return [
            Words(en=f"NOT VERIFIED: {one.en}", ja=f"検証できません: {one.ja}")
            for one in found.problems
        ]
    record = found.record
    caller, at, decision = record.caller, in_japan(record.created), record.body["decision"]
    about = Words.same(record.environment)
    if record.birth is not None:
        about = Words(en=f"{about.en}, embedded", ja=f"{about.ja}（組み込みスタック）")
    verified = Words(
        en=f"VERIFIED: the files of {folder} are those of the run that {caller} recorded at {at}"
        f" ({decision} for {about.en}), signed by {found.key}",
        ja=f"検証済み: {folder}のファイルは、{caller}が{at}に記録した実行"
        f"（{about.ja}の{decision}、署名: {found.key}）のものです",
    )
    others = ", ".join(map(visible_line, found.unproven))
    unproven = Words(
        en=f"not of this run, so that nothing proves them: {others}",
        ja=f"この実行のものではなく、証明されていないファイル: {others}",
    )
    sentences = [verified, unproven] if found.unproven else [verified]
    return [*sentences, _newer(found.newer)] if found.newer else sentences


def _newer(run: Record) -> Words:
    at, decision = in_japan(run.created), run.body["decision"]
    return Words(
        en=f"NOT THE NEWEST: the run of {at} is later, and says {decision}: report/{run.environment}/{run.body['run']}",
        ja=f"最新ではありません: {at}の実行が後にあり、判定は{decision}です（report/{run.environment}/{run.body['run']}）",
    )


def _needs(_: argparse.Namespace, rest: list[str]) -> int:
    return int(import_module(NEEDS).main(rest))


def _clean(_: argparse.Namespace, rest: list[str]) -> int:
    return int(import_module(CLEAN).main(["clean", *rest]))


if __name__ == "__main__":
    sys.exit(main())
