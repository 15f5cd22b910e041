"""An environment is complete and typed, or each problem is told: where, what was found, what to write."""

import re
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from botocore.session import get_session

from load.plans import plans
from signoff.commands.options import phase_of
from signoff.environment import ENVIRONMENTS, EnvironmentFileError, load, names, option_of, peek
from signoff.environment.application import Memory, TimeOut
from signoff.environment.overrides import keys
from signoff.environment.value_types import LoadPlan
from tests.healthy import healthy


def test_environment_has_the_values_of_its_table(path):
    environment = load("prod", path, {}).environment

    assert environment.name == "prod"
    assert environment.throttle.daily_quota == 100_000
    assert environment.go_live == date(2026, 12, 1)
    assert environment.tables["users"] == "Users-prod"
    assert environment.waivers == ()


def test_name_of_a_person_may_be_one_kanji(changed):
    path = changed(
        "go_live = 2026-12-01", 'accepted = [{ what = "MON-01", by = "林", until = 2026-12-10 }]'
    )

    (accepted,) = load("prod", path, {}).environment.accepted
    assert accepted.by == "林"


def test_reason_may_be_five_kanji(changed):
    waiver = 'row = "MON-01", until = 2026-12-10, reason = "夜間は停止", by = "林"'

    path = changed("go_live = 2026-12-01", f"waivers = [{{ {waiver} }}]")

    assert load("prod", path, {}).environment.waivers[0].reason == "夜間は停止"


UNSEEN = "write it again by hand: it has a character that is not seen"


@pytest.mark.parametrize(
    ("name", "shown", "meant"),
    [
        ("production", "production", ""),
        ("ｐｒｏｄ。", "ｐｒｏｄ。", "; did you mean prod?"),
        ("", '""', ""),
    ],
)
def test_unknown_environment_names_those_that_there_are_and_the_one_that_was_meant(
    path, name, shown, meant
):
    with pytest.raises(EnvironmentFileError) as caught:
        load(name, path, {})

    assert (
        str(caught.value)
        == f"environments.toml has no environment {shown}; it has dev, prod{meant}"
    )


@pytest.mark.parametrize("name", ["a b", "../prod", "prod.tokyo", "--go"])
def test_name_that_is_no_folder_or_word_of_a_command_is_refused(changed, name):
    path = changed("[prod]", f'["{name}"]')

    with pytest.raises(EnvironmentFileError, match=f"^{name} can't be the name of an environment"):
        load(name, path, {})


def test_file_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(EnvironmentFileError, match=r"nowhere\.toml does not exist; create it"):
        load("prod", tmp_path / "nowhere.toml", {})


@pytest.mark.parametrize(
    ("name", "proposed"), [("local", "prod"), ("stage", "stage")], ids=["of the example", "another"]
)
def test_wheel_in_a_folder_without_a_file_judges_no_example(name, proposed, tmp_path):
    installed = tmp_path / "site-packages" / "environments.toml"
    installed.parent.mkdir()
    installed.write_bytes(ENVIRONMENTS.read_bytes())

    with pytest.raises(EnvironmentFileError) as caught:
        load(name, installed, {})

    (told,) = caught.value.problems
    assert told.en.startswith("this folder has no environments.toml, so there is no application")
    assert told.en.endswith(f"signoff init --env {proposed} --to environments.toml")


def test_printed_command_finds_a_file_of_environments_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "環境 2").mkdir()
    monkeypatch.chdir(tmp_path / "環境 2")

    assert option_of(Path("e.toml")) == f"--environments '{tmp_path}/環境 2/e.toml'"
    assert option_of(ENVIRONMENTS) == ""


def test_folder_in_place_of_the_file_is_told(tmp_path):
    with pytest.raises(
        EnvironmentFileError, match=r"can't be read \(Is a directory\); name a file"
    ):
        load("prod", tmp_path)


@pytest.mark.parametrize(
    "region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"]
)
def test_region_of_another_partition_is_refused_since_its_arns_differ(region, path):
    with pytest.raises(EnvironmentFileError, match="not of China or GovCloud"):
        load("prod", path, {"SIGNOFF_REGION": region})


def test_production_of_another_name_is_not_its_own_environment_before(changed):
    path = changed("[prod]\n", '[main]\nbefore = "main"\n')

    with pytest.raises(EnvironmentFileError, match=r"main.before is this environment itself; name"):
        load("main", path, {})


