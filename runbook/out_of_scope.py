"""Stops before a REST API or tables are created beside what another design has in their place."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import chain

from aws.api.integration import VARIABLE
from aws.change.gate import empty_if
from aws.converge import alias, rest_api
from aws.converge.function import variables_in
from aws.desired import Function
from aws.door.failures import GONE
from runbook.engine import Refused, StepContext


def refuse_another_front(context: StepContext) -> None:
    """Stop where callers reach the functions by an HTTP API or by function URLs, and there is no REST API."""
    if rest_api.find(context, context.plan.api):
        return
    urls = chain.from_iterable(context.answers(_urls, context.plan.functions))
    if fronts := ", ".join([*_http_apis(context), *urls]):
        raise Refused(
            en=f"{fronts} invokes the functions. This project creates and judges REST APIs alone, as the guide"
            " does: this design is out of scope, and a REST API beside it would only divide its callers",
            ja=f"{fronts}が関数を呼び出しています。本プロジェクトが作成・判定するのは、手順書と同じREST APIだけです。"
            "この構成は対象外で、別にREST APIを作成すると呼び出し元が分かれてしまいます",
        )


def refuse_a_single_table(context: StepContext) -> None:
    """Stop where none of the planned tables exists, and several functions name one other table, and no more."""
    there = {*context.listed("dynamodb", "list_tables", "TableNames")}
    if there.intersection(table.name for table in context.plan.tables):
        return
    values_of_functions = context.answers(_values, context.plan.functions)
    used = Counter(name for values in values_of_functions for name in there & values)
    if len(used) == 1 and used.total() > 1:
        (name,) = used
        raise Refused(
            en=f"the functions keep their data in table {name}. This project creates and judges a table for each"
            " kind of data, as the guide does: one table for all is out of scope, and tables beside it would stay"
            " empty",
            ja=f"関数はテーブル{name}にデータを保存しています。本プロジェクトが作成・判定するのは、手順書と同じく"
            "データの種類ごとのテーブルです。単一テーブルの構成は対象外で、別に作成したテーブルは空のままになります",
        )


def _values(context: StepContext, function: Function) -> set[str]:
    """Return the values of a function's variables; none where it does not exist."""
    call = context.client("lambda").get_function_configuration
    return {*variables_in(empty_if(GONE, call, FunctionName=function.name)).values()}


def _urls(context: StepContext, function: Function) -> list[str]:
    call = context.client("lambda").list_function_url_configs
    answer = empty_if(GONE, call, FunctionName=function.name)
    return [f"function URL {url['FunctionUrl']}" for url in answer.get("FunctionUrlConfigs", ())]


def _callers(context: StepContext, function: Function) -> set[str]:
    """Return the ids of the APIs that the policies of a function and of its alias let in."""
    return {
        source.split(":")[5].partition("/")[0]
        for qualifier in (None, function.alias)
        for source in alias.invoking_apis(context, function, qualifier)
    }


def _http_apis(context: StepContext) -> Iterator[str]:
    callers = {*chain.from_iterable(context.answers(_callers, context.plan.functions))}
    for entry in context.listed("apigatewayv2", "get_apis", "Items") if callers else ():
        if _invokes(context, entry["ApiId"], callers):
            yield f"HTTP API {entry['Name']}"


def _invokes(context: StepContext, id_: str, callers: Collection[str]) -> bool:
    """Whether a permission names the HTTP API, or one for any API is used by an integration of it."""
    if id_ in callers or not any(fnmatchcase(id_, caller) for caller in callers):
        return id_ in callers
    ours = "|".join(re.escape(function.arn) for function in context.plan.functions)
    return any(re.search(rf"({ours})(?![\w-])", uri) for uri in _called(context, id_))


def _called(context: StepContext, id_: str) -> Iterator[str]:
    """Yield what the integrations of an HTTP API call, for each of its stages with its variables."""
    stages = [*context.listed("apigatewayv2", "get_stages", "Items", ApiId=id_)]
    integrations = [*context.listed("apigatewayv2", "get_integrations", "Items", ApiId=id_)]
    for variables in [{}, *(stage.get("StageVariables", {}) for stage in stages)]:
        for integration in integrations:
            yield _filled(integration.get("IntegrationUri", ""), variables)


def _filled(uri: str, variables: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: variables.get(match[1], match[0]), uri)
