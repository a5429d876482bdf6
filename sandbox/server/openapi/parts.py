"""Parts of an API that an extension has whole: integrations, authorizers, gateway responses."""

from __future__ import annotations

from sandbox.server.openapi import words
from sandbox.server.openapi.words import Document

DEFAULT_TIMEOUT = 29_000  # milliseconds; not written, as BUFFERED is


def integration(record: Document) -> Document:
    """An integration as its extension has it."""
    responses = {
        each.get("selectionPattern") or words.DEFAULT: filled(
            {
                "statusCode": each.get("statusCode"),
                "responseParameters": each.get("responseParameters"),
                "responseTemplates": each.get("responseTemplates"),
                "contentHandling": each.get("contentHandling"),
            }
        )
        for each in (record.get("integrationResponses") or {}).values()
    }
    found = {name: record.get(name) for name in words.SAME}
    if found["timeoutInMillis"] == DEFAULT_TIMEOUT:
        found.pop("timeoutInMillis")
    if found["connectionType"] == "INTERNET":
        found.pop("connectionType")
    found.update({name: str(record.get(name) or "").lower() for name in words.LOWERED})
    return filled({**found, "responses": responses})


def scheme(authorizer: Document, whole: bool) -> Document:
    """An authorizer as a security scheme; `whole`: with its extension, so that it can be made again."""
    source = str(authorizer.get("identitySource") or "")
    place, _, name = source.removeprefix("method.request.").partition(".")
    single = "," not in source and place in words.PLACES.values()
    kind = str(authorizer.get("type") or "TOKEN").lower()
    pool = kind == "cognito_user_pools"
    found = {
        "type": "apiKey",
        "name": name if single else "Unused",
        "in": "query" if single and place == "querystring" else "header",
        words.AUTHTYPE: authorizer.get("authType") or (kind if pool else "custom"),
    }
    if whole:
        found[words.AUTHORIZER] = filled(
            {
                "type": kind,
                "providerARNs": authorizer.get("providerARNs"),
                "authorizerUri": authorizer.get("authorizerUri"),
                "authorizerCredentials": authorizer.get("authorizerCredentials"),
                "identitySource": source if kind == "request" else None,
                "identityValidationExpression": authorizer.get("identityValidationExpression"),
                "authorizerResultTtlInSeconds": authorizer.get("authorizerResultTtlInSeconds"),
            }
        )
    return found


def header(name: str, kind: str = "") -> Document:
    """A security scheme for what a header carries."""
    return {
        "type": "apiKey",
        "name": name,
        "in": "header",
        **({words.AUTHTYPE: kind} if kind else {}),
    }


def told(response: Document) -> Document:
    """A gateway response as its extension has it."""
    names = ("statusCode", "responseParameters", "responseTemplates")
    return filled({name: response.get(name) for name in names})


def filled(found: Document) -> Document:
    """What says something; 0 and False do."""
    return {name: value for name, value in found.items() if value not in (None, "", {}, [])}


# And back


def read_authorizer(name: str, scheme: Document) -> Document:
    """Members of CreateAuthorizer, and `authorization`: what methods with it are."""
    told = dict(scheme[words.AUTHORIZER] or {})
    kind = str(told.get("type") or "").upper()
    place = words.PLACES.get(str(scheme.get("in") or "header"), "header")
    source = told.get("identitySource") or f"method.request.{place}.{scheme.get('name')}"
    authorization = "COGNITO_USER_POOLS" if kind == "COGNITO_USER_POOLS" else "CUSTOM"
    return {
        **told,
        "name": name,
        "type": kind,
        "authType": scheme.get(words.AUTHTYPE) or "custom",
        "identitySource": source,
        "authorization": authorization,
    }


def read_integration(extension: Document) -> Document:
    """Members of PutIntegration."""
    found = {name: extension[name] for name in words.SAME if extension.get(name) is not None}
    for name in words.LOWERED:
        if extension.get(name):
            found[name] = str(extension[name]).upper()
    return found


def read_integration_responses(extension: Document) -> Document:
    """Members of PutIntegrationResponse by status code; `default` is the one without a pattern."""
    found = {}
    for pattern, response in (extension.get("responses") or {}).items():
        told = {name: value for name, value in response.items() if name != "statusCode"}
        own = {} if pattern == words.DEFAULT else {"selectionPattern": pattern}
        found[str(response.get("statusCode") or "200")] = {**told, **own}
    return found