def test_file_cannot_say_that_its_environment_is_embedded(changed):
    path = changed("[prod]\n", '[prod]\nbirth = "2026"\n')

    with pytest.raises(EnvironmentFileError, match="a local stack sets it for itself"):
        load("prod", path, {})


def test_file_that_is_not_utf_8_is_told_without_pythons_words(tmp_path):
    path = tmp_path / "environments.toml"
    path.write_bytes('[prod]\norigin = "例"\n'.encode("cp932"))

    with pytest.raises(
        EnvironmentFileError, match=r"environments\.toml is not UTF-8 text; save it"
    ):
        load("prod", path, {})


def test_mark_of_utf_8_at_the_start_is_no_fault(path):
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert load("prod", path, {}).environment.name == "prod"


def test_bad_toml_names_line_and_column(changed):
    path = changed('stage = "prod"', "stage = prod")

    with pytest.raises(
        EnvironmentFileError, match=r"environments\.toml is not TOML: .*line 10, column 9"
    ):
        load("prod", path, {})


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("stage = “prod”", "LEFT DOUBLE QUOTATION MARK"),
        ('stage\u00a0= "prod"', "NO-BREAK SPACE"),
        ("rate = １０", "FULLWIDTH DIGIT ONE"),
        ("［prod］", "FULLWIDTH LEFT SQUARE BRACKET"),
    ],
)
def test_letter_that_only_looks_like_one_of_toml_is_named_with_its_line(line, name, tmp_path):
    file = tmp_path / "environments.toml"
    file.write_text(f'[prod]  # 本番\nrole = "\\"担当\\""\n{line}\n', encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match=rf"; line 3 has . \({name}\) outside quotes"):
        load("prod", file, {})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'prefix = "rally-prod"',
            'prefix = "rally-prod-"',
            (
                'prod.prefix is "rally-prod-"; write 3 or more letters, digits, hyphens and underscores, of which the'
                " first is a letter, and the last a letter or a digit"
            ),
        ),
        (
            'account = "444455556666"',
            'account = "4444"',
            'prod.account is "4444"; write the 12 digits of the AWS account',
        ),
        (
            'account = "444455556666"',
            "account = 444455556666",
            "prod.account is 444455556666; write text, in quotes",
        ),
        (
            'account = "444455556666"\n',
            "",
            (
                "prod.account is missing; write account = … (the 12 digits of the AWS account), "
                "or set SIGNOFF_ACCOUNT"
            ),
        ),
        (
            "retention_days = 30",
            'retention_days = "30"',
            'prod.retention_days is "30"; write a whole number, without quotes',
        ),
        (
            "retention_days = 30",
            "retention_days = 45",
            (
                "prod.retention_days is 45; CloudWatch Logs does not take this number of days; write one of"
                " 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192,"
                " 2557, 2922, 3288, 3653"
            ),
        ),
        (
            "retention_days = 30",
            'retention_days = 30\nsecret_key = "alias/rally"',
            (
                'prod.secret_key is "alias/rally"; a role may decrypt only with a key that its policy'
                " names by ARN; write that ARN, arn:aws:kms:…:key/…, or alias/aws/secretsmanager"
            ),
        ),
        (
            "retention_days = 30",
            'retention_days = 30\ntable_key = "alias/rally"',
            (
                'prod.table_key is "alias/rally"; a role may decrypt only with a key that its policy'
                " names by ARN; write that ARN, arn:aws:kms:…:key/…, or alias/aws/dynamodb"
            ),
        ),
        (
            "retention_days = 30",
            "retention_days = 0",
            "prod.retention_days is 0; write a number greater than 0",
        ),
        (
            "retention_days = 30",
            "retention_days = 30\nretention_day = 30",
            "prod.retention_day is not a key of an environment; did you mean retention_days?",
        ),
        (
            "retention_days = 30",
            'retention_days = 30\nsecrets_in = "variables"',
            "prod.secrets_in is not a key of an environment; remove it",
        ),
        ("rate = 1000, ", "", "prod.throttle.rate is missing; write rate = …"),
        (
            "rate = 1000",
            'rate = 1000, evidence = "evidence"',
            "prod.throttle.evidence is not a key of an environment; did you mean evidence?",
        ),
        (
            "go_live = 2026-12-01",
            "daily_quota = 100",
            "prod.daily_quota is not a key of an environment; did you mean throttle.daily_quota?",
        ),
        (
            "go_live = 2026-12-01",
            "memory_mb = 64",
            "prod.memory_mb is 64; write a number of at least 128",
        ),
        (
            "go_live = 2026-12-01",
            "functions = { award = { timeout_s = 5401 } }",
            "prod.functions.award.timeout_s is 5401; write a number of at most 5400",
        ),
        (
            "period_s = 300",
            "period_s = 604860",
            "prod.alarms.period_s is 604860; write a number of at most 604800",
        ),
        (
            "period_s = 300",
            "period_s = 90",
            "prod.alarms.period_s is 90; write a multiple of 60",
        ),
        (
            "rate = 1000",
            "rate = 1000, rates = 1",
            "prod.throttle.rates is not a key of an environment; did you mean throttle.rate?",
        ),
        (
            'line = { channel_id = "2001234567" }',
            "",
            "prod.line is missing; write line = { channel_id = … }, or set SIGNOFF_LINE__CHANNEL_ID",
        ),
        (
            '"2001234567"',
            '"123"',
            'prod.line.channel_id is "123"; write the 10 digits of the LINE channel',
        ),
        (
            "go_live = 2026-12-01",
            'go_live = "soon"',
            'prod.go_live is "soon"; write a day, such as 2026-12-01',
        ),
        (
            '"ap-northeast-1"',
            '"ap-norteast-１"',
            (
                'prod.region is "ap-norteast-１"; write an AWS Region that botocore knows, such as ap-northeast-1'
                " (not of China or GovCloud, whose ARNs differ); did you mean ap-northeast-1?"
            ),
        ),
        (
            "go_live = 2026-12-01",
            'alert_email = "当番 <on-call@example.jp>"',
            'prod.alert_email is "当番 <on-call@example.jp>"; write one mail address, such as on-call@example.jp',
        ),
        (
            "go_live = 2026-12-01",
            'before = "stagin"',
            "prod.before names stagin, which does not exist; there are dev, prod",
        ),
        (
            "go_live = 2026-12-01",
            'accepted = [{ what = "a", by = "……", until = 2026-12-10 }]',
            'prod.accepted.0.by is "……"; write the name of a person',
        ),
        (
            "go_live = 2026-12-01",
            'accepted = [{ what = "a", by = "ＴＢＤ", until = 2026-12-10 }]',
            'prod.accepted.0.by is "ＴＢＤ"; write the name of a person',
        ),
        (
            "go_live = 2026-12-01",
            'accepted = [{ what = "a", by = "担当者", until = 2026-12-10 }]',
            'prod.accepted.0.by is "担当者"; write the name of a person',
        ),
        (
            "go_live = 2026-12-01",
            'signers = [{ name = "林", role = "lead", contact = "a" }, { name = "林", role = "QA", contact = "b" }]',
            (
                'prod.signers is [{"name": "林", "role": "lead", "contact": "a"},'
                ' {"name": "林", "role": "QA", "contact": "b"}]; 林 stands there twice; delete one'
            ),
        ),
        (
            "go_live = 2026-12-01",
            "go_live = 20261201",
            "prod.go_live is 20261201; write a day, such as 2026-12-01",
        ),
        (
            '"2001234567" }',
            '"2001234567", liff_id = "https://liff.line.me/2001234567-AbcdEfgh" }',
            (
                'prod.line.liff_id is "https://liff.line.me/2001234567-AbcdEfgh";'
                " write the id of the LIFF app alone, such as 1234567890-AbcdEfgh"
            ),
        ),
        ("go_live = 2026-12-01", 'pitr = "yes"', 'prod.pitr is "yes"; write true / false'),
        (
            '"https://rally.example.jp"',
            '"https://rally.example.jp/"',
            (
                'prod.origin is "https://rally.example.jp/"; write https://rally.example.jp, '
                "as a browser's Origin header does"
            ),
        ),
        (
            '"https://rally.example.jp"',
            '"*"',
            'prod.origin is "*"; write the one origin of the front end, such as "https://rally.example.jp"',
        ),
        (
            "go_live = 2026-12-01",
            'known_faults = { SMOKE-15 = "no route checks the session" }',
            (
                "prod.known_faults is for environments without users; remove it, and waive a row of "
                "production for a limited time"
            ),
        ),
        (
            "go_live = 2026-12-01",
            'waivers = [{ row = "MON-01", until = 2026-12-10, reason = "late" }]',
            (
                'prod.waivers.0.reason is "late"; write at least 10 letters\n'
                "environments.toml: prod.waivers.0.by is missing; write by = …"
            ),
        ),
        (
            "go_live = 2026-12-01",
            'accepted = [{ what = "MON-01", by = " \u3000 ", until = 2026-12-10 }]',
            'prod.accepted.0.by is " \u3000 "; write the name of a person',
        ),
        (
            "go_live = 2026-12-01",
            'smoke = { test_user = "Taro" }',
            'prod.smoke.test_user is "Taro"; write the id that LINE gives a user or a bot: U and 32 hexadecimal digits',
        ),
        ("go_live = 2026-12-01", "domain = 5", "prod.domain is 5; write a table, { … }"),
        (
            '"444455556666"',
            '"４４４４５５５５６６６６"',
            'prod.account is "４４４４５５５５６６６６"; write the 12 digits of the AWS account',
        ),
        (
            "target_rate = 200",
            "target_rate = 200\nseconds_per_call = inf",
            "prod.seconds_per_call is Infinity; write a number",
        ),
        (
            "target_rate = 200",
            "demand = { visitors = 1, stamps_each = 1, hours = 5e-324 }",
            "prod.demand.hours is 5e-324; write a number of at least 0.01",
        ),
        (
            '"report/prod/evidence"',
            '"S3://evidence/prod"',
            'prod.evidence is "S3://evidence/prod"; write s3://bucket/prefix, or a folder, without ~',
        ),
        (
            '"report/prod/evidence"',
            '"s3:///prod"',
            'prod.evidence is "s3:///prod"; write s3://bucket/prefix, or a folder, without ~',
        ),
        (
            '"report/prod/evidence"',
            '" report/prod/evidence"',
            'prod.evidence is " report/prod/evidence"; write s3://bucket/prefix, or a folder, without ~',
        ),
        (
            '"report/prod/evidence"',
            '"report/prod/evidence\u3000"',
            'prod.evidence is "report/prod/evidence\u3000"; write s3://bucket/prefix, or a folder, without ~',
        ),
        (
            '"report/prod/evidence"',
            '"ｓ３：／／rally/prod"',
            'prod.evidence is "ｓ３：／／rally/prod"; write s3://bucket/prefix, or a folder, without ~',
        ),
        (
            '"report/prod/evidence"',
            '"s3://rally/prod "',
            'prod.evidence is "s3://rally/prod "; write s3://bucket/prefix, or a folder, without ~',
        ),
        (
            '"report/prod/evidence"',
            '"s3://rally/prod\u200b"',
            f'prod.evidence is "s3://rally/prod\u200b"; {UNSEEN}',
        ),
        (
            'tags = { Environment = "prod"',
            'tags = { "Environment\u200b" = "prod"',
            f'prod.tags is {{"Environment\u200b": "prod", "Project": "CC"}}; {UNSEEN}',
        ),
        *(
            (
                'tags = { Environment = "prod"',
                f"tags = {{ {key} = {value}",
                f'prod.tags is {{{key}: {value}, "Project": "CC"}}; AWS takes 50 tags, and letters, digits, spaces and _.:/=+-@ alone: write 1 to 128 as a key, which does not begin with aws:, and up to 256 as a value',
            )
            for key, value in {
                '"Environment"': '"prod, live"',
                '"Cost#Center"': '"prod"',
                '"AWS:env"': '"prod"',
                '""': '"prod"',
                '"担当・部署"': '"prod"',
                '"Owner"': f'"{"a" * 257}"',
                f'"{"k" * 129}"': '"prod"',
                '"Name"': '"か\u3099"',
            }.items()
        ),
        (
            "go_live = 2026-12-01",
            'front_end = { url = "https://rally.example.jp/app\u200b" }',
            f'prod.front_end.url is "https://rally.example.jp/app\u200b"; {UNSEEN}',
        ),
        (
            "go_live = 2026-12-01",
            'runtime = "python3.1３"',
            'prod.runtime is "python3.1３"; write it in ASCII, without blanks',
        ),
        (
            "go_live = 2026-12-01",
            'administrators = ["arn:aws:iam::123456789012:role/ops\u200b"]',
            'prod.administrators.0 is "arn:aws:iam::123456789012:role/ops\u200b"; write it in ASCII, without blanks',
        ),
        (
            "go_live = 2026-12-01",
            'domain = { name = "api.example.jp", hosted_zone = "Z0123 " }',
            'prod.domain.hosted_zone is "Z0123 "; write it in ASCII, without blanks',
        ),
        (
            "go_live = 2026-12-01",
            'domain = { name = "https://api.example.jp" }',
            (
                'prod.domain.name is "https://api.example.jp"; write the host alone,'
                " such as api.rally.example.jp"
            ),
        ),
        (
            "go_live = 2026-12-01",
            "table_settings.users.pitr_day = 3",
            "prod.table_settings.users.pitr_day is not a key of an environment; remove it",
        ),
        (
            "[dev]",
            'account = "444455556666"\n[dev]',
            "account is not the table of an environment; write it below a header such as [prod]",
        ),
        (
            '[dev]\norigin = "*"',
            "dev = 3",
            "dev is not the table of an environment; write it below a header such as [prod]",
        ),
        (
            "go_live = 2026-12-01",
            'billing = "FREE"',
            "prod.billing is \"FREE\"; write 'PAY_PER_REQUEST' or 'PROVISIONED'",
        ),
        (
            "go_live = 2026-12-01",
            "authorizer_ttl_s = 4000",
            "prod.authorizer_ttl_s is 4000; write a number of at most 3600",
        ),
    ],
)
def test_problem_is_one_sentence(old, new, sentence, changed):
    path = changed(old, new)

    with pytest.raises(EnvironmentFileError) as caught:
        load("prod", path, {})

    assert str(caught.value) == f"environments.toml: {sentence}"


