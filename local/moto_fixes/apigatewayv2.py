"""The second API of API Gateway, of which only the domains that it shares with the first are asked."""

from local.aws.moto import Moto
from local.aws.request import Request, Response, json_response, refusal


def get_api_mappings(request: Request, moto: Moto) -> Response:
    """Answer for domains of the first API too: on AWS both APIs describe the same domains."""
    name = request.labels["DomainName"]
    with moto.lock("apigateway"):
        first = moto.backend("apigateway", request.region)
        if name not in first.domain_names:
            return moto(request)
        of_first = [
            _mapping(entry.base_path, entry.rest_api_id, _key(entry.base_path), entry.stage or "")
            for entry in first.base_path_mappings.get(name, {}).values()
        ]
        noted = [
            entry
            for entry in moto.noted(request, "api_mappings").values()
            if entry["domainName"] == name
        ]
        return json_response({"items": [*of_first, *noted]})


def create_api_mapping(request: Request, moto: Moto) -> Response:
    """Map a domain of the first API, at a path of several levels as well."""
    params = request.parameters
    with moto.lock("apigateway"):
        if params["DomainName"] not in moto.backend("apigateway", request.region).domain_names:
            return moto(request)
        noted = moto.noted(request, "api_mappings")
        id_ = f"mapping{len(noted)}"
        mapping = _mapping(id_, params["apiId"], params.get("apiMappingKey", ""), params["stage"])
        noted[id_] = mapping | {"domainName": params["DomainName"]}
        return json_response(mapping, 201)


def delete_api_mapping(request: Request, moto: Moto) -> Response:
    """Delete a mapping of a domain of the first API, also one that another API made."""
    id_ = request.labels["ApiMappingId"]
    with moto.lock("apigateway"):
        of_first = moto.backend("apigateway", request.region).base_path_mappings
        if of_first.get(request.labels["DomainName"], {}).pop(id_, None) is not None:
            return Response(status=204, headers={}, body=b"")
        if moto.noted(request, "api_mappings").pop(id_, None) is None:
            return moto(request)
        return Response(status=204, headers={}, body=b"")


def list_routing_rules(request: Request, moto: Moto) -> Response:
    """Answer that a domain has no routing rules, which moto does not know."""
    with moto.lock("apigateway"):
        if request.labels["DomainName"] in moto.backend("apigateway", request.region).domain_names:
            return json_response({"routingRules": []})
        return refusal(
            request, "NotFoundException", "Invalid domain name identifier specified", 404
        )


def _mapping(id_: str, api: str, key: str, stage: str) -> dict[str, str]:
    return {"apiMappingId": id_, "apiId": api, "apiMappingKey": key, "stage": stage}


def _key(base_path: str | None) -> str:
    return "" if base_path in {None, "(none)"} else str(base_path)
