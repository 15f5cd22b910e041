"""Parses a line of the one command, or of a room's, as far as its options; what it does is not run."""

import click

from runbook.command_line import RUN
from signoff.commands.command_line import CommandGroup, CommandLineError
from signoff.commands.subcommands import SIGNOFF


def parsed(words, command=SIGNOFF, prog="signoff", lang="en"):
    """Return the context of the innermost command; click.UsageError or CommandLineError if it does not take the words."""
    words, parent = list(words), None
    while isinstance(command, CommandGroup) and words and not words[0].startswith("-"):
        parent = command.make_context(prog, [], parent=parent, obj=lang)
        name, command, words = command.resolve_command(parent, words)
        prog = name
    return command.make_context(prog, words, parent=parent, obj=lang)


def there(command):
    """Whether the procedure is there that a command names first: of one that was taken away, one test says what is left."""
    return command.split()[0] in RUN.list_commands(None)


def refusal(words, command):
    """Say why a command does not take the words; nothing where it does."""
    try:
        parsed(words, command)
    except (click.UsageError, CommandLineError) as refused:
        return str(refused)
    return ""
