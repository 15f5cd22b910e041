"""Create the place for evidence: a KMS key that signs the records, and a bucket that keeps every version of them.

A record (a signature, a load verdict, a rehearsal) counts in production only if it is signed by a key
whose policy says who may sign. List them in `evidence_signers` of `environments.toml`, as ARNs of roles
or users; without the list, only the person who runs this procedure may sign. Administrators of the account may
change the key, but not sign with it. A new key can't verify the old records: begin with an empty store,
and prove everything again.

Production's operator and CI, in another account, read the store of dev: its bucket lets the account of each later
environment (`before = "dev"` in `environments.toml`) read, if that environment names its account in the file; else name
it with `--reader`. Their own identity needs the right as well (`signoff policy reader --env prod`).

証跡の保管先を作成する（記録に署名するKMSキーと、全バージョンを保持するバケット）。

本番環境では、署名者をポリシーで限定した鍵による署名がある記録（署名、負荷試験の判定、ロールバック訓練）だけが有効です。署名できる
ロールまたはユーザーのARNを`environments.toml`の`evidence_signers`に列挙します。指定がなければ、この手順を実行した本人だけが
署名できます。アカウントの管理者は鍵を管理できますが、署名はできません。鍵を替えると以前の記録は検証できないため、空の
ストアから始め、すべての記録を取り直してください。

devのストアは、別アカウントにある本番の担当者とCIからも読み取ります。バケットは、後続の環境（`environments.toml`の
`before = "dev"`）のアカウントに読み取りを許可します。ファイルにaccountがない環境は`--reader`でアカウントを指定します。
読み取る側のロールまたはユーザーにも権限が必要です（`signoff policy reader --env prod`）。
"""

import base64
from collections.abc import Iterator

from aws.change.gate import Changes
from aws.converge import evidence
from aws.desired import Bucket
from aws.reader_policy import EVIDENCE
from runbook.engine import StepContext, step
from runbook.options import READER
from signoff.environment import names, peek

OPTIONS = (READER,)


@step("1-1")
def create_the_key(context: StepContext) -> Changes:
    """Create the key that signs records, with a policy that says who may sign.

    It is asymmetric (ECC_NIST_P256), so records are verified with its public half, without AWS.

    記録に署名する鍵と、署名者を限定するポリシーを作成する。

    非対称鍵（ECC_NIST_P256）なので、記録は公開鍵だけで、AWSを呼び出さずに検証できます。
    """
    environment = context.environment
    return evidence.converge_key(context, _alias(context), environment.account, _signers(context))


@step("1-1")
def create_the_bucket(context: StepContext) -> Changes:
    """Create the bucket for the records: versioned, public access blocked, TLS only, readable by later environments.

    S3's own encryption, or a customer managed key: no other account can read what the key `aws/s3` encrypts.

    記録のバケットを作成する（バージョニング有効、パブリックアクセス禁止、TLS必須、後続の環境から読み取り可能）。

    暗号化はS3マネージドキーまたはカスタマー管理型のキーで行います。キー`aws/s3`で暗号化したものは別アカウントから読み取れません。
    """
    planned = Bucket(name=_bucket(context), region=context.environment.region)
    return evidence.converge_bucket(context, planned, EVIDENCE, tuple(_readers(context)))


@step("1-1")
def name_them_in_the_environment(context: StepContext) -> Changes:
    """Print the lines that `environments.toml` needs: the store, the key, who may sign, the public half.

    The row stays red until these lines are there, and the first record is signed.

    `environments.toml`に必要な行（ストア、鍵、署名者、公開鍵）を表示する。

    これらの行が追加され、最初の記録に署名されるまで、検証項目は不合格のままです。
    """
    arn = evidence.key_arn(context, _alias(context))
    if arn is None:  # a rehearsal in an account that has no key yet
        return ()
    public = context.client("kms").get_public_key(KeyId=arn)["PublicKey"]
    context.say(
        en="write these lines into environments.toml, and have the change reviewed:",
        ja="次の行を environments.toml に追加し、変更をレビューしてください: ",
    )
    context.tell(f'evidence = "s3://{_bucket(context)}/records"')
    context.tell(f'evidence_key = "{arn}"')
    listed = ", ".join(f'"{signer}"' for signer in _signers(context))
    context.tell(f"evidence_signers = [{listed}]")
    context.tell(f'evidence_public_key = "{base64.b64encode(public).decode()}"')
    return ()


def _readers(context: StepContext) -> Iterator[str]:
    """Yield the accounts, other than this one, of the environments that rest on the records of this one."""
    here, file = context.environment, context.file
    later = (
        name
        for name in names(file)
        if name not in {here.name, "local"} and (peek(name, "before", file) or "dev") == here.name
    )
    accounts = {peek(name, "account", file) for name in later} | {context.chosen.get(READER.name)}
    yield from sorted(account for account in accounts if account and account != here.account)


def _signers(context: StepContext) -> tuple[str, ...]:
    """Return who may sign; by default the person who runs this."""
    return context.environment.evidence_signers or (_caller(context),)


def _alias(context: StepContext) -> str:
    return f"alias/{context.environment.prefix}-evidence"


def _bucket(context: StepContext) -> str:
    return f"{context.environment.prefix}-evidence-{context.environment.account}"


def _caller(context: StepContext) -> str:
    """Return the ARN that a key's policy may name: of a session, its role."""
    arn = str(context.client("sts").get_caller_identity()["Arn"])
    if ":assumed-role/" not in arn:
        return arn
    account, role = arn.split(":")[4], arn.split("/")[1]
    return f"arn:aws:iam::{account}:role/{role}"