@pytest.mark.parametrize("count", [50, 51])
def test_tags_are_as_many_as_aws_takes(count, changed):
    more = ", ".join(f'"{number}" = "a"' for number in range(count - 2))
    path = changed('tags = { Environment = "prod"', f'tags = {{ {more}, Environment = "prod"')

    fits = nullcontext() if count == 50 else pytest.raises(EnvironmentFileError, match="50 tags")
    with fits:
        load("prod", path, {})


def test_all_problems_are_told_at_once(changed):
    changed("target_rate = 200", "target_rate = -1")
    path = changed("retention_days = 30\n", "")

    with pytest.raises(EnvironmentFileError) as caught:
        load("prod", path, {})

    assert len(caught.value.problems) == 2


def test_all_values_that_do_not_fit_each_other_are_told_at_once(changed):
    changed('"https://rally.example.jp"', '"http://rally.example.jp"')
    changed("go_live = 2026-12-01", 'before = "stagin"')
    path = changed('userstamps = "UserStamps-prod"', 'userstamps = "Users-prod"')

    with pytest.raises(EnvironmentFileError) as caught:
        load("prod", path, {})

    told = "one name, Users-prod.*prod.origin is .http:.*prod.before names stagin"
    assert re.search(told, str(caught.value), re.DOTALL)


