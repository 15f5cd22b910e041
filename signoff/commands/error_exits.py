"""Which exit code and which sentence an exception of a command becomes."""

from aws.words import Words, joined
from signoff.commands.command_line import CommandLineError
from signoff.environment import EnvironmentFileError
from signoff.environment.guard import GuardError
from signoff.judge.checklist import ChecklistError
from signoff.judge.errors import EXPECTED, UnusableFileError, fault, sentence
from signoff.judge.exit_codes import INTERRUPTED, Exit
from signoff.judge.installed import lacking


def explained(error: Exception) -> tuple[Exit, Words]:
    """Return what a refusal means, and a fault of ours with the file that has its traceback."""
    match error:
        case EnvironmentFileError():
            return Exit.USAGE, joined(error.problems)
        case CommandLineError() | ChecklistError() | UnusableFileError():
            return Exit.USAGE, error.words
        case _ if isinstance(error, (GuardError, *EXPECTED)):
            return Exit.REFUSED, sentence(error)
    if isinstance(error.__context__, KeyboardInterrupt):  # what it interrupted could not end
        return Exit.INTERRUPTED, INTERRUPTED
    absent = isinstance(error, ModuleNotFoundError) and lacking(error.name or "")
    return (Exit.REFUSED, absent) if absent else (Exit.FAULT, fault(error))
