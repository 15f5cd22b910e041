"""Lambda functions (guide step 3-2): package and configuration of $LATEST.

Callers use the alias: see ``alias``. A first release rolls back to a version that differs from
it, published here before the upload: Lambda publishes no second version of the same code. A new function
begins with the closed release. An existing one keeps its code as a version, since the upload would overwrite it; that
version gets what ROLL-06 asks of a way back, the planned variables, time and memory.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from aws.bounds import exactly
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    tag_fields,
    unless_absent,
)
from aws.converge import version as version_of
from aws.converge.version import FAILED, configure, wait_until_ready
from aws.desired import Function
from aws.difference import TAG, VARIABLE
from aws.door.failures import code_of
from aws.iam.evaluation import is_same
from aws.iam.pattern import resource_pattern
from aws.kinds.function import (
    CODE,
    FILE_SYSTEMS,
    FUNCTION,
    HANDLER,
    LAST_UPDATE,
    LAYERS,
    ROLE,
    RUNTIME,
    WRITES_TO,
)
from aws.kinds.function_invocation import published
from aws.raw import Raw
from aws.release import CLOSED_PACKAGE, CLOSED_VERSION, code_sha256
from aws.words import Named, Words, kind_of

OVERLAYS = {LAYERS: "Layers", FILE_SYSTEMS: "FileSystemConfigs"}
"""What is laid over the package and may run instead of it; the plan has none."""
SET_APART = {CODE, WRITES_TO, *OVERLAYS}
"""Facts that the request for the others does not set, or only with what else its member holds."""
EARLIER_VERSION = Words(en="earlier version", ja="以前のバージョン")
OF_THE_UPLOAD = frozenset({CODE, LAST_UPDATE})
Fields = Mapping[Words, Any]
Build = Callable[[str], bytes]
"""Key of a function, or CLOSED_PACKAGE -> its package."""


def converge(
    context: ChangeContext, function: Function, build: Build, keeps: Collection[str] = ()
) -> Changes:
    """Create or update the function; the variables become the planned ones, and those it ``keeps``.

    Another table, and overwriting code that no version holds, count as destructive.
    """
    name, package = FUNCTION.resource(function.name), build(function.key)
    answer = unless_absent(context.client("lambda").get_function, FunctionName=function.name)
    current = _current(context, answer) if answer else None
    desired = {**planned(context, function, current), CODE: code_sha256(package)}
    extra = _extra_variables(name, current, desired, keeps)
    latest, closed = current[CODE] if current else None, code_sha256(build(CLOSED_PACKAGE))
    there = version_of.listed(context, function.name).values() if current else ()
    version_codes = {version.code_sha256 for version in published(there).values()}
    earlier = _earlier_version(version_codes, (latest, desired[CODE], closed), extra)
    version = (Change(name, EARLIER_VERSION, None, earlier),) if earlier else ()
    lost = latest not in {None, desired[CODE], closed, *version_codes} and earlier != FOUND
    overwritten = {*table_fields(function), *OVERLAYS, *([CODE] if lost else [])}
    tagged = {**desired, **tag_fields(context, function.tags)}
    changes = difference(name, current, tagged, destroying=overwritten)
    changes += _failed(name, answer["Configuration"] if answer else {})

    def apply() -> None:
        changed = changes + extra
        if answer is None:
            _create(context, function, build(CLOSED_PACKAGE), desired)
            changed = tuple(change for change in changes if change.field == CODE)
        there = variables_in(answer["Configuration"]) if answer else {}
        unchanged = {key: value for key, value in there.items() if key in keeps}
        settings = parameters(desired, unchanged)
        if current and earlier == CLOSED and latest != closed:
            others = tuple(change for change in changed if change.field not in OF_THE_UPLOAD)
            _update(context, function, package, others, settings)  # a version keeps its variables
            _upload(context, function, build(CLOSED_PACKAGE))
            changed = (Change(name, CODE, None, desired[CODE]),)
        if earlier == FOUND:
            _complete(context, function, changed, settings)
        if earlier:
            version_of.publish(context, function.name, Description=str(earlier))
        _update(context, function, package, changed, settings)

    return context.settle((*version, *changes, *extra), apply)


def _failed(name: Words, is_: Mapping[str, Any]) -> Changes:
    """Return the update to do again. Refused where Lambda failed to create the function, or runs it from an image.

    After a failed update Lambda runs the earlier code; a function whose creation failed can only
    be deleted. Source: "Lambda function states" in AWS's developer guide. The type of a function's package never changes.
    """
    if is_.get("PackageType") == "Image":
        raise Refused(
            en=f"{name.en} runs a container image, which Lambda never replaces by a package: release it by your own"
            " pipeline (own_code in environments.toml), or delete it, then run the procedure functions again",
            ja=f"{name.ja}はコンテナイメージで動いており、Lambdaでは後からZIPパッケージに変更できません。独自のパイプラインで"
            "リリースする（environments.tomlのown_code）か、関数を削除してから手順functionsを再実行してください",
        )
    if is_.get("State") == FAILED:
        raise Refused(
            en=f"Lambda could not create {name.en} ({is_.get('StateReason') or 'it gives no reason'}): "
            "delete the function, then run the procedure functions again",
            ja=f"Lambdaが{name.ja}の作成に失敗しています（{is_.get('StateReason') or '理由の表示なし'}）。"
            "関数を削除してから、手順functionsを再実行してください",
        )
    again = is_.get("LastUpdateStatus") == FAILED
    return (Change(name, LAST_UPDATE, FAILED, "Successful"),) if again else ()


def planned(context: ChangeContext, function: Function, current: Fields | None) -> dict[Words, Any]:
    """Return the fields that a published version carries too, its code apart; what is within its bound, or decided, stays."""
    bounds = {
        RUNTIME: exactly(function.runtime),
        **FUNCTION.always,
        **function.bounds,
        **dict.fromkeys(OVERLAYS, exactly(())),
    }
    allowed = context.lenient(FUNCTION.words, function.name, bounds)
    fields, role = current or {}, function.role.arn
    used = fields.get(ROLE) or role
    values = {field: bound.keeping(fields.get(field)) for field, bound in allowed.items()}
    return {
        HANDLER: function.handler,
        ROLE: used if is_same(used, role) else role,  # its ARN may have a path
        WRITES_TO: function.log_group,
        **{VARIABLE.named(key): value for key, value in function.environment.items()},
        **_named_by_arn(function, fields),
        **values,
    }


def _named_by_arn(function: Function, fields: Fields) -> dict[Words, str]:
    """Return the variables that name the planned resource by its ARN instead of its name."""
    patterns = {VARIABLE.named(name): arns for name, arns in function.arns.items()}
    return {
        field: fields[field]
        for field, arns in patterns.items()
        if field in fields and any(resource_pattern(arn).matches(fields[field]) for arn in arns)
    }


def variables_of(fields: Fields) -> dict[str, str]:
    """Return name -> value of the fields that are variables."""
    return {
        field.name: value
        for field, value in fields.items()
        if isinstance(field, Named) and field.kind == VARIABLE
    }


def described(context: ChangeContext, answer: Raw) -> dict[Words, Any]:
    """Turn a function's configuration, as AWS answers it, into the fields of ``configuration``.

    A value that is not in the plan may be a secret; only its length and shape are shown.
    """
    is_ = FUNCTION.of({"Configuration": answer})
    return {
        **{fact.words: getattr(is_, key) for key, fact in FUNCTION.facts.items()},
        **{
            VARIABLE.named(key): context.clear(value) for key, value in variables_in(answer).items()
        },
    }


def variables_in(configuration: Raw) -> Mapping[str, str]:
    """Return the variables of a configuration, as AWS answers it."""
    variables: Mapping[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return variables


def _current(context: ChangeContext, answer: Raw) -> dict[Words, Any]:
    tags = tag_fields(context, answer.get("Tags") or {})
    return {**described(context, answer["Configuration"]), **tags}


def _earlier_version(
    version_codes: Collection[str], codes: tuple[str | None, str, str], extra: Changes
) -> Words | None:
    """Return what to publish before the upload, so that there is something to go back to; None for nothing.

    ``version_codes`` are the CodeSha256s of the versions, ``codes`` those of $LATEST, of what is uploaded, and of the closed package.
    Variables that the plan does not have (``extra``) may be secrets, which a version would keep for ever: the closed
    package stands in.
    """
    latest, built, closed = codes
    if latest == built:
        return None if {*version_codes} - {built} else CLOSED
    if version_codes:
        return None
    return CLOSED if extra or latest in (None, closed) else FOUND


def unplanned_variables(context: ChangeContext, function: Function) -> frozenset[str]:
    """Return the names of unplanned variables of the live version, or of $LATEST if there is no alias."""
    read = partial(context.client("lambda").get_function_configuration, FunctionName=function.name)
    answer = unless_absent(read, Qualifier=function.alias) or unless_absent(read) or {}
    return frozenset(variables_in(answer)) - {*function.environment}


def _extra_variables(
    name: Words, current: Fields | None, desired: Fields, keeps: Collection[str]
) -> Changes:
    before, planned = variables_of(current or {}), variables_of(desired)
    return tuple(
        Change(name, VARIABLE.named(key), value, None, destroys=True, final=True)
        for key, value in before.items()
        if key not in {*planned, *keeps}
    )


def _create(context: ChangeContext, function: Function, package: bytes, desired: Fields) -> None:
    # The ARN of a role has its path, if it was created with one; only IAM knows it.
    there = unless_absent(context.client("iam").get_role, RoleName=function.role.name)
    role = {"Role": there["Role"]["Arn"]} if there else {}
    context.client("lambda").create_function(
        FunctionName=function.name,
        **parameters(desired) | role,
        Code={"ZipFile": package},
        PackageType="Zip",
        Tags=dict(function.tags),
    )
    wait_until_ready(context, function.name)


def _update(
    context: ChangeContext, function: Function, package: bytes, changes: Changes, settings: Raw
) -> None:
    client, fields = context.client("lambda"), {change.field for change in changes}
    tagging = {field for field in fields if kind_of(field) == TAG}
    if fields - tagging - OF_THE_UPLOAD:
        # Layers that were decided stay: what a request does not name, Lambda keeps.
        more: dict[str, Any] = {member: [] for field, member in OVERLAYS.items() if field in fields}
        if WRITES_TO in fields:
            latest = client.get_function_configuration(FunctionName=function.name)
            more |= log_settings(function, latest)
        configure(context, function.name, **settings, **more)
    if fields & OF_THE_UPLOAD:
        _upload(context, function, package)
    if tagging:
        client.tag_resource(Resource=function.arn, Tags=dict(function.tags))


def _complete(context: ChangeContext, function: Function, changes: Changes, settings: Raw) -> None:
    """Give code that is published as found what it would lack; its handler and runtime stay those that it has."""
    needed = {*function.bounds, *map(VARIABLE.named, function.environment)}
    if needed & {change.field for change in changes}:
        members = FUNCTION.members(dict.fromkeys(function.bounds))
        lacking = {name: settings[name] for name in (*members, "Environment")}
        configure(context, function.name, **lacking)


def log_settings(function: Function, latest: Raw) -> dict[str, Any]:
    """Return the member of a request that sets the log group; the rest of it stays as $LATEST has it."""
    return {"LoggingConfig": {**latest.get("LoggingConfig", {}), "LogGroup": function.log_group}}


def _upload(context: ChangeContext, function: Function, package: bytes) -> None:
    try:
        context.client("lambda").update_function_code(FunctionName=function.name, ZipFile=package)
    except ClientError as error:
        if code_of(error) != "CodeVerificationFailedException":
            raise
        undone_by = (
            f"aws lambda delete-function-code-signing-config --function-name {function.name}"
        )
        raise Refused(
            en=f"function {function.name} takes signed packages only (code signing), and this project signs none: release"
            " signed code by your own pipeline (own_code in environments.toml), or, if unsigned code may run, end the"
            f" requirement by `{undone_by}`, then run it again",
            ja=f"関数{function.name}はコード署名により署名済みパッケージしか受け付けませんが、本プロジェクトは署名を行いません。署名した"
            "コードを独自のパイプラインでリリースする（environments.tomlのown_code）か、署名なしのコードを許可できる場合は"
            f"`{undone_by}`で要件を解除してから再実行してください",
        ) from None
    wait_until_ready(context, function.name)


def parameters(fields: Fields, variables: Raw | None = None) -> dict[str, Any]:
    """Return the members of a request that set these fields, with those variables and their own."""
    together = FUNCTION.by_words.keys() - SET_APART
    members = FUNCTION.members({name: fields[name] for name in fields if name in together})
    return {**members, "Environment": {"Variables": {**(variables or {}), **variables_of(fields)}}}


CLOSED = Words(en=CLOSED_VERSION, ja="メンテナンス版（最初のリリースまで503を返す）")
FOUND = Words(en="as it was found, before the first release", ja="最初のリリース前の内容のまま")
"""Description of the version, for people who have to choose one; the other is ``CLOSED``."""


def table_fields(function: Function) -> frozenset[Words]:
    """Return the planned variables that name a table, as fields: another table shows callers other data."""
    return frozenset(map(VARIABLE.named, function.table_variables))