def test_origin_that_is_missing_is_told_with_the_rest(changed):
    changed('origin = "https://rally.example.jp"\n', "")
    path = changed("retention_days = 30\n", "")

    with pytest.raises(EnvironmentFileError) as caught:
        load("prod", path, {})

    missing = ["retention_days is missing", "origin is missing"]
    assert [
        words.en.partition(";")[0].partition("prod.")[2] for words in caught.value.problems
    ] == missing


FOLLOWING = """\
front_end = { url = "https://Rally.example.jp:8443/stamps/" }
season = { begins = 2026-12-05, ends = 2026-12-31 }
demand = { visitors = 20000, stamps_each = 5, hours = 8 }
"""


def test_what_follows_from_another_key_is_derived_and_shown(changed):
    changed('origin = "https://rally.example.jp"\n', "")
    changed("go_live = 2026-12-01\n", "")
    path = changed("target_rate = 200\n", FOLLOWING)

    loaded = load("prod", path, {})

    assert loaded.environment.origin == "https://rally.example.jp:8443"
    assert loaded.environment.target_rate == 53
    assert loaded.environment.go_live == date(2026, 12, 5)
    assert loaded.derived.en == (
        "origin = https://rally.example.jp:8443 (from front_end.url), target_rate = 53 (from demand), "
        "go_live = 2026-12-05 (from season.begins)"
    )


