"""Who can take over the rights of another principal: by a role's trust alone, or by actions that IAM has to allow; Lambda alone for ours."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from aws import desired
from aws.bounds import within
from aws.difference import Difference, differences, fault
from aws.iam.condition import Context, context, over_time
from aws.iam.evaluation import IS_ALLOWED, EvalDecision, account_names, evaluate_from, is_gone
from aws.iam.statement import Condition, Statement, only, parse
from aws.kinds.role import ROLE, Role, document_text
from aws.raw import Raw
from aws.reading import Scope
from aws.words import Words

ASSUME = "sts:AssumeRole"
PRINCIPAL = "principal"
SIGNING_IN = (
    *("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
    *("iam:CreateServiceSpecificCredential", "iam:UploadSigningCertificate"),
)
"""Actions that give their caller a user's password or access key."""
JOINING = ("iam:AddUserToGroup",)
OF_PROVIDERS = (
    *("iam:UpdateSAMLProvider", "iam:UpdateOpenIDConnectProviderThumbprint"),
    *("iam:AddClientIDToOpenIDConnectProvider", "iam:UpdateOpenIDConnectProvider"),
)
"""Actions that let other people sign in through a provider that a role trusts."""
UNDER_FUNCTIONS = (
    *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
    *("lambda:PutResourcePolicy", "lambda:UpdateAlias"),
)
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "cloudformation": (
        *("cloudformation:UpdateStack", "cloudformation:ExecuteChangeSet"),
        *("cloudformation:DeleteStack", "cloudformation:UpdateStackSet"),
        *("cloudformation:CreateStackInstances", "cloudformation:UpdateStackInstances"),
    ),
    "codebuild": (
        *("codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:RetryBuild"),
        "codebuild:UpdateProject",
    ),
    "codepipeline": ("codepipeline:UpdatePipeline", "codepipeline:StartPipelineExecution"),
    "ec2": (
        *("ssm:SendCommand", "ssm:StartSession", "ssm:CreateAssociation", "ssm:UpdateAssociation"),
        *("ec2-instance-connect:SendSSHPublicKey", "ec2:ModifyInstanceAttribute"),
        *("ec2-instance-connect:SendSerialConsoleSSHPublicKey", "codedeploy:CreateDeployment"),
    ),
    "ecs-tasks": ("ecs:ExecuteCommand", "batch:SubmitJob"),
    "glue": ("glue:UpdateJob", "glue:StartJobRun", "glue:UpdateDevEndpoint", "glue:RunStatement"),
    "sagemaker": (
        *("sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:CreatePresignedDomainUrl"),
    ),
    "ssm": ("ssm:StartAutomationExecution", "ssm:SendCommand"),
    "states": ("states:UpdateStateMachine", "states:StartExecution"),
}
"""Service that a role trusts -> the actions by which a principal says what is done under it, without passing it anew:
the stack, project or machine has it already. Which of them does is not read."""
ANY_VALUE = frozenset({"", "ForAnyValue"})
EXACT = frozenset({"StringEquals", "StringLike", "StringEqualsIgnoreCase"})
OWNER = re.compile(r"[^:/*?]+[:/][^:/*?]+[:/]")
"""The start of a subject that names its owner: ``repo:owner/``, ``organization:owner:``, ``org/id/``."""
LAMBDA = ("Service", "lambda.amazonaws.com")
SERVICE = "aws:principalservicename"
"""Condition key of the service that calls."""
CALL = "iam:GetAccountAuthorizationDetails"
ALL_BUT_A_FEW = Words(en="everyone except a few", ja="一部を除く全員")
TRUSTED = Words(en="others that may assume it", ja="引き受けられる他の相手")
BY_LAMBDA = Words(en="trust in Lambda", ja="Lambdaによる引き受け")


def trusted_to_assume(raw: Raw, account: str) -> tuple[tuple[str, Statement], ...]:
    """Return who may assume a role of people by its trust alone, each with the statement that says so.

    Not whom IAM has to allow it as well (the account itself), nor services, which act for any principal that may pass
    the role, nor people who sign in by a provider that has to say who they are. ``raw`` is a RoleDetail.
    """
    allowing, left_to_iam = only("Allow", _trusting(raw)), account_names(account)
    principals = (
        (_bearer(principal, account), statement)
        for statement in allowing
        for kind, principal in statement.principals
        if not (kind == "Service" or is_gone(kind, principal) or principal in left_to_iam)
        and not (kind == "Federated" and _names_people(statement, principal, account))
    )
    others = ((ALL_BUT_A_FEW.en, statement) for statement in allowing if statement.not_principals)
    return tuple(sorted({*principals, *others}, key=str))


