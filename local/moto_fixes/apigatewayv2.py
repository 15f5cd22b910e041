"""The second API of API Gateway, of which only the domains that it shares with the first are asked."""

from typing import Any
from uuid import uuid4

from local.aws.moto import Moto
from local.aws.request import NO_CONTENT, Request, Response, json_response


def _first(request: Request, moto: Moto) -> Any:
    return moto.backend("apigateway", request.region)


def get_api_mappings(request: Request, moto: Moto) -> Response:
    name = request.labels["DomainName"]
    of_first = [
        _mapping(entry.base_path, entry.rest_api_id, _key(entry.base_path), entry.stage or "")
        for entry in _first(request, moto).base_path_mappings.get(name, {}).values()
    ]
    noted = moto.noted(request, "api_mappings").values()
    return json_response({"items": [*of_first, *(e for e in noted if e["domainName"] == name)]})


def create_api_mapping(request: Request, moto: Moto) -> Response:
    """Map a domain of the first API, at a path of several levels as well."""
    params, noted = request.parameters, moto.noted(request, "api_mappings")
    id_ = uuid4().hex
    mapping = _mapping(id_, params["apiId"], params.get("apiMappingKey", ""), params["stage"])
    noted[id_] = mapping | {"domainName": params["DomainName"]}
    return json_response(mapping, 201)


def delete_api_mapping(request: Request, moto: Moto) -> Response:
    """Delete a mapping of a domain of the first API, also one that another API made."""
    of_domain = _first(request, moto).base_path_mappings.get(request.labels["DomainName"], {})
    for mappings in (of_domain, moto.noted(request, "api_mappings")):
        if mappings.pop(request.labels["ApiMappingId"], None) is not None:
            return NO_CONTENT
    return moto(request)


def list_routing_rules(*_: object) -> Response:
    """Answer that a domain has no routing rules, which moto does not know."""
    return json_response({"routingRules": []})


def _mapping(id_: str, api: str, key: str, stage: str) -> dict[str, str]:
    return {"apiMappingId": id_, "apiId": api, "apiMappingKey": key, "stage": stage}


def _key(base_path: str | None) -> str:
    return "" if base_path in {None, "(none)"} else str(base_path)
