"""Every option that a procedure declares has an effect: a rehearsal with it shows less, or the test that is named here sees it."""

from pathlib import Path

import pytest

from aws.bounds import exactly
from aws.difference import differences
from aws.words import Words
from runbook.catalogue import procedures
from runbook.engine import Procedure
from runbook.procedures import functions, least_privilege, tables
from signoff.judge.outcome import Finding, Outcome

HERE = Path(__file__).parent
WHAT = Words.same("what is wrong")
PARTED = {
    ("functions", "--only"): (functions, {"only": "award"}, {"stamp-rally-prod-award"}),
    ("functions", "--row"): (functions, {"row": "DEP-11"}, {"stamp-rally-prod-award"}),
    ("tables", "--row"): (tables, {"row": "DEP-06"}, {"Users-prod"}),
    ("least_privilege", "--row"): (
        least_privilege,
        {"row": "SEC-12"},
        {"stamp-rally-prod-award-role"},
    ),
}
"""What a rehearsal touches with the option, where all resources of the procedure are wrong."""
CARRIED = "migration/test_from_the_command_line.py::test_from_dev_to_prod"
OTHER_PROFILE = "migration/test_from_the_command_line.py::test_a_source_in_another_account_is_read_with_its_own_profile"
OTHER_TARGET = "test_reaching_prod.py::test_items_go_to_prod_where_either_option_names_it"
SEEN = {
    (
        "provision",
        "--line-token-file",
    ): "test_command_line.py::test_provisioning_asks_before_its_first_step_for_what_a_later_one_needs",
    (
        "secrets",
        "--rotate",
    ): "test_remedies.py::test_a_good_session_key_is_replaced_where_that_is_asked_for",
    (
        "secrets",
        "--line-token-file",
    ): "test_command_line.py::test_another_token_is_put_in_place_of_a_good_one_once_somebody_agreed",
    ("migrate_masters", "--from"): CARRIED,
    ("migrate_masters", "--from-profile"): OTHER_PROFILE,
    ("migrate_masters", "--file"): "migration/test_from_the_command_line.py::test_the_guides_file",
    ("migrate_masters", "--to"): OTHER_TARGET,
    ("migrate_users", "--from"): CARRIED,
    ("migrate_users", "--from-profile"): OTHER_PROFILE,
    (
        "migrate_users",
        "--by",
    ): "test_options.py::test_a_wrong_option_ends_with_one_sentence_before_the_first_call",
    ("migrate_users", "--to"): OTHER_TARGET,
    (
        "record_release",
        "--by",
    ): "test_releases.py::test_what_a_pipeline_made_live_is_recorded_by_name_and_nothing_else_happens",
    (
        "detach",
        "--row",
    ): "test_detach.py::test_what_only_a_person_can_take_away_stops_it_until_that_is_done",
    ("detach", "--only"): "test_detach.py::test_only_the_named_one_is_taken_away",
    (
        "evidence",
        "--reader",
    ): "test_evidence.py::test_account_that_the_file_does_not_name_is_let_in_by_its_option_and_stays",
    ("by_hand", "--by"): "cutover/test_signing.py::test_nobody_signs_without_a_name",
    ("cutover", "--by"): "cutover/test_signing.py::test_nobody_signs_without_a_name",
    (
        "cutover",
        "--site",
    ): "rollback/test_front_end.py::test_the_new_one_names_this_api_and_keeps_every_other_setting",
    (
        "rollback_frontend",
        "--site",
    ): "rollback/test_front_end.py::test_a_rollback_gives_the_recorded_one_back_byte_for_byte",
    ("rollback_api", "--to"): "rollback/test_deployments.py::test_a_deployment_is_named",
    (
        "rollback_functions",
        "--to",
    ): "rollback/test_versions.py::test_one_function_goes_to_a_named_version",
    (
        "rollback_functions",
        "--only",
    ): "rollback/test_versions.py::test_one_function_goes_to_a_named_version",
    (
        "restore_tables",
        "--to",
    ): "rollback/test_repeated_restores.py::test_the_stamps_restored_to_an_earlier_time_are_read_and_the_others_stay",
    (
        "restore_tables",
        "--only",
    ): "rollback/test_repeated_restores.py::test_the_stamps_restored_to_an_earlier_time_are_read_and_the_others_stay",
}
"""The test that sees the effect of an option."""


def test_every_option_of_a_procedure_has_an_effect_that_a_test_sees():
    declared = {
        (name, option.flag)
        for name, procedure in procedures().items()
        for option in procedure.options
    }

    assert declared == PARTED.keys() | SEEN.keys()


@pytest.mark.parametrize("place", sorted({*SEEN.values()}))
def test_test_that_sees_it_is_there(place):
    module, _, name = place.partition("::")

    assert f"\ndef {name}(" in (HERE / module).read_text(encoding="utf-8")


@pytest.fixture
def wrong(finished):
    """An account in which every table, function and role is wrong, until the end of the test."""
    clients, plan = finished.client, finished.context().plan
    for table in plan.tables:
        clients("dynamodb").update_table(TableName=table.name, DeletionProtectionEnabled=False)
    for function in plan.functions:
        name = function.name
        clients("lambda").update_function_configuration(FunctionName=name, Timeout=3)
        version = clients("lambda").publish_version(FunctionName=name)["Version"]
        clients("lambda").update_alias(
            FunctionName=name, Name=function.alias, FunctionVersion=version
        )
    for role in plan.roles:
        for policy in clients("iam").list_role_policies(RoleName=role.name)["PolicyNames"]:
            clients("iam").delete_role_policy(RoleName=role.name, PolicyName=policy)
    yield finished
    for module in (least_privilege, tables, functions):
        for step in Procedure.of(module).steps:
            finished.do(step.action, permit=lambda _: True)


def touched(desk, module, names, **chosen):
    """Return the tables, functions and roles that a rehearsal would change; the row finds only ``names`` wrong."""
    found = tuple(differences(WHAT, min(names), {WHAT: (1, exactly(2))}))
    finding = Finding(row="-", outcome=Outcome.FAIL, differences=found)
    context = desk.context(chosen=chosen, findings=lambda _: (finding,))
    changes = [change for step in Procedure.of(module).steps for change in step.action(context)]
    planned = {
        each.name
        for kind in ("tables", "functions", "roles")
        for each in getattr(context.plan, kind)
    }
    return {change.resource.en.rpartition(" ")[2] for change in changes} & planned


@pytest.mark.parametrize(("module", "chosen", "one"), PARTED.values(), ids=map(" ".join, PARTED))
def test_only_what_is_chosen_is_touched(wrong, module, chosen, one):
    everything = touched(wrong, module, one)

    assert len(everything) > len(one)
    assert touched(wrong, module, one, **chosen) == one