def test_key_of_the_file_wins_over_what_would_follow(changed):
    loaded = load("prod", changed("target_rate = 200\n", f"target_rate = 200\n{FOLLOWING}"), {})

    assert loaded.environment.origin == "https://rally.example.jp"
    assert loaded.environment.target_rate == 200
    assert loaded.environment.go_live == date(2026, 12, 1)
    assert not loaded.derived


def test_few_visitors_still_make_a_rate_that_means_something(changed):
    few = "demand = { visitors = 10, stamps_each = 5, hours = 8 }\n"

    assert load("prod", changed("target_rate = 200\n", few), {}).environment.target_rate == 10


def test_without_a_demand_the_rate_is_the_one_shipped_before(changed):
    loaded = load("prod", changed("target_rate = 200\n", ""), {})

    assert loaded.environment.target_rate == 200
    assert not loaded.derived


@pytest.mark.parametrize("origin", ["", 'origin = "https://rally.example.jp"\n'])
@pytest.mark.parametrize(
    "url",
    [
        *("rally.example.jp", "ftp://rally.example.jp", "https://", "https:///app", ""),
        *(
            "https://rally.example.jp ",
            "https://rally.example.jp.",
            "https://rally.example.jp:99999",
        ),
        "https://ra lly.example.jp/app",
    ],
)
def test_address_that_is_no_page_is_told_by_its_key_and_with_the_remedy(changed, url, origin):
    path = changed(
        'origin = "https://rally.example.jp"\n', f'{origin}front_end = {{ url = "{url}" }}\n'
    )

    with pytest.raises(EnvironmentFileError) as caught:
        load("prod", path, {})

    assert [words.en for words in caught.value.problems] == [
        (
            f'environments.toml: prod.front_end.url is "{url}"; write the address of the page, such as '
            "https://rally.example.jp/app: no user or password, no dot at the host's end"
        )
    ]


