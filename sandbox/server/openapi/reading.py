"""An OpenAPI document as the parts of an API: what an import is to make."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from sandbox.server.base.refusals import Refused
from sandbox.server.openapi import words
from sandbox.server.openapi.parts import (
    read_authorizer,
    read_integration,
    read_integration_responses,
)
from sandbox.server.openapi.words import Document

DRAFT = "http://json-schema.org/draft-04/schema#"
JSON = "application/json"
IGNORE, PREPEND, SPLIT = "ignore", "prepend", "split"  # what becomes of the document's base path
UNREADABLE = "Unable to parse API definition because of a malformed integration at path {}"


@dataclass(frozen=True)
class Method:
    """One method of a path, as the calls that make it want it.

    Attributes:
        method, integration: members of PutMethod and PutIntegration. A method's authorizer and
            validator are names here; their ids come with them.
        responses, integration_responses: members of the calls for each status code.
    """

    path: str
    verb: str
    method: Document
    authorizer: str = ""
    validator: str = ""
    responses: Document = field(default_factory=dict)
    integration: Document = field(default_factory=dict)
    integration_responses: Document = field(default_factory=dict)


@dataclass
class Definition:
    """An API as a document defines it.

    Attributes:
        api: members of CreateRestApi. models, validators, authorizers, responses: by name.
        warnings: what could not be understood.
    """

    api: Document
    models: Document = field(default_factory=dict)
    validators: Document = field(default_factory=dict)
    authorizers: Document = field(default_factory=dict)
    responses: Document = field(default_factory=dict)
    methods: list[Method] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def parsed(body: bytes) -> Document:
    """The document in a body, JSON or YAML.

    Raises:
        Refused: it is none of version 2.0 or 3.0.
    """
    found = None
    with suppress(ValueError, yaml.YAMLError, RecursionError):
        text = body.decode("utf-8")
        try:
            found = json.loads(text)
        except ValueError:
            found = yaml.safe_load(text)
    if not isinstance(found, dict):
        raise Refused("Invalid OpenAPI input.")
    version = str(found.get("openapi") or found.get("swagger") or "")
    if not version.startswith(("2.0", "3.0")):
        raise Refused("Invalid OpenAPI input. Failed to parse the document: unknown version")
    return found


def read(document: Document, base_path: str = IGNORE) -> Definition:
    """What a document defines.

    Args:
        base_path: IGNORE, PREPEND, or SPLIT: whether paths begin with the document's.

    Raises:
        Refused: it has no title, or a part has not the form that it must have.
    """
    info = document.get("info")
    if not isinstance(info, dict) or not info.get("title"):
        raise Refused("Unable to import the document: its info has no title")
    try:
        return Reader(document, base_path).read(info)
    except (AttributeError, KeyError, TypeError) as error:
        # A list where an object belongs, a parameter without a name: documents come from anywhere.
        raise Refused(
            f"Invalid OpenAPI input. A part has not the form it must have: {error}"
        ) from None


class Reader:
    """Reads one document."""

    def __init__(self, document: Document, base_path: str) -> None:
        self.document = document
        self.before = _before(document, base_path)
        self.found = Definition({})

    def read(self, info: Document) -> Definition:
        self.found.api = _api(self.document, info)
        self.found.validators = dict(self.document.get(words.VALIDATORS) or {})
        self.found.responses = dict(self.document.get(words.RESPONSES) or {})
        for name, schema in words.schemas(self.document).items():
            self.found.models[name] = {**schema}
        for name, scheme in words.schemes(self.document).items():
            if words.AUTHORIZER in scheme:
                self.found.authorizers[name] = read_authorizer(name, scheme)
        for path, item in (self.document.get("paths") or {}).items():
            self.found.methods += self._methods(f"{self.before}{path}", dict(item or {}))
        return self.found

    def _methods(self, path: str, item: Document) -> Iterator[Method]:
        shared = item.get("parameters") or []
        for name in (*words.VERBS, words.ANY):
            operation = item.get(name)
            if isinstance(operation, dict):
                verb = "ANY" if name == words.ANY else name.upper()
                yield self._method(path, verb, operation, shared)

    def _method(self, path: str, verb: str, operation: Document, shared: list[Any]) -> Method:
        told = [self._resolved(each) for each in [*shared, *(operation.get("parameters") or [])]]
        placed = {
            f"method.request.{words.PLACES[each['in']]}.{each['name']}": bool(each.get("required"))
            for each in told
            if each.get("in") in words.PLACES
        }
        method = {
            "operationName": operation.get("operationId"),
            "requestParameters": placed,
            "requestModels": self._request_models(operation, told),
        }
        authorizer = self._security(
            operation.get("security", self.document.get("security")), method
        )
        extension = operation.get(words.INTEGRATION) or {}
        if not isinstance(extension, dict):
            raise Refused(UNREADABLE.format(path))
        return Method(
            path,
            verb,
            {name: value for name, value in method.items() if value},
            authorizer,
            operation.get(words.VALIDATOR) or self.document.get(words.VALIDATOR) or "",
            {
                str(code): self._response(self._resolved(each))
                for code, each in (operation.get("responses") or {}).items()
                if str(code).isdigit()
            },
            read_integration(extension),
            read_integration_responses(extension),
        )

    # Models

    def _request_models(self, operation: Document, parameters: list[Document]) -> Document:
        body = self._resolved(operation.get("requestBody") or {})
        if body:
            return self._content(body.get("content") or {})
        schema = next((each.get("schema") for each in parameters if each.get("in") == "body"), None)
        kinds = operation.get("consumes") or self.document.get("consumes") or [JSON]
        return {kind: self._model(schema) for kind in kinds} if schema else {}

    def _content(self, content: Document) -> Document:
        schemas = {kind: (each or {}).get("schema") for kind, each in content.items()}
        return {kind: self._model(schema) for kind, schema in schemas.items() if schema}

    def _model(self, schema: Document) -> str:
        """The name of a schema's model; one that stands where it is used gets a name."""
        if "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            if name not in self.found.models:
                self.found.warnings.append(f"Invalid model identifier specified: {name}")
            return name
        digest = hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
        name = f"MODEL{digest[:6]}"
        self.found.models[name] = schema
        return name

    def _response(self, response: Document) -> Document:
        headers = response.get("headers") or {}
        if "content" in response:
            models = self._content(response["content"])
        else:
            schema = response.get("schema")
            kinds = self.document.get("produces") or [JSON]
            models = {kind: self._model(schema) for kind in kinds} if schema else {}
        found = {
            "responseParameters": {f"method.response.header.{name}": False for name in headers},
            "responseModels": models,
        }
        return {name: value for name, value in found.items() if value}

    def _resolved(self, part: Any) -> Document:
        """A part of the document, or the one that it refers to."""
        reference = part.get("$ref") if isinstance(part, dict) else None
        if reference is None:
            if not isinstance(part, dict):
                raise TypeError(f"{part!r} is no object")
            return part
        found: Any = self.document
        for step in str(reference).removeprefix("#/").split("/"):
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, dict) or "$ref" in found:
            raise Refused(f"Unable to resolve the reference {reference}")
        return found

    # Who may call

    def _security(self, security: Any, method: Document) -> str:
        """Set what a method's security says; the name of its authorizer."""
        authorizer = ""
        for name, scopes in ((name, s) for each in security or [] for name, s in each.items()):
            scheme = words.schemes(self.document).get(name) or {}
            if name in self.found.authorizers:
                authorizer = name
                method["authorizationType"] = self.found.authorizers[name]["authorization"]
                method["authorizationScopes"] = scopes
            elif str(scheme.get(words.AUTHTYPE)).lower() == words.AWS_SIGV4.lower():
                method["authorizationType"] = "AWS_IAM"
            elif str(scheme.get("name")).lower() == words.KEY_HEADER:
                method["apiKeyRequired"] = True
            else:
                self.found.warnings.append(f"Unable to find the security scheme {name}")
        method.setdefault("authorizationType", "NONE")
        return authorizer


