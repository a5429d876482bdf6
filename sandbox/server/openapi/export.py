"""A deployed API as an OpenAPI document: GetExport's answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox.server.openapi import words
from sandbox.server.openapi.parts import filled, header, integration, scheme, told
from sandbox.server.openapi.words import Document

OAS30, SWAGGER = "oas30", "swagger"
# What a document may have beside OpenAPI's own: GetExport's `extensions`. The last is all of them.
INTEGRATIONS, AUTHORIZERS, ALL = "integrations", "authorizers", "apigateway"


@dataclass(frozen=True)
class Deployed:
    """What a stage serves.

    Attributes:
        api: the API's own record; id and stage: where it is called.
        resources, authorizers, models, validators: the records that its deployment froze, by id;
            models by name.
        responses: gateway responses that differ from AWS's own, by type.
        created: when the deployment was made, in ISO 8601.
    """

    api: Document
    stage: str
    region: str
    created: str
    resources: Document
    authorizers: Document
    models: Document
    validators: Document
    responses: Document


def document(deployed: Deployed, kind: str, extensions: frozenset[str]) -> Document:
    """The API as a document.

    Args:
        kind: OAS30 or SWAGGER.
        extensions: what else is wanted: INTEGRATIONS, AUTHORIZERS, ALL.
    """
    return Writer(deployed, kind, extensions).document()


class Writer:
    """Writes one document."""

    def __init__(self, deployed: Deployed, kind: str, extensions: frozenset[str]) -> None:
        self.deployed, self.oas30 = deployed, kind == OAS30
        self.all = ALL in extensions
        self.integrations = self.all or INTEGRATIONS in extensions
        self.authorizers = self.all or AUTHORIZERS in extensions
        self.schemes: Document = {}
        self.used: set[str] = set()  # the models that something refers to

    def document(self) -> Document:
        api = self.deployed.api
        info = {
            "title": api.get("name"),
            "description": api.get("description"),
            "version": api.get("version") or self.deployed.created,
        }
        paths = self._paths()  # first: it finds which schemes and models are used
        head = {"openapi": "3.0.1"} if self.oas30 else {"swagger": "2.0"}
        found = {**head, "info": filled(info), **self._address(), "paths": paths}
        found.update(self._components())
        if self.all:
            found.update(self._extensions())
        return found

    # Where it is

    def _address(self) -> Document:
        host = f"{self.deployed.api['id']}.execute-api.{self.deployed.region}.amazonaws.com"
        endpoint = self._endpoint() if self.all else {}
        base = f"/{self.deployed.stage}"
        if not self.oas30:
            return {"host": host, "basePath": base, "schemes": ["https"], **endpoint}
        variables = {"basePath": {"default": base}}
        return {
            "servers": [{"url": f"https://{host}/{{basePath}}", "variables": variables, **endpoint}]
        }

    def _endpoint(self) -> Document:
        api = self.deployed.api
        found = filled(
            {
                "disableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint"),
                "vpcEndpointIds": (api.get("endpointConfiguration") or {}).get("vpcEndpointIds"),
            }
        )
        return {words.ENDPOINT: found} if found else {}

    # Paths

    def _paths(self) -> Document:
        found = {}
        records = self.deployed.resources.values()
        for resource in sorted(records, key=lambda each: str(each["path"])):
            methods = resource.get("resourceMethods") or {}
            operations = {
                words.ANY if verb == "ANY" else verb.lower(): self._operation(method)
                for verb, method in sorted(methods.items())
            }
            if operations:
                found[resource["path"]] = operations
        return found

    def _operation(self, method: Document) -> Document:
        found: Document = {}
        if method.get("operationName"):
            found["operationId"] = method["operationName"]
        parameters = self._parameters(method)
        models = method.get("requestModels") or {}
        if models and self.oas30:
            found["requestBody"] = {"content": self._content(models), "required": True}
        elif models:
            found["consumes"] = list(models)
            name = next(iter(models.values()))
            body = {"in": "body", "name": name, "required": True, "schema": self._reference(name)}
            parameters.append(body)
        responses = method.get("methodResponses") or {}
        if not self.oas30:
            kinds = {
                kind for each in responses.values() for kind in each.get("responseModels") or {}
            }
            found.update({"produces": sorted(kinds)} if kinds else {})
        found.update({"parameters": parameters} if parameters else {})
        found["responses"] = {code: self._response(code, each) for code, each in responses.items()}
        if security := self._security(method):
            found["security"] = [security]
        validator = self.deployed.validators.get(method.get("requestValidatorId") or "")
        if validator and self.all:
            found[words.VALIDATOR] = validator["name"]
        if self.integrations and method.get("methodIntegration"):
            found[words.INTEGRATION] = integration(method["methodIntegration"])
        return found

    def _parameters(self, method: Document) -> list[Document]:
        found = []
        places = {place: name for name, place in words.PLACES.items()}
        for mapped, required in sorted((method.get("requestParameters") or {}).items()):
            _, _, place, name = mapped.split(".", 3)
            kind = {"schema": {"type": "string"}} if self.oas30 else {"type": "string"}
            needed = {"required": True} if required or place == "path" else {}
            found.append({"name": name, "in": places[place], **needed, **kind})
        return found

    def _response(self, code: str, response: Document) -> Document:
        found: Document = {"description": f"{code} response"}
        kind = {"schema": {"type": "string"}} if self.oas30 else {"type": "string"}
        names = [each.rpartition(".")[2] for each in response.get("responseParameters") or {}]
        if names:
            found["headers"] = {name: kind for name in sorted(names)}
        models = response.get("responseModels") or {}
        if self.oas30:
            found["content"] = self._content(models)
        elif models:
            found["schema"] = self._reference(next(iter(models.values())))
        return found

    def _content(self, models: Document) -> Document:
        return {kind: {"schema": self._reference(name)} for kind, name in models.items()}

    def _reference(self, model: str) -> Document:
        self.used.add(model)
        return {"$ref": f"#/{'components/schemas' if self.oas30 else 'definitions'}/{model}"}

    # Who may call

    def _security(self, method: Document) -> Document:
        found: dict[str, list[str]] = {}
        if method.get("authorizationType") == "AWS_IAM":
            found[words.SIGV4] = []
            self.schemes[words.SIGV4] = header("Authorization", words.AWS_SIGV4)
        known = self.deployed.authorizers.get(method.get("authorizerId") or "")
        if known:
            found[known["name"]] = list(method.get("authorizationScopes") or [])
            self.schemes[known["name"]] = scheme(known, self.authorizers)
        if method.get("apiKeyRequired"):
            found[words.KEY] = []
            self.schemes[words.KEY] = header(words.KEY_HEADER)
        return found

    # What is named

    def _components(self) -> Document:
        models = {name: self._schema(name) for name in self._reached()}
        if not self.oas30:
            parts = {"securityDefinitions": self.schemes, "definitions": models}
            return {name: part for name, part in parts.items() if part}
        parts = {"schemas": models, "securitySchemes": self.schemes}
        return {"components": {name: part for name, part in parts.items() if part}}

    def _reached(self) -> list[str]:
        """The models that the paths use, and those that these use."""
        found, left = set(), set(self.used)
        while left:
            name = left.pop()
            found.add(name)
            text = json.dumps(self._schema(name))
            left |= {each for each in self.deployed.models if f'/{each}"' in text} - found
        return sorted(found & set(self.deployed.models))

    def _schema(self, name: str) -> Document:
        schema = (self.deployed.models.get(name) or {}).get("schema") or "{}"
        found = json.loads(schema) if isinstance(schema, str) else dict(schema)
        found.pop("$schema", None)
        return dict(self._local(found))

    def _local(self, schema: Any) -> Any:
        """A schema whose references to other models of the API are references in the document."""
        if isinstance(schema, list):
            return [self._local(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        place = "components/schemas" if self.oas30 else "definitions"
        return {
            key: f"#/{place}/{value.rpartition('/')[2]}"
            if key == "$ref" and isinstance(value, str) and "/models/" in value
            else self._local(value)
            for key, value in schema.items()
        }

    def _extensions(self) -> Document:
        api = self.deployed.api
        policy = api.get("policy")
        validators = {
            each["name"]: {
                "validateRequestParameters": each["validateRequestParameters"],
                "validateRequestBody": each["validateRequestBody"],
            }
            for each in self.deployed.validators.values()
        }
        own_key = api.get("apiKeySource") not in (None, "HEADER")
        return filled(
            {
                words.API_KEY_SOURCE: api["apiKeySource"] if own_key else None,
                words.RESPONSES: {
                    kind: told(each) for kind, each in self.deployed.responses.items()
                },
                words.SECURITY_POLICY: api.get("securityPolicy"),
                words.POLICY: json.loads(policy) if isinstance(policy, str) and policy else policy,
                words.VALIDATORS: validators,
                words.BINARY: api.get("binaryMediaTypes"),
                words.MINIMUM_COMPRESSION: api.get("minimumCompressionSize"),
                words.ENDPOINT_ACCESS: api.get("endpointAccessMode"),
            }
        )
