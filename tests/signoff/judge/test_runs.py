"""What an operator meets on the command line when something is not as it should be."""

import pytest

from local.aws.request import refusal
from tests.folder_store import store_in
from tests.production import production_in
from tests.signoff.operator import judged, run

NO_SERVER = "http://127.0.0.1:9"
SOONEST = ("--row", "MON-10")
"""Who is asked, and of which account, is the same for a part, which collects one row's tests."""


def test_wrong_account_stops_before_any_check(prod):
    done = prod(SIGNOFF_ACCOUNT="111122223333")

    assert done.code == 4
    assert done.line("prod", "111122223333", "444455556666")
    assert "passed" not in done.said


def test_missing_credentials_stop_with_one_sentence(prod):
    done = prod(
        *SOONEST,
        AWS_ACCESS_KEY_ID=None,
        AWS_SECRET_ACCESS_KEY=None,
        AWS_EC2_METADATA_DISABLED="true",
        HOME="/nonexistent",
    )

    assert done.code == 4
    assert done.line("ERROR: NO VERDICT: prod", "credentials")


def test_unreachable_endpoint_stops_with_one_sentence(prod):
    done = prod(*SOONEST, AWS_ENDPOINT_URL=NO_SERVER)

    assert done.code == 4
    assert done.line("ERROR: NO VERDICT: prod", NO_SERVER)


def test_unknown_environment_names_those_that_exist():
    done = run("--env", "prd")

    assert done.code == 4
    assert done.line("prd", "dev", "prod", "local")


def test_missing_key_names_the_file_the_key_and_the_variable():
    done = run("--env", "prod")

    assert done.code == 4
    assert done.line("environments.toml", "account", "SIGNOFF_ACCOUNT")


def test_threshold_of_production_cannot_be_overridden(prod):
    done = prod(SIGNOFF_RETENTION_DAYS="1")

    assert done.code == 4
    assert done.line("SIGNOFF_RETENTION_DAYS")


def test_unknown_row_is_told_with_the_nearest():
    done = run("--row", "SEC-99")

    assert done.code == 4
    assert done.line("SEC-99 is not in checklist.toml", "did you mean")


def test_part_is_never_a_verdict_and_reads_only_what_it_needs(prod, aws):
    before = len(aws.calls)
    done = prod("--row", "MON-10")

    assert done.code == 1
    assert done.line("RED  MON-10")
    assert done.line("PART: 1 of")
    assert "GO" not in done.said.replace("NO-GO", "")
    read = {f"{call.service}:{call.operation}" for call in aws.calls[before:]}
    searched_for = "secretsmanager:GetSecretValue"  # before any answer enters
    assert read == {"sts:GetCallerIdentity", searched_for, "cloudwatch:GetDashboard"}


@pytest.fixture(scope="module")
def whole(aws, tmp_path_factory):
    """A whole run on the empty account, whose evidence store this machine has not seen; and that store."""
    folder = tmp_path_factory.mktemp("whole")
    store = store_in(folder, "prod", account="444455556666")
    store.append("load", {"plan": "smoke"}, caller="Hanako", release=None)
    store.head.path.unlink()
    return judged(aws, folder), folder


def test_empty_account_is_no_go_with_a_report(whole):
    done, _ = whole

    assert done.code == 1
    assert done.line("NO-GO (AWS_ENDPOINT_URL=", "not a production GO")
    result = done.result()
    assert result["verdict"]["decision"] == "NO-GO"
    failed = [row for row in result["verdict"]["rows"] if row["outcome"] == "fail"]
    assert failed
    assert all(row["reason"]["en"] and row["reason"]["ja"] for row in failed)


def test_run_says_that_this_machine_never_saw_the_folder_of_the_records(whole):
    done, folder = whole

    (notice,) = (entry for entry in done.result()["notices"] if "seen" in entry["en"])
    assert f"has not seen the evidence store {folder} before" in notice["en"]


def with_waiver(folder, row, until):
    """Return a file of environments whose production waives a row."""
    file = production_in(folder)
    waiver = f'[[prod.waivers]]\nrow = "{row}"\nuntil = {until}\nby = "Hanako"\nreason = "agreed with ops"\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{waiver}", encoding="utf-8")
    return file


@pytest.mark.parametrize("part", [[], ["--row=MON-10"]], ids=["whole", "part"])
def test_waiver_of_an_unknown_row_is_refused_before_the_first_call(aws, tmp_path, part):
    before = len(aws.calls)
    file = with_waiver(tmp_path, "MON-99", "2027-01-01")

    done = run("--env=prod", f"--environments={file}", *part, AWS_ENDPOINT_URL=aws.endpoint)

    assert done.code == 4
    assert done.line("waiver of MON-99: there is no such row; did you mean MON-")
    assert len(aws.calls) == before


def test_known_fault_of_an_unknown_row_is_refused(tmp_path):
    file = production_in(tmp_path)
    text = file.read_text(encoding="utf-8").replace(
        "[prod]\nproduction = true", "[dev]\nproduction = false"
    )
    file.write_text(
        f'{text}\n[dev.known_faults]\nMON-99 = "of the functions that dev has"\n', "utf-8"
    )

    done = run("--env=dev", f"--environments={file}")

    assert done.code == 4
    assert done.line("known fault of MON-99: there is no such row; did you mean MON-")


def test_part_refuses_an_expired_waiver_too(aws, tmp_path):
    file = with_waiver(tmp_path, "MON-10", "2020-01-01")

    done = run(
        "--env=prod", f"--environments={file}", "--row=DEP-01", AWS_ENDPOINT_URL=aws.endpoint
    )

    assert done.code == 4
    assert done.line("waiver of MON-10: expired on 2020-01-01")


@pytest.fixture
def expiring(aws):
    """Let AWS answer so many calls, and refuse all later ones as of a session that is over."""

    def after(calls):
        left = iter(range(calls))
        aws.faults.append(
            lambda request: (
                None
                if next(left, None) is not None
                else refusal(request, "ExpiredToken", "The security token included is expired", 403)
            )
        )

    yield after
    aws.faults.clear()


def test_credentials_that_expire_meanwhile_are_told_with_what_was_red(prod, expiring):
    expiring(40)

    done = prod()

    assert done.code == 1
    assert done.line("seen until then:")
    assert done.line("RED  ROLL-05")
    assert done.line("NO VERDICT for prod: these credentials ended during the run", "aws sso login")