def test_user_and_password_of_an_address_are_refused_and_not_printed(changed):
    path = changed(
        'origin = "https://rally.example.jp"\n', 'front_end = { url = "https://u:p@host/app" }\n'
    )

    with pytest.raises(
        EnvironmentFileError, match=r'url is "https://…@host/app"; write the address'
    ):
        load("prod", path, {})


@pytest.mark.parametrize(
    ("origin", "remedy"),
    [
        ("https://rally.example.jp:443", "write https://rally.example.jp, as"),
        ("https://Rally.example.jp", "write https://rally.example.jp, as"),
        ("https://ラリー.jp", "write https://xn--dekc8c.jp, as"),
        ("https://rally.example.jp/app", "write https://rally.example.jp, as"),
        ("https://rally.example.jp.", "write scheme and host only, as"),
        ("https://u:p@rally.example.jp", "write scheme and host only, as"),
        ("https://rally.example.jp/ app", "write scheme and host only, as"),
    ],
)
def test_origin_that_no_browser_sends_is_refused(changed, origin, remedy):
    path = changed('"https://rally.example.jp"', f'"{origin}"')

    with pytest.raises(EnvironmentFileError, match=rf"prod\.origin is .*; {remedy} a browser"):
        load("prod", path, {})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Rally.example.jp:443/app", "https://rally.example.jp"),
        ("https://ラリー.jp", "https://xn--dekc8c.jp"),
    ],
)
def test_origin_that_is_derived_is_the_one_that_browsers_send(changed, url, origin):
    path = changed('origin = "https://rally.example.jp"\n', f'front_end = {{ url = "{url}" }}\n')

    assert load("prod", path, {}).environment.origin == origin


def test_origin_that_follows_from_nothing_is_asked_for(changed):
    path = changed('origin = "https://rally.example.jp"\n', "")

    with pytest.raises(EnvironmentFileError, match=r"prod\.origin is missing; write front_end = "):
        load("prod", path, {})


def test_any_origin_is_allowed_outside_production(test_environment, changed):
    changed('"https://rally.example.jp"', '"*"')

    assert load("staging", test_environment, {}).environment.origin == "*"


def test_another_environment_can_be_peeked_at_without_being_judged(path):
    assert peek("dev", "origin", path) == "*"
    assert peek("dev", "evidence", path) is None
    assert peek("staging", "evidence", path) is None


def test_names_are_in_the_order_of_the_file(path):
    assert names(path) == ("dev", "prod")


def test_shipped_file_loads_for_local_and_lacks_only_addresses_elsewhere():
    addresses = {
        "SIGNOFF_ACCOUNT": "444455556666",
        "SIGNOFF_ORIGIN": "https://rally.example.jp",
        "SIGNOFF_LINE__CHANNEL_ID": "2001234567",
    }

    assert names(ENVIRONMENTS) == ("dev", "prod", "local")
    assert load("local", ENVIRONMENTS, {}).environment.account == "123456789012"
    assert load("prod", ENVIRONMENTS, addresses).environment.production
    assert load("dev", ENVIRONMENTS, addresses).environment.region == "us-east-1"


