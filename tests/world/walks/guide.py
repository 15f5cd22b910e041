"""Dev and production by the guide's letter in the console, to a verdict that can be signed, before the cut-over."""

from functools import partial
from pathlib import Path

from lambdas.packing import pack
from local.stack import confirmation_token
from tests.foreign import letter
from tests.foreign.letter.place import PROD as LETTER
from tests.foreign.letter.watch import TOPIC
from tests.second_opinion import FUNCTIONS
from tests.world import guide_dev
from tests.world.account_operator import NAME, AccountOperator
from tests.world.machine import ROOT, Machine
from tests.world.names import DEV, PROD
from tests.world.people import admit, console, hire, profile, signed_in
from tests.world.walk import Walk
from tests.world.walks.cutting_over import BACK, ENDS, cut_over
from tests.world.walks.edits import CI_ROLE, RATE, of_account, of_dev, of_production
from tests.world.walks.own_path import accept_what_has_no_owner, evidence, load, sign_for_load
from tests.world.world import World

DEV_KEY = "5d0c1f3ab27e4986d2f1c07b8a9e3d54" * 2
"""Dev's session key, in a variable."""


def walk(world: World, record: Path) -> int:
    """Walk it; return how the last verdict ended, after the cut-over."""
    taken = Walk("guide", record)
    machine = Machine.set_up(world.folder / "laptop", str(ROOT))
    try:
        prod = _fixed(taken, world, machine)
        sign_for_load(prod)
        return cut_over(prod, BACK)
    finally:
        print(taken.written(), taken.totals())


def _fixed(taken: Walk, world: World, machine: Machine) -> AccountOperator:
    for account in world.accounts.values():
        hire(account, "operator")
        hire(account, "administrator")
    admit(world.accounts["prod"], CI_ROLE)
    dev = AccountOperator(taken, world, machine, world.accounts["dev"])
    prod = AccountOperator(taken, world, machine, world.accounts["prod"])
    _make_dev(taken, world)
    taken.edited(machine, "dev", of_dev(DEV))
    taken.edited(machine, "prod", {**of_account(PROD), **of_production(rate=RATE), "stamps": "2"})
    taken.committed(machine, "Name both accounts, and the rally")
    world.front_end.publish(api=dev.api, liff_id=DEV.liff_id)
    dev("runbook", "by_hand", "--env", "dev", "--by", NAME, "--go")
    dev("pytest", "--env", "dev", expects=ENDS)
    _make_prod(taken, world)
    evidence(prod)
    taken.committed(machine, "Name production's evidence")
    prod("pytest", "--env", "prod", expects=ENDS)
    profile(machine, "dev", signed_in(dev.account, "operator", "hanako"))
    carried = ("--from", "dev", "--to", "prod", "--from-profile", "dev")
    for procedure in (("provision", "--env", "prod"), ("migrate_masters", *carried)):
        prod("runbook", *procedure, "--go", expects=ENDS)
    _delete_what_asks_no_authorization(taken, world)
    for procedure in (
        ("provision", "--env", "prod"),
        ("detach", "--env", "prod"),
        ("rehearse_rollbacks", "--env", "prod"),
        ("by_hand", "--env", "prod", "--by", NAME),
        ("recount", "--env", "prod"),
    ):
        prod("runbook", *procedure, "--go", expects=ENDS)
    load(prod)
    accept_what_has_no_owner(prod)
    return prod


def _delete_what_asks_no_authorization(taken: Walk, world: World) -> None:
    """Delete the console's own deployments, as ROLL-07 says of those that ask no authorization."""
    gateway = partial(console, world.accounts["prod"])("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    served = gateway.get_stage(restApiId=api["id"], stageName=PROD.stage)["deploymentId"]
    for deployment in gateway.get_deployments(restApiId=api["id"])["items"]:
        if deployment["id"] != served:
            gateway.delete_deployment(restApiId=api["id"], deploymentId=deployment["id"])
    taken.by_hand("console", "production: delete the deployment that ROLL-07 names")


def _make_dev(taken: Walk, world: World) -> None:
    channels = world.lines["dev"].channels
    secrets = {
        "TOKEN_SECRET_KEY": DEV_KEY,
        "LINE_CHANNEL_ACCESS_TOKEN": channels.messaging_access_token,
    }
    guide_dev.set_up(partial(console, world.accounts["dev"]), secrets)
    taken.by_hand("console", "dev: tables, roles, functions, API, as the guide describes dev")


def _make_prod(taken: Walk, world: World) -> None:
    """Follow the guide in the console; then upload the team's code, which the guide links to elsewhere."""
    client = partial(console, world.accounts["prod"])
    letter.set_up(client)
    for function in FUNCTIONS:
        files = guide_dev.entries(pack(function)) | guide_dev.ENTRY
        name, code = LETTER.function(function), guide_dev.zipped(files)
        client("lambda").update_function_code(FunctionName=name, ZipFile=code)
    token = world.lines["prod"].channels.messaging_access_token
    client("secretsmanager").put_secret_value(
        SecretId=f"{LETTER.prefix}/line-channel-access-token",
        SecretString=f'{{"LINE_CHANNEL_ACCESS_TOKEN": "{token}"}}',
    )
    client("sns").confirm_subscription(
        TopicArn=TOPIC, Token=confirmation_token(TOPIC, "on-call@example.jp")
    )
    taken.by_hand(
        "console", "production: the guide's steps 2 to 6 in its order, LINE's token, mail"
    )
