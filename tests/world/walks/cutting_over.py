"""The cut-over, what is judged after it, the way back, and the way forward again."""

from tests.world.account_operator import AccountOperator

ENDS = (0, 1)
"""How a judging run may end."""


def cut_over(prod: AccountOperator) -> int:
    """Switch the users, go back and forward by each procedure; return how the last verdict ended."""
    site = str(prod.world.front_end.folder)
    switch = ("cutover", "--env", "prod", "--site", site, "--go")
    prod("runbook", *switch)
    prod("pytest", "--env", "prod", "--phase", "after", expects=ENDS)
    prod("runbook", "rollback_frontend", "--env", "prod", "--site", site, "--go")
    prod("pytest", "--env", "prod", expects=ENDS)
    prod("runbook", *switch)
    prod("pytest", "--env", "prod", "--phase", "after", expects=ENDS)
    for procedure in ("rollback_functions", "rollback_api"):
        prod("runbook", procedure, "--env", "prod", "--go")
    prod("pytest", "--env", "prod", "--phase", "after", expects=(1,))
    prod("runbook", "roll_forward", "--env", "prod", "--go")
    after = prod("pytest", "--env", "prod", "--phase", "after", expects=ENDS)
    return 1 if after.code is None else after.code