def test_keys_are_read_off_the_types():
    by_path = {key.path: key for key in keys()}

    assert by_path["line.channel_id"].is_text
    assert not by_path["throttle.rate"].is_text
    assert by_path["tags"].open
    assert "name" not in by_path
    assert by_path["line.channel_id"].required
    assert not by_path["line.liff_id"].required


def test_table_named_prod_is_production_whatever_it_says(changed):
    path = changed("production = true", "production = false")

    assert load("prod", path, {}).environment.production


def beside(path, table, **keys):
    """Add a table that is production's own in all but these keys, and is not production."""
    text = path.read_text(encoding="utf-8")
    copy = text.partition("[prod]\n")[2].replace("production = true", "production = false")
    for old, new in keys.items():
        copy = re.sub(rf"(?m)^{old} = .*$", f"{old} = {new}" if new else "", copy)
    path.write_text(f"{text}\n[{table}]\n{copy}", encoding="utf-8")
    return path


OTHER_TABLES = '{ users = "Users", userstamps = "UserStamps", stampmasters = "StampMasters" }'
OTHER_SECRETS = '{ token_key = "own/token", line_token = "own/line" }'
OTHERS = {
    "prefix": '"rally-live"',
    "tables": OTHER_TABLES,
    "secrets": OTHER_SECRETS,
    "bucket": "",
    "domain": "",
}
SHARED = 'bucket = "rally-images"\ndomain = { name = "api.rally.example.jp" }'


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"account": ""},
        {"prefix": '"rally-live"'},
        {"tables": OTHER_TABLES},
        {"prefix": '"RALLY-PROD"', "tables": OTHER_TABLES, "secrets": OTHER_SECRETS},
        {
            "prefix": '"rally-live"',
            "tables": '{ users = "Users-prod", userstamps = "Own-U", stampmasters = "Own-S" }',
            "secrets": OTHER_SECRETS,
        },
    ],
    ids=["all", "no account", "prefix", "tables", "prefix in capitals", "a table"],
)
def test_environment_that_is_not_production_has_no_resource_of_production(path, keys):
    with pytest.raises(EnvironmentFileError) as refused:
        load("live", beside(path, "live", **keys), {"SIGNOFF_ACCOUNT": "444455556666"})

    (problem,) = refused.value.problems
    assert "live has production = false and names the same resources" in problem.en
    assert "use --env prod" in problem.en


@pytest.mark.parametrize(
    ("key", "shared"),
    [
        ('names = { award-role = "rally-prod-award-role" }', "rally-prod-award-role"),
        ('bucket = "rally-images"', "rally-images"),
        ('domain = { name = "API.rally.example.jp" }', "api.rally.example.jp/"),
        ('domain = { name = "api.rally.example.jp." }', "api.rally.example.jp/"),
        ('domain = { name = "api.rally.example.jp", base_path = "/" }', "api.rally.example.jp/"),
    ],
    ids=["a role", "the bucket", "the domain", "with a final dot", "with a path of one slash"],
)
def test_environment_that_is_not_production_shares_not_even_one_resource(changed, key, shared):
    path = changed('load_plan = "baseline"', f'load_plan = "baseline"\n{SHARED}')
    own = beside(path, "live", **OTHERS, load_plan=f'"smoke"\n{key}')

    with pytest.raises(EnvironmentFileError, match=rf"which is production \({shared}\)"):
        load("live", own, {})


def test_slashes_around_a_base_path_say_nothing(changed):
    domain = 'domain = { name = "api.rally.example.jp", base_path = "/v1/" }'
    path = changed('load_plan = "baseline"', f'load_plan = "baseline"\n{domain}')

    assert load("prod", path, {}).environment.domain.base_path == "v1"


def test_domain_is_written_as_api_gateway_lists_it(changed):
    domain = 'domain = { name = "API.Rally.example.jp." }'
    path = changed('load_plan = "baseline"', f'load_plan = "baseline"\n{domain}')

    assert load("prod", path, {}).environment.domain.name == "api.rally.example.jp"


def test_account_of_production_by_a_variable_is_not_another_one(path):
    text = path.read_text(encoding="utf-8").replace('account = "444455556666"\n', "")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match="names the same resources"):
        load("live", beside(path, "live"), {"SIGNOFF_ACCOUNT": "444455556666"})