def assumption_paths(
    kind: str, raw: Raw, scope: Scope, functions: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield (patterns of ARNs, actions on them) by which a principal takes the rights of a role, user or group.

    ``functions`` are the ARNs of those that run under the role.
    """
    if kind != "role":
        yield (raw["Arn"],), SIGNING_IN if kind == "user" else JOINING
        return
    account = scope.account
    trusted = {principal for each in _trusting(raw) for principal in each.principals}
    services = [service.partition(".")[0] for service in trusted_services(raw)]
    by_iam = not account_names(account).isdisjoint(trustee for _, trustee in trusted)
    passing = ("iam:PassRole",) * bool(services)
    yield (raw["Arn"],), ("iam:UpdateAssumeRolePolicy", *passing, *((ASSUME,) * by_iam))
    yield tuple(functions), UNDER_FUNCTIONS
    in_account = f"arn:aws:*:{scope.region}:{account}:*"
    yield (in_account,), tuple(name for service in services for name in COMMANDS.get(service, ()))
    federated = (
        trustee for kind, trustee in trusted if kind == "Federated" and trustee.startswith("arn:")
    )
    yield tuple(sorted(federated)), OF_PROVIDERS


def trusted_services(raw: Raw) -> tuple[str, ...]:
    """Return the AWS services that a role trusts: a principal that may pass the role can make one of them act under it."""
    principals = (principal for statement in _trusting(raw) for principal in statement.principals)
    return tuple(sorted({service for kind, service in principals if kind == "Service"}))


def _trusting(raw: Raw) -> tuple[Statement, ...]:
    return parse(document_text(raw["AssumeRolePolicyDocument"]), f"trust of {raw['RoleName']}")


def _bearer(principal: str, account: str) -> str:
    """Return the role behind a session of this account; any other principal as written."""
    begins = f"arn:aws:sts::{account}:assumed-role/"
    name = principal.removeprefix(begins).partition("/")[0]
    return f"arn:aws:iam::{account}:role/{name}" if principal.startswith(begins) else principal


def _names_people(statement: Statement, provider: str, account: str) -> bool:
    """Whether a statement says which people of a provider it means: a SAML provider has its own list of them."""
    if provider.startswith(f"arn:aws:iam::{account}:saml-provider/"):
        return True
    return any(_names_caller(condition) for condition in statement.conditions)


def _names_caller(condition: Condition) -> bool:
    """Whether a condition limits access to the people of one named owner."""
    return (
        condition.key.lower().endswith((":sub", ":email", ":repository"))
        and condition.operator in EXACT
        and condition.quantifier in ANY_VALUE
        and not condition.if_exists
        and all(_of_an_owner(condition, value) for value in condition.values)
    )


def _of_an_owner(condition: Condition, value: str) -> bool:
    exact = condition.operator != "StringLike" or not {"*", "?"} & set(value)
    return bool(value) and (exact or OWNER.match(value) is not None)


def trust_flaws(role: Role, want: desired.Role, now: datetime) -> tuple[Difference, ...]:
    """Return who else may assume it, and that Lambda may not, by a condition or by omission."""
    statements = parse(role.trust, f"trust of {role.name}")
    strangers = [flaw for statement in only("Allow", statements) for flaw in _strangers(statement)]
    compared = {TRUSTED: (tuple(strangers), within(()))}
    return (
        *differences(ROLE.words, role.name, compared, call=CALL),
        *_refused(role, statements, _asked_by_lambda(want), now),
    )


def _strangers(statement: Statement) -> Iterator[Words]:
    if statement.not_principals or statement.not_actions:
        yield ALL_BUT_A_FEW
    others = (
        principal
        for kind, principal in statement.principals
        if (kind, principal) != LAMBDA and not is_gone(kind, principal)
    )
    yield from (statement.under_conditions(Words.same(principal)) for principal in others)
    yield from (
        Words(en=f"action {action}", ja=f"アクション{action}")
        for action in statement.actions
        if action.lower() != ASSUME.lower()
    )


def _refused(
    role: Role, statements: tuple[Statement, ...], request: Context, now: datetime
) -> tuple[Difference, ...]:
    """Return that Lambda may not assume the role, and by which statement; a condition that cannot be evaluated counts as not met."""
    anyone = {LAMBDA, ("*", "*"), ("AWS", "*")}
    for_lambda = [statement for statement in statements if anyone & set(statement.principals)]
    decision = evaluate_from(for_lambda, ASSUME, "*", over_time(request, now))
    if decision.allowed:
        return ()
    about = {"decidable": decision.outcome is EvalDecision.UNKNOWN, "loosens": True, "call": CALL}
    return (fault(ROLE.words, role.name, BY_LAMBDA, decision.reason, IS_ALLOWED, **about),)


def _asked_by_lambda(want: desired.Role) -> Context:
    """Return the condition keys that Lambda sends when it assumes the role of this function: it has no session yet."""
    no_session = {"aws:TokenIssueTime": (), "sts:ExternalId": ()}
    return of_service(LAMBDA[1], want.function_arn, no_session)


def of_service(service: str, source: str, more: Mapping[str, str | tuple[str, ...]]) -> Context:
    """Return what is known of a service's request for one of our resources (an ARN): it belongs to no organization."""
    return context(
        {
            "aws:SourceArn": source,
            "aws:SourceAccount": source.split(":")[4],
            "aws:SecureTransport": "true",
            "aws:PrincipalIsAWSService": "true",
            SERVICE: service,
            "aws:PrincipalOrgID": (),
            **more,
        }
    )
