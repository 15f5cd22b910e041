"""Credentials that a person types or a program prints: without a terminal, or if the program never ends, one sentence says so.

botocore would prompt into a log file, and wait for the program forever.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from getpass import getpass
from typing import Any

import boto3
from botocore.credentials import ProcessProvider
from botocore.exceptions import (
    CredentialRetrievalError,
    LoginError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from aws.words import Bilingual, Words

STALE_SSO = (SSOError, TokenRetrievalError)
CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    LoginError,
    *STALE_SSO,
)
"""What botocore raises where it has no usable credentials, from any provider."""

WITHIN_S = 120
"""A credential process may open a browser, in which the user logs in."""
DEVICE = re.compile(r"arn:\S+?(?=:?\s|:?$)")


class UnansweredError(Bilingual):
    """What a provider asks for was not typed, or its program did not end."""


def attended(session: boto3.Session, *, within_s: float = WITHIN_S) -> boto3.Session:
    """Make the session's credential providers raise UnansweredError instead of waiting forever; return the session."""
    # botocore has no public way to the parts of its providers.
    providers = {
        provider.METHOD: provider
        for provider in session._session.get_component("credential_provider").providers  # noqa: SLF001 - botocore has no public way to these
    }
    run = partial(_BoundedProcess, within_s=within_s)
    if process := providers.get("custom-process"):
        process._popen = run  # noqa: SLF001 - botocore has no public way to these
    if role := providers.get("assume-role"):
        role._prompter = typed_code  # noqa: SLF001 - botocore has no public way to these
        builder = role._profile_provider_builder  # noqa: SLF001 - botocore has no public way to these
        builder._create_process_provider = _of_profiles(session, run)  # noqa: SLF001 - botocore has no public way to these
    return session


def _of_profiles(session: boto3.Session, run: Any) -> Callable[[str], ProcessProvider]:
    """Return a factory of providers for source profiles with a ``credential_process``."""

    def make(profile_name: str) -> ProcessProvider:
        config = session._session.full_config  # noqa: SLF001 - botocore has no public way to these
        return ProcessProvider(profile_name=profile_name, load_config=lambda: config, popen=run)

    return make


def typed_code(prompt: str) -> str:
    """Ask for the code of an MFA device at the terminal; UnansweredError where there is none."""
    if sys.stdin.isatty():
        return getpass(prompt)
    found = DEVICE.search(prompt)
    device = found[0] if found else "MFA"
    raise UnansweredError(
        en=f"the role of the profile wants a code of {device}, and there is no terminal to type it at;"
        " get keys at one (`aws configure export-credentials --format env`) and set them here",
        ja=f"プロファイルのロールが{device}のコードを求めていますが、入力できるターミナルがありません。ターミナルで"
        "`aws configure export-credentials --format env`を実行し、得られた鍵をここで設定してください",
    )


class _BoundedProcess(subprocess.Popen):  # type: ignore[type-arg]  # of bytes or text, as botocore asks
    """A program that is killed after ``within_s`` seconds, with UnansweredError."""

    def __init__(self, *arguments: Any, within_s: float, **options: Any) -> None:
        self._within_s = within_s
        super().__init__(*arguments, **options)

    def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]:  # noqa: A002 - Popen's name
        try:
            return super().communicate(input, timeout or self._within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()
        raise UnansweredError(
            en=f"the credential_process of the profile did not end within {self._within_s:g} s;"
            " run it by hand to see what it waits for",
            ja=f"プロファイルのcredential_processが{self._within_s:g}秒以内に終わりません。"
            "手動で実行して、何を待っているか確認してください",
        )


def no_credentials(error: BaseException) -> Words:
    """Say why there are no credentials, and which command gets them; ``error`` is one of ``CREDENTIALS``."""
    kind = type(error).__name__
    if isinstance(error, STALE_SSO):
        return Words(
            en=f"the SSO login has expired or is missing ({kind}); run aws sso login",
            ja=f"SSOのログインが期限切れか、ありません（{kind}）。aws sso loginを実行してください",
        )
    if isinstance(error, LoginError):
        return Words(
            en=f"the login has expired or is missing ({kind}); run aws login",
            ja=f"ログインが期限切れか、ありません（{kind}）。aws loginを実行してください",
        )
    if isinstance(error, PartialCredentialsError):
        missing = error.kwargs["cred_var"]
        return Words(
            en=f"one half of the credentials is missing ({missing}); set it beside the other",
            ja=f"認証情報の片方がありません（{missing}）。もう片方とともに設定してください",
        )
    if isinstance(error, CredentialRetrievalError):
        # What a credential process or a container's endpoint said may hold a key: it is not repeated.
        provider = error.kwargs["provider"]
        return Words(
            en=f"the provider {provider} gave no credentials; run it by hand to see why",
            ja=f"プロバイダー{provider}から認証情報を得られません。手動で実行して原因を確認してください",
        )
    return Words(
        en=f"no credentials were found ({kind}); run aws login or aws sso login, or set AWS_PROFILE, "
        f"or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ja=f"認証情報がありません（{kind}）。aws loginかaws sso loginを実行するか、AWS_PROFILE、または"
        f"AWS_ACCESS_KEY_IDとAWS_SECRET_ACCESS_KEYを設定してください",
    )
