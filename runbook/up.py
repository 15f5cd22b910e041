"""``signoff up`` keeps a local stack running, for other commands to use, until Ctrl-C."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import click
from rich.console import Console

from aws.words import Words, in_language
from local.stack import Stack
from runbook.local_stack import LocalStack
from runbook.stack_process import kept_at
from signoff.environment import Environment, load, option_of
from signoff.environment.guard import GuardError
from signoff.report.remedy import as_typed


def keep_up(*, empty: bool, environments: Path, lang: str) -> int:
    """Return 0 after Ctrl-C, SIGTERM or a closed terminal, 4 where a stack is kept up already, alive or not."""
    make: Callable[[Path], LocalStack] = click.get_current_context().meta.get("stack", LocalStack)
    environment = load("local", environments).environment
    local = make(kept_at(environment.application.home))
    say = in_language(lang)
    console = Console(highlight=False, emoji=False)
    if kept := local.kept():
        raise GuardError(
            en=f"a stack is up already (process {kept.pid}); stop that one first",
            ja=f"すでにスタックが起動しています（プロセス{kept.pid}）。先に停止してください",
        )
    token_at = local.kept_at.with_name("line-token")

    with (
        local.localized(environment) as localized,
        console.status(say("starting", "起動中")) as status,
        local.start(localized, lambda words: status.update(words[lang]), empty=empty) as stack,
        local.keep(stack),
        _token_lies_ready(stack, token_at),
    ):
        status.stop()
        lines = [address(stack, environment)[lang]]
        if empty:
            lines.append(_first_steps(token_at)[lang])
        console.print(as_typed("\n".join(lines), option_of(environments)), soft_wrap=True)
        _wait_for_a_signal()
    return 0


def _wait_for_a_signal() -> None:
    """Return at Ctrl-C, SIGTERM or a closed terminal.

    A signal between the last look and the wait would leave a lock or an event waiting for ever; its byte stays in the socket.
    """
    by_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    hung_up = () if by_nohup else (signal.SIGHUP,)
    signalled, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    with signalled, wakeup:
        before = signal.set_wakeup_fd(wakeup.fileno())
        for number in (*hung_up, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signalled.recv(1)
        signal.set_wakeup_fd(before)


def address(stack: Stack, environment: Environment) -> Words:
    """Return where a stack is, and how to reach it.

    The variables belong to one command: exported, they would also redirect pytest and the runbook, which then find no API.
    """
    line = f"LINE  {stack.line}\n" if environment.application.talks_to_line else ""
    urls = f"AWS   {stack.aws}\nAPI   {stack.api}\n{line}"
    keys = "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local"
    command = f"AWS_ENDPOINT_URL={stack.aws} {keys} aws dynamodb list-tables --region {environment.region}"
    return Words(
        en=f"""\
{urls}
In another terminal, commands use this stack by themselves: pytest --env local
For the AWS CLI:     {command}
Ctrl-C ends it, and forgets everything.""",
        ja=f"""\
{urls}
別のターミナルのコマンドは、自動でこのスタックを使います: pytest --env local
AWS CLIで使う場合: {command}
Ctrl-Cで終了し、すべて消去します。""",
    )


def _first_steps(token_at: Path) -> Words:
    here = Path.cwd()
    token_at = token_at.relative_to(here) if token_at.is_relative_to(here) else token_at
    token = quote(str(token_at))
    command = f"python -m runbook provision --env local --go --line-token-file {token}"
    return Words(
        en=f"""
It is empty. Follow runbook/pages/index.en.md step by step, with --env local (the LINE token is in {token_at}); or all at once:
{command}""",
        ja=f"""
中は空です。runbook/pages/index.ja.mdに沿って--env localで進めるか（LINEトークンは{token_at}）、一度に作成します:
{command}""",
    )


@contextmanager
def _token_lies_ready(stack: Stack, at: Path) -> Iterator[None]:
    """Leave the token that the fake of LINE accepts in a file, as LINE's console would show it."""
    at.touch(mode=0o600)
    at.write_text(stack.line_token, encoding="utf-8")
    try:
        yield
    finally:
        at.unlink(missing_ok=True)
