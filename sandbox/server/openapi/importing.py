"""An API is made from a document, or made to be what one says, or not touched at all.

Each part is made by the call that a client would make, so that what AWS refuses is refused here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.server.base import emulator, snapshots
from sandbox.server.base.emulator import Answer
from sandbox.server.base.refusals import Refused
from sandbox.server.openapi import reading
from sandbox.server.openapi.reading import Definition, Method
from sandbox.server.openapi.words import Document

v1 = emulator.v1
Call = Callable[[str, str, Document], Awaitable[Answer]]
"""A call to the control plane: method, path, members of its body."""

STORES = (*snapshots.FROZEN, "_gateway_responses")
MERGE, OVERWRITE = "merge", "overwrite"
ERRORS = "Errors found during import:\n\t{}"
WARNINGS = "Warnings found during import:\n\t{}"


class Import:
    """One document, and the API that it changes."""

    def __init__(self, call: Call, definition: Definition) -> None:
        self.call, self.definition = call, definition
        self.api_id = ""
        self.authorizers: dict[str, str] = {}  # ids by name
        self.validators: dict[str, str] = {}
        self.paths: dict[str, str] = {}  # ids of resources

    async def create(self, more: Document) -> str:
        """Make a new API; its id. `more`: members of CreateRestApi that the request has itself.

        Raises:
            Refused: a part cannot be made. Nothing is left of the API.
        """
        made = await self._made("POST", "/restapis", {**self.definition.api, **more}, "API")
        self.api_id = made["id"]
        try:
            self._forget_models()
            await self._parts()
        except BaseException:
            v1._delete_rest_api(self.api_id)
            raise
        return self.api_id

    async def put(self, api_id: str, mode: str) -> None:
        """Make an API what the document says: besides what it has (MERGE), or in its place (OVERWRITE).

        Raises:
            Refused: there is no such API, or a part cannot be made; the API is as it was.
        """
        self.api_id = api_id
        if api_id not in v1._rest_apis:
            raise Refused("Invalid API identifier specified", "NotFoundException", 404)
        before = {name: copy.deepcopy(getattr(v1, name).get(api_id)) for name in STORES}
        try:
            if mode == OVERWRITE:
                self._clear()
            await self._api()
            await self._parts()
        except BaseException:
            for name, record in before.items():
                if record is not None:
                    getattr(v1, name)[api_id] = record
            raise

    # What goes

    def _clear(self) -> None:
        """Take away all that a document can define. The root keeps its id, and loses its methods."""
        resources = v1._resources[self.api_id]
        for key in [key for key, each in resources.items() if each.get("path") != "/"]:
            del resources[key]
        for root in resources.values():
            root["resourceMethods"] = {}
        for name in ("_authorizers_v1", "_request_validators", "_gateway_responses"):
            if getattr(v1, name).get(self.api_id):
                getattr(v1, name)[self.api_id] = {}
        v1._rest_apis[self.api_id].update({"policy": None, "binaryMediaTypes": []})
        self._forget_models()

    def _forget_models(self) -> None:
        """An API of a document has the document's models only, not the two that others begin with."""
        v1._models[self.api_id] = {}

    # What comes

    async def _parts(self) -> None:
        for resource in v1._resources[self.api_id].values():
            self.paths[resource["path"]] = resource["id"]
        await self._named()
        for method in self.definition.methods:
            await self._method(method)

    async def _api(self) -> None:
        """Change the API's own members, by the call that checks them."""
        api, wanted = v1._rest_apis[self.api_id], dict(self.definition.api)
        api["version"] = wanted.pop("version", api.get("version"))
        types = [each for each in wanted.pop("binaryMediaTypes", []) if each not in _types(api)]
        changes = [{"op": "add", "path": f"/binaryMediaTypes/{_escaped(each)}"} for each in types]
        for name, value in wanted.items():
            text = json.dumps(value) if isinstance(value, (bool, int)) else str(value)
            changes.append({"op": "replace", "path": f"/{name}", "value": text})
        body = {"patchOperations": changes}
        await self._made("PATCH", f"/restapis/{self.api_id}", body, "API")

    async def _named(self) -> None:
        definition, api = self.definition, f"/restapis/{self.api_id}"
        for name, schema in definition.models.items():
            v1._models[self.api_id].pop(name, None)
            body = reading.model(name, schema, self.api_id)
            await self._made("POST", f"{api}/models", body, f"model '{name}'")
        for name, validator in definition.validators.items():
            body = {**validator, "name": name}
            made = await self._made("POST", f"{api}/requestvalidators", body, f"validator '{name}'")
            self.validators[name] = made["id"]
        for name, authorizer in definition.authorizers.items():
            body = {key: value for key, value in authorizer.items() if key != "authorization"}
            known = v1._authorizers_v1.get(self.api_id) or {}
            for old in [key for key, each in known.items() if each["name"] == name]:
                del known[old]
            made = await self._made("POST", f"{api}/authorizers", body, f"authorizer '{name}'")
            self.authorizers[name] = made["id"]
        for kind, response in definition.responses.items():
            what = f"gateway response '{kind}'"
            await self._made("PUT", f"{api}/gatewayresponses/{kind}", response, what)

    async def _resource(self, path: str) -> str:
        """The id of a path's resource; what leads there is made with it."""
        if path not in self.paths:
            above, _, part = path.rstrip("/").rpartition("/")
            parent = await self._resource(above or "/")
            place = f"/restapis/{self.api_id}/resources/{parent}"
            made = await self._made("POST", place, {"pathPart": part}, f"resource at path '{path}'")
            self.paths[path] = made["id"]
        return self.paths[path]

    async def _method(self, method: Method) -> None:
        resource = await self._resource(method.path)
        place = f"/restapis/{self.api_id}/resources/{resource}/methods/{method.verb}"
        what = f"'{method.verb}' for resource at path '{method.path}'"
        body = dict(method.method)
        if method.authorizer:
            body["authorizerId"] = self.authorizers[method.authorizer]
        if method.validator:
            body["requestValidatorId"] = self.validators.get(method.validator, method.validator)
        v1._resources[self.api_id][resource]["resourceMethods"].pop(method.verb, None)
        await self._made("PUT", place, body, f"method {what}")
        for code, response in method.responses.items():
            await self._made(
                "PUT", f"{place}/responses/{code}", response, f"method response {what}"
            )
        if not method.integration:
            return
        await self._made(
            "PUT", f"{place}/integration", method.integration, f"integration on {what}"
        )
        for code, response in method.integration_responses.items():
            there = f"{place}/integration/responses/{code}"
            await self._made("PUT", there, response, f"integration response on {what}")

    async def _made(self, verb: str, path: str, body: Document, what: str) -> Any:
        """What a call answers; one that is refused ends the import, in AWS's words for it."""
        status, _, text = (await self.call(verb, path, body))[:3]
        data = json.loads(text) if text else {}
        if status >= 400:
            told = f"Unable to put {what}: {data.get('message')}"
            raise Refused(ERRORS.format(told), status=status if status == 409 else 400)
        return data


def _types(api: Document) -> list[str]:
    """The binary media types that an API has."""
    return api.get("binaryMediaTypes") or []


def _escaped(part: str) -> str:
    """One step of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def judge(definition: Definition, fail_on_warnings: bool) -> None:
    """Refuse what has warnings, where the request wants that."""
    if fail_on_warnings and definition.warnings:
        raise Refused(WARNINGS.format("\n\t".join(definition.warnings)))
