"""The short walk; the long ones take half an hour each: ``python -m tests.world own-path``, ``guide``."""

from tests.world.__main__ import main


def test_what_is_printed_suffices_to_provision_production_and_to_judge_it():
    assert main(["short"]) == 0
