"""A row that failed is repaired; one that nobody knows is looked at again, and says what that takes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aws.bounds import unset
from aws.converge import undo
from aws.difference import Difference
from aws.kinds.key import EXPIRY, GRANTS, KEY
from aws.ledger import Unplanned
from aws.section import ACCOUNT, CLOCK, NotTestable, Obstacle, Unparsed, Unread
from aws.words import SILENCE, Words
from signoff.judge.checklist import Checklist, Phase
from signoff.judge.outcome import Finding, Outcome, RowVerdict, finding, row_verdict
from signoff.judge.staleness import NotSigned
from signoff.report.remedy import as_typed, remedy, ways
from smoke.manual import ManualOnly
from tests.printed import all_of
from tests.provenance import PROVENANCE
from tests.unread import refused

PROCEDURES = Path(__file__).parents[3] / "runbook" / "procedures"
PROD = replace(
    PROVENANCE,
    environment="prod",
    production=True,
    api_url="https://api.example.jp/prod",
    load_plan="baseline",
    before="dev",
)


def told(row, outcome, reason, run=PROD):
    of = Checklist.load()[row]
    judged = RowVerdict(row=of, outcome=outcome, severity=of.severity, reason=Words.same(reason))
    return remedy(judged, run)


def test_a_row_that_failed_names_its_repair():
    assert told("SEC-17", Outcome.FAIL, "…").command == "python -m runbook api --env prod --go"


def test_user_of_a_wheel_is_told_no_command_that_takes_a_checkout():
    printed = {command for row in Checklist.load() for command in row.remedy}
    typed = {as_typed(command, installed=True) for command in printed}

    assert {command.partition(" --")[0].split()[0] for command in typed} == {"signoff"}
    assert as_typed("pytest --env prod", installed=False) == "pytest --env prod"


def test_commands_read_the_file_of_environments_that_the_run_read():
    ours = replace(PROD, elsewhere=("--api-url https://a.example", "--environments ours.toml"))

    failed = told("SEC-17", Outcome.FAIL, "…", ours)
    unknown = told("SEC-17", Outcome.NOT_TESTABLE, "…", ours)

    assert failed.command == "python -m runbook api --env prod --environments ours.toml --go"
    assert unknown.command == "pytest --env prod --environments ours.toml"


def test_commands_judge_the_rows_of_a_team_s_own_that_the_run_judged():
    ours = replace(PROD, checks="/srv/our rows", elsewhere=("--environments ours.toml",))

    unknown = told("SEC-17", Outcome.NOT_TESTABLE, "…", ours)
    failed = told("SEC-17", Outcome.FAIL, "…", ours)
    of_dev = told("PREP-01", Outcome.FAIL, "…", ours)

    assert unknown.command == "pytest --env prod --environments ours.toml --checks '/srv/our rows'"
    assert "--checks" not in failed.command + of_dev.command


@pytest.mark.parametrize("own_file", [True, False])
def test_file_that_lies_beside_its_application_is_no_other_than_the_environments_own(own_file):
    elsewhere = ("--environments todo/environments.toml",)
    run = replace(PROD, elsewhere=elsewhere, own_file=own_file)

    assert run.chosen == "--env prod --environments todo/environments.toml"
    assert (run.rehearsal is None) is own_file


@pytest.mark.parametrize(
    "command",
    [
        *("python -m load run", "signoff clean", "python -m runbook fix"),
        *("signoff accept ROLL-05", "signoff policy smoke"),
    ],
)
def test_every_command_of_ours_takes_the_file_of_environments(command):
    typed = as_typed(
        f"{command} --env prod --plan soak", "--environments ours.toml", installed=False
    )

    assert typed == f"{command} --env prod --environments ours.toml --plan soak"


def test_a_call_that_failed_is_not_signed_for_and_a_signature_of_before_is_given_anew():
    failed = Finding(row="SMOKE-06", outcome=Outcome.FAIL, words=Words.same("…"))
    row = Checklist.load()["SMOKE-06"]
    signed_before = replace(failed, stale="0a1b2c")

    assert remedy(row_verdict(row, [failed]), PROD).command == (
        "python -m runbook troubleshoot --env prod"
    )
    assert remedy(row_verdict(row, [signed_before]), PROD).command == (
        "python -m runbook by_hand --env prod --go"
    )


@pytest.mark.parametrize(
    "row", [row for row in Checklist.load() if row.signed], ids=lambda row: row.id
)
def test_row_that_nobody_has_signed_names_the_procedure_that_asks_for_the_signature(row):
    unsigned = finding(row.id, NotSigned(Words.same("nobody has signed")))
    procedure, _, _ = row.signed.partition("#")

    told = remedy(row_verdict(row, [unsigned]), PROD).command.split(" && ")
    assert f"python -m runbook {procedure} --env prod --go" in told


@pytest.mark.parametrize("of", ["prod", "dev", "staging"])
def test_no_remedy_of_before_the_cut_over_depends_on_a_good_verdict_or_is_the_run_itself(of):
    refusing = {
        path.stem
        for path in PROCEDURES.glob("*.py")
        if "hold_the_verdict" in path.read_text("utf-8")
    }
    run = replace(PROD, environment=of, production=of == "prod")
    # An environment that is its own `before` does not judge what one before it proves.
    alone = {"tried_before"} if run.before == of else set()
    before = [
        row for row in Checklist.load() if row.phase is Phase.BEFORE and row.optional not in alone
    ]
    commands = {row.id: [one.command for one in all_of(row, run)] for row in before}
    printed = {id_: re.findall(r"runbook (\w+)", " ".join(all_)) for id_, all_ in commands.items()}

    assert refusing == {"cutover"}
    assert [id_ for id_, names in printed.items() if refusing & {*names}] == []
    assert [id_ for id_, all_ in commands.items() if f"pytest --env {of}" in all_] == []


def test_the_load_run_is_that_of_the_plan_and_the_host_that_production_asks_for():
    command = "python -m load run --env prod --plan baseline --unlock api.example.jp"

    assert told("PREP-02", Outcome.FAIL, "…").command == command


def test_a_row_of_the_local_stack_names_the_masters_that_are_right_there():
    local = replace(PROD, environment="local", local=True)
    found = told("DATA-02", Outcome.FAIL, "…", local)

    assert found.command == "python -m runbook masters --env local --go"


def test_dev_is_run_by_the_name_that_the_environment_has_for_it():
    staged = replace(PROD, before="staging")
    found = told("PREP-01", Outcome.FAIL, "…", staged)

    assert found.command == "pytest --env staging"


def test_what_only_a_person_can_do_is_marked_in_both_languages():
    found = told("SEC-24", Outcome.FAIL, "…")

    assert found.command == ""
    assert "IAM console" in found.by_hand[0].en
    assert "IAMコンソール" in found.by_hand[0].ja


def test_a_surplus_is_detached_by_its_row_and_what_no_call_undoes_is_for_a_person():
    def differing(fact):
        one = Unplanned(kind=KEY.words, name="k1", fact=fact, found="x", call="")
        return Finding(
            row="SEC-05", outcome=Outcome.FAIL, words=Words.same("…"), differences=(one,)
        )

    def of(*findings):
        row = Checklist.load()["SEC-05"]
        return remedy(row_verdict(row, findings), PROD)

    granted, imported = differing(GRANTS), differing(EXPIRY)
    other = Finding(row="SEC-05", outcome=Outcome.FAIL, words=Words.same("under another key"))
    detach, secrets = (
        "python -m runbook detach --env prod --row SEC-05 --go",
        "python -m runbook secrets --env prod --go",
    )

    assert (of(granted).command, of(granted).by_hand) == (detach, ())
    assert of(imported).command == ""
    assert of(imported).by_hand[0].en.startswith("key k1: expires (x): KMS console")
    assert of(other).command == secrets
    assert of(granted, other).command == f"{detach} && {secrets}"


def test_the_secret_that_differs_is_the_one_that_is_replaced_whatever_its_sentence_says():
    def of(key):
        one = Unplanned(kind=SILENCE, name="…", fact=SILENCE, found="…", call="", remedy=key)
        found = Finding(
            row="SEC-27", outcome=Outcome.FAIL, words=Words(en="…", ja="…"), differences=(one,)
        )
        return remedy(row_verdict(Checklist.load()["SEC-27"], [found]), PROD).command

    assert of("token_key").endswith("--rotate token_key --go")
    assert of("line_token").endswith("--line-token-file FILE --go")


def test_what_only_time_repairs_is_told_with_the_moment_and_can_be_waited_for():
    until = datetime(2026, 12, 1, 0, 40, tzinfo=UTC)
    findings = [
        Finding(row="MON-07", outcome=Outcome.NOT_TESTABLE, words=Words.same("…"), until=one)
        for one in (until, until - timedelta(minutes=5), None)
    ]
    found = remedy(row_verdict(Checklist.load()["MON-07"], findings), PROD)

    assert found.note.en == "wait until 2026-12-01 09:40 JST, or let this command wait:"
    assert found.command == "pytest --env prod --wait"


def test_a_row_that_follows_has_the_remedy_of_its_root():
    finding = Finding(row="SEC-12", outcome=Outcome.FOLLOWS, words=Words.same("…"), root="SEC-14")
    found = remedy(row_verdict(Checklist.load()["SEC-12"], [finding]), PROD)

    assert found.command == ""
    assert "SEC-14" in found.note.en


def unknown(row, *errors):
    of = Checklist.load()[row]
    return remedy(row_verdict(of, [finding(row, error) for error in errors]), PROD)


@pytest.mark.parametrize(
    ("reason", "note"),
    [
        (
            "lambda:GetPolicy: AccessDeniedException: User is not authorized",
            "allow the reader lambda:GetPolicy (docs/reader-policy.json), then",
        ),
        (
            "apigateway:GetDomainName: AccessDenied",
            "allow the reader apigateway:GET (docs/reader-policy.json), then",
        ),
        (
            "s3:GetBucketEncryption: AccessDenied: Access Denied",
            "allow the reader s3:GetEncryptionConfiguration (docs/reader-policy.json), then",
        ),
        (
            "dynamodb:Scan: AccessDeniedException: ci is not authorized to perform: kms:Decrypt on …",
            "allow the reader kms:Decrypt (docs/reader-policy.json), then",
        ),
        (
            "lambda:GetPolicy: InvalidSignatureException: Signature expired: … is now earlier than …",
            f"{CLOCK.en}, then",
        ),
        (
            "s3:GetBucketPolicy: RequestTimeTooSkewed: The difference is too large.",
            f"{CLOCK.en}, then",
        ),
        (
            "kms:DescribeKey: OptInRequired: You are not subscribed to this service.",
            f"{ACCOUNT.en}, then",
        ),
        (
            "dynamodb:ListTables: InvalidSignatureException: The signature does not match.",
            "these credentials are refused or have expired: sign in again, then",
        ),
        (
            "s3:GetBucketPolicy: InvalidAccessKeyId: The AWS Access Key Id does not exist.",
            "these credentials are refused or have expired: sign in again, then",
        ),
        (
            "apigateway:GetStages: UnauthorizedException: no",
            "allow the reader apigateway:GET (docs/reader-policy.json), then",
        ),
        (
            "iam:ListRoles: ExpiredToken: The security token included in the request is expired",
            "these credentials are refused or have expired: sign in again, then",
        ),
        (
            "apigateway:GetExport: not asked, 120 s were over",
            "nothing is known yet, so there is nothing to repair: try again",
        ),
        (
            "lambda:GetPolicy: TooManyRequestsException: Rate exceeded",
            "nothing is known yet, so there is nothing to repair: try again",
        ),
    ],
)
def test_a_row_that_was_not_read_is_not_repaired(reason, note):
    found = unknown("SEC-17", Unread(refused(reason)))

    assert (found.note.en, found.command, found.by_hand) == (note, "pytest --env prod", ())


@pytest.mark.parametrize("obstacle", Obstacle)
def test_whatever_keeps_a_row_unknown_has_a_way_in_both_languages_that_repairs_nothing(obstacle):
    found = unknown("SEC-17", NotTestable(Words.same("…"), obstacle))

    assert found.note.en != found.note.ja
    assert "{" not in f"{found.note.en}{found.note.ja}{found.command}"
    assert "runbook api" not in found.command


def test_what_no_machine_may_try_is_signed_at_the_step_of_its_row():
    found = unknown("SMOKE-03", ManualOnly(Words.same("this environment allows no writes")))

    assert found.command == "python -m runbook by_hand --env prod --go"


def test_comparison_that_dev_is_too_old_for_begins_with_a_run_of_dev():
    found = unknown("SEC-04", NotTestable(Words.same("…"), Obstacle.ENVIRONMENT_BEFORE))

    assert found.command == "pytest --env dev && pytest --env prod"


def test_of_several_obstacles_each_is_told_and_what_a_person_does_comes_first():
    denied = Unread(refused("lambda:GetPolicy: AccessDeniedException"))
    found = unknown("SEC-17", NotTestable(Words.same("…")), denied, Unparsed(Words.same("…")))

    assert [part[:20] for part in found.note.en.split("; ")] == [
        "allow the reader lam",
        "read the expression ",
        "nothing is known yet",
    ]
    assert found.command == "pytest --env prod"


def test_what_a_person_takes_away_is_told_in_both_languages():
    found = Words(en="tables Users-prod", ja="テーブル Users-prod")
    told = undo.by_hand(Difference(KEY.words, "k1", EXPIRY, found, unset()).plain)

    assert "(tables Users-prod)" in told.en
    assert "（テーブル Users-prod）" in told.ja


def test_remedies_are_said_in_one_form_of_japanese():
    rows = Checklist.load()
    repairs = [remedy for row in rows for remedy in (row.repair, *row.remedies.values())]
    said = [repair.by_hand.ja for repair in repairs if repair.by_hand] + [
        note.ja for note, _ in ways().values()
    ]
    polite = [
        one for one in said if re.search(r"ください|ます[。（]|です[。（]|(?:ます|です)$", one)
    ]

    assert not polite