def model(name: str, schema: Document, api_id: str) -> Document:
    """Members of CreateModel: references between models are by the API's own addresses."""
    text = json.dumps({"$schema": DRAFT, **schema})
    place = f"https://apigateway.amazonaws.com/restapis/{api_id}/models/"
    return {
        "name": name,
        "contentType": JSON,
        "schema": re.sub(r"#/(?:definitions|components/schemas)/", place, text),
    }


def _before(document: Document, base_path: str) -> str:
    """What all paths begin with."""
    if base_path == IGNORE:
        return ""
    base = str(document.get("basePath") or "")
    for server in document.get("servers") or []:
        url = str(server.get("url") or "")
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default")).strip("/"))
        base = re.sub(r"^https?://[^/]*", "", url)
    parts = [each for each in base.split("/") if each]
    return "".join(f"/{each}" for each in (parts[1:] if base_path == SPLIT else parts))


def _api(document: Document, info: Document) -> Document:
    endpoint = document.get(words.ENDPOINT) or {}
    for server in document.get("servers") or []:
        endpoint = server.get(words.ENDPOINT) or endpoint
    policy = document.get(words.POLICY)
    found = {
        "name": str(info["title"]),
        "description": info.get("description"),
        "version": str(info.get("version") or ""),
        "apiKeySource": document.get(words.API_KEY_SOURCE),
        "binaryMediaTypes": document.get(words.BINARY),
        "minimumCompressionSize": document.get(words.MINIMUM_COMPRESSION),
        "policy": json.dumps(policy) if isinstance(policy, dict) else policy,
        "disableExecuteApiEndpoint": endpoint.get("disableExecuteApiEndpoint"),
        "securityPolicy": document.get(words.SECURITY_POLICY),
        "endpointAccessMode": document.get(words.ENDPOINT_ACCESS),
    }
    return {name: value for name, value in found.items() if value is not None}
