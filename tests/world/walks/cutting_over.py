"""The cut-over, what is judged after it, the way back, and the way forward again."""

from tests.world.account_operator import AccountOperator

ENDS = (0, 1)
"""How a judging run may end."""
BACK = ("rollback_functions", "rollback_api")


def cut_over(prod: AccountOperator, forward: tuple[str, ...] = ("roll_forward",)) -> int:
    """Switch the users, go back, and ``forward`` by these procedures; return how the last verdict ended.

    From a closed release `roll_forward` leads on; from an earlier one that is open, the same rollbacks once more.
    """
    site = str(prod.world.front_end.folder)
    switch = ("cutover", "--env", "prod", "--site", site, "--go")
    prod("runbook", *switch)
    prod("pytest", "--env", "prod", "--phase", "after", expects=ENDS)
    prod("runbook", "rollback_frontend", "--env", "prod", "--site", site, "--go")
    prod("pytest", "--env", "prod", expects=ENDS)
    prod("runbook", *switch)
    prod("pytest", "--env", "prod", "--phase", "after", expects=ENDS)
    for procedure in BACK:
        prod("runbook", procedure, "--env", "prod", "--go")
    prod("pytest", "--env", "prod", "--phase", "after", expects=(1,))
    for procedure in forward:
        prod("runbook", procedure, "--env", "prod", "--go")
    after = prod("pytest", "--env", "prod", "--phase", "after", expects=ENDS)
    return 1 if after.code is None else after.code
