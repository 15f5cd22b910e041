"""The table of plans: what each of them asks of an environment."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from aws.words import in_language
from load.plans import PURPOSES
from load.plans import plans as plans_for
from signoff.environment import load


def plans(*, env: str, environments: Path, lang: str) -> int:
    """List the plans and their prices; reads the environment file alone."""
    environment = load(env, environments).environment
    quota = environment.throttle.daily_quota
    say, rate = in_language(lang), environment.target_rate
    title = say(
        f"Plans of {env} (target {rate} requests/s)", f"{env}の計画（目標: 毎秒{rate}リクエスト）"
    )
    table = Table(title=title)
    table.add_column(say("plan", "計画"))
    for name in (
        say("minutes", "分"),
        say("peak/s", "最大/秒"),
        say("requests", "リクエスト数"),
        say("of the day", "1日の割合"),
        say("about $", "約（ドル）"),
    ):
        table.add_column(name, justify="right")
    table.add_column(say("what for", "目的"), overflow="fold")
    for plan in plans_for(environment).values():
        table.add_row(
            plan.name,
            f"{plan.seconds / 60:.1f}",
            f"{plan.peak_rate:g}",
            str(plan.requests),
            f"{plan.requests / quota:.1%}",
            f"{plan.dollars:.2f}",
            PURPOSES[plan.name][lang],
        )
    Console(emoji=False).print(table)
    return 0
