"""What is tested in the world itself, in namespaces of its own."""

from tests.world.within_reach import run_within


def test_wrong_certificates_are_refused_by_whoever_calls(tmp_path):
    assert run_within(tmp_path, "test_certificates.py") == 0


def test_accounts_are_apart_as_on_aws(tmp_path):
    assert run_within(tmp_path, "test_accounts.py") == 0
