"""Where OpenAPI 3.0 and Swagger 2.0 put the same facts differently."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What a document says, in whichever format."""

    info: Mapping[str, str]
    host: str
    stage: str
    paths: Mapping[str, Any]
    schemas: Mapping[str, Any]
    schemes: Mapping[str, Any]


class Dialect(Protocol):
    """One of the two formats that GetExport writes."""

    def parameter(self, name: str, place: str, required: bool, /) -> dict[str, Any]: ...

    def response(
        self, status: str, headers: tuple[str, ...], models: Mapping[str, str], /
    ) -> dict[str, Any]: ...

    def document(self, exported: Exported, /) -> dict[str, Any]: ...


class OpenApi3:
    """``oas30``."""

    def parameter(self, name: str, place: str, required: bool, /) -> dict[str, Any]:
        flag = {"required": True} if required else {}
        return {"name": name, "in": place, **flag, "schema": {"type": "string"}}

    def response(
        self, status: str, headers: tuple[str, ...], models: Mapping[str, str], /
    ) -> dict[str, Any]:
        written: dict[str, Any] = {"description": f"{status} response"}
        if headers:
            written["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
        written["content"] = {
            kind: {"schema": {"$ref": f"#/components/schemas/{model}"}}
            for kind, model in models.items()
        }
        return written

    def document(self, exported: Exported, /) -> dict[str, Any]:
        components = {"schemas": exported.schemas, "securitySchemes": exported.schemes}
        server = {
            "url": f"https://{exported.host}/{{basePath}}",
            "variables": {"basePath": {"default": exported.stage}},
        }
        return {
            "openapi": "3.0.1",
            "info": exported.info,
            "servers": [server],
            "paths": exported.paths,
            "components": {name: value for name, value in components.items() if value},
        }


class Swagger2:
    """``swagger``."""

    def parameter(self, name: str, place: str, required: bool, /) -> dict[str, Any]:
        return {"name": name, "in": place, "required": required, "type": "string"}

    def response(
        self, status: str, headers: tuple[str, ...], models: Mapping[str, str], /
    ) -> dict[str, Any]:
        written: dict[str, Any] = {"description": f"{status} response"}
        for model in list(models.values())[:1]:
            written["schema"] = {"$ref": f"#/definitions/{model}"}
        if headers:
            written["headers"] = {name: {"type": "string"} for name in headers}
        return written

    def document(self, exported: Exported, /) -> dict[str, Any]:
        optional = {"securityDefinitions": exported.schemes, "definitions": exported.schemas}
        return {
            "swagger": "2.0",
            "info": exported.info,
            "host": exported.host,
            "basePath": f"/{exported.stage}",
            "schemes": ["https"],
            "paths": exported.paths,
            **{name: value for name, value in optional.items() if value},
        }


DIALECTS: Mapping[str, Dialect] = {"oas30": OpenApi3(), "swagger": Swagger2()}
