"""What the suite may do and may show where things are not well: no item of a person's, and no secret in anything it says."""

from fnmatch import fnmatchcase

from plan import plan_for
from smoke.policy import policy
from smoke.sessions import SessionMinter
from tests.smoke.breaking import other_secret
from tests.smoke.judging import judge, said_by

LINE_FORM = "U0123456789abcdef0123456789abcdef"


def test_policy_lets_the_suite_touch_no_person(environment):
    document = policy(environment, plan_for(environment))
    deleting = [s for s in document["Statement"] if "dynamodb:DeleteItem" in s["Action"]]
    patterns = [
        pattern
        for statement in deleting
        for pattern in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    ]
    sessions = SessionMinter(now=0)

    assert len(deleting) == 2
    for ours in (sessions.user("collector"), sessions.unissued("login")):
        assert any(fnmatchcase(ours, pattern) for pattern in patterns)
    assert not any(fnmatchcase(LINE_FORM, pattern) for pattern in patterns)


def test_no_secret_and_no_token_is_said_where_all_is_red(rally):
    with other_secret(rally, "token_key", TOKEN_SECRET_KEY="c4n4ry" * 12):
        said = said_by(judge(rally))

    assert "c4n4ry" not in said
    assert "eyJ" not in said
