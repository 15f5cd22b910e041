"""The operator of one environment: signed in to its account, with LINE's console, a mailbox and a phone at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from local.stack import confirmation_token
from tests.world.accounts import WorldAccount
from tests.world.machine import Machine
from tests.world.people import console, signed_in
from tests.world.terminal import Conversation, Replies
from tests.world.walk import Walk
from tests.world.world import World

PYTHON = ".venv/bin/python"
NAME = "Hanako Sato"
MAILBOX = "on-call@example.jp"


@dataclass(frozen=True, slots=True)
class AccountOperator:
    """Types commands in one environment, and answers what they ask."""

    walk: Walk
    world: World
    machine: Machine
    account: WorldAccount
    role: str = "operator"
    person: str = "hanako"

    def __call__(self, module: str, *arguments: str, expects: Sequence[int] = (0,)) -> Conversation:
        """Run ``python -m MODULE …`` with the variables of this person."""
        variables = signed_in(self.account, self.role, self.person)
        command = [PYTHON, "-m", module, *arguments]
        return self.walk.command(self.machine, command, variables, self.replies, expects=expects)

    @property
    def replies(self) -> Replies:
        """What this person does when asked."""
        token = self.world.lines[self.account.home.name].channels.messaging_access_token
        return (
            (r"LINE channel access token", partial(str, token)),
            (r"Who signs", partial(str, NAME)),
            (r"Which of these", partial(str, "all")),
            (r"(?s)confirm the subscription", self._follows_the_link),
            (r"\[y", partial(str, "y")),
        )

    @property
    def api(self) -> str:
        """The invoke URL of the environment's API, as API Gateway's console shows it."""
        home = self.account.home
        (api,) = console(self.account, "apigateway").get_rest_apis()["items"]
        return f"https://{api['id']}.execute-api.{home.region}.amazonaws.com/{home.stage}"

    def _follows_the_link(self) -> str:
        sns = console(self.account, "sns")
        asked = sns.list_subscriptions()["Subscriptions"]
        for topic in {entry["TopicArn"] for entry in asked if entry["Endpoint"] == MAILBOX}:
            token = confirmation_token(topic, MAILBOX)
            sns.confirm_subscription(TopicArn=topic, Token=token)
        return "y"