@pytest.mark.parametrize(
    "keys",
    [
        {"account": '"111122223333"'},
        {"region": '"us-east-1"'},
        OTHERS,
        {**OTHERS, "load_plan": '"smoke"\nnames = { authorizer = "rally-prod-authorizer" }'},
        {
            **OTHERS,
            "load_plan": '"smoke"\ndomain = { name = "api.rally.example.jp", base_path = "dev" }',
        },
    ],
    ids=["account", "region", "names", "authorizer of its own API", "path of one domain"],
)
def test_environment_with_resources_of_its_own_may_be_no_production(changed, keys):
    path = changed('load_plan = "baseline"', f'load_plan = "baseline"\n{SHARED}')

    assert not load("live", beside(path, "live", **keys), {}).environment.production


@pytest.mark.parametrize("name", ["PROD", "production", "Prd", "ｐｒｏｄ", "ＰＲＯＤ\u3000"])
def test_table_named_for_production_is_production(changed, name):
    path = changed("[prod]\nproduction = true", f'["{name}"]\nproduction = false')

    assert load(name, path, {}).environment.production


def test_origin_of_production_is_https(changed):
    path = changed('"https://rally.example.jp"', '"http://rally.example.jp"')

    with pytest.raises(
        EnvironmentFileError, match=r'prod\.origin is "http://rally.example.jp"; write'
    ):
        load("prod", path, {})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'userstamps = "UserStamps-prod"',
            'userstamps = "Users-prod"',
            r"the tables users and userstamps have one name, Users-prod; give .* \(one table for all is out of scope",
        ),
        (
            'stage = "prod"',
            'stage = "prod"\nnames = { "award-role" = "shared", "auth-role" = "shared" }',
            "the roles auth-role and award-role have one name, shared",
        ),
        (
            'stage = "prod"',
            'stage = "prod"\nnames = { "award" = "rally-prod-auth" }',
            "the functions auth and award have one name, rally-prod-auth",
        ),
    ],
    ids=["tables", "roles", "functions"],
)
def test_equal_names_of_two_resources_are_one_sentence(path, old, new, says):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

    with pytest.raises(EnvironmentFileError, match=says):
        load("prod", path, {})


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("go_live = 2026-12-01", 'alias = "$LATEST"', "aliases"),
        ("go_live = 2026-12-01", 'alias = "1"', "aliases"),
        ("go_live = 2026-12-01", 'bucket = "s3://images"', "buckets"),
        ('"rally/token"', '"rally/トークン "', "secrets"),
    ],
)
def test_name_that_aws_does_not_take_is_refused_before_any_call(changed, old, new, kind):
    path = changed(old, new)

    with pytest.raises(EnvironmentFileError, match=f"AWS takes no .* as a name of {kind}"):
        load("prod", path, {})


def test_unknown_load_plan_names_those_that_exist(path):
    path.write_text(path.read_text().replace('load_plan = "baseline"', 'load_plan = "basline"'))

    with pytest.raises(
        EnvironmentFileError, match="load_plan is \"basline\"; write 'smoke', 'baseline'"
    ) as caught:
        load("prod", path, {})
    assert "'spike', 'soak'のいずれかを書いてください" in caught.value.words.ja


@pytest.mark.parametrize(("member", "type_"), [("Timeout", TimeOut), ("MemorySize", Memory)])
def test_function_may_have_what_lambda_takes(member, type_):
    create = get_session().get_service_model("lambda").operation_model("CreateFunction")
    least, most = get_args(type_)[1].metadata

    assert {"min": least.ge, "max": most.le} == create.input_shape.members[member].metadata


def test_load_plans_of_the_file_are_those_that_exist():
    assert set(get_args(LoadPlan)) == set(plans(healthy().environment))


@pytest.mark.parametrize(
    ("asked", "day", "phase"),
    [
        ("auto", date(2026, 11, 30), "before"),
        ("auto", date(2026, 12, 1), "before"),
        ("auto", date(2026, 12, 2), "after"),
        ("before", date(2027, 1, 1), "before"),
        ("after", date(2026, 1, 1), "after"),
    ],
)
def test_phase_follows_the_day_of_the_go_live_where_it_may(path, asked, day, phase):
    assert phase_of(asked, load("prod", path, {}).environment, day) == phase


def test_without_a_day_of_the_go_live_it_is_before(changed):
    environment = load("prod", changed("go_live = 2026-12-01\n", ""), {}).environment

    assert phase_of("auto", environment, date(2030, 1, 1)) == "before"
