"""What the checks leave where ``--json`` says, for those who let them judge in a process of their own."""

from pathlib import Path

from pydantic import TypeAdapter

from signoff.judge.outcome import RowVerdict

_ROWS = TypeAdapter(tuple[RowVerdict, ...])


def written(*rows):
    """Return rows as the checks write them."""
    return _ROWS.dump_json(rows).decode()


def leaving(told, code=1):
    """Stand in for the process of the checks: leave this text, if any, and end with this code."""

    def run(command):
        (file,) = (name.removeprefix("--json=") for name in command if name.startswith("--json="))
        if told is not None:
            Path(file).write_text(told)
        return code

    return run
