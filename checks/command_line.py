"""What the one command takes of this room."""

from aws.words import Words
from signoff.commands.command_line import Command, environment_option, environments_option

NEEDS = Command(
    "needs",
    Words(
        en="list every prerequisite of a GO, in the order in which nothing is lost; exit code 0 if all are there",
        ja="GOに必要な前提を、やり直しの生じない順に一覧する。すべて揃っていれば終了コード0",
    ),
    environment_option(),
    environments_option(),
    does="checks.needs_command:show_needs",
)
