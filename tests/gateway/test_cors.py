"""Web pages of other origins: what the program declares for them, and what the function answers."""

import functools
import json
import types

import handler
import pages
import pytest

from gateway import api, cors, program
from gateway.settings import Settings

ONE = ("https://page.example",)
TWO = (*ONE, "http://localhost:3000")
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture(scope="module")
def whole(declare):
    """The program with some origins and a way to prove who calls; nobody changes what is told."""

    @functools.cache
    def told(origins, **settings):
        return declare(
            lambda: program.gateway(Settings(model_layer=False, cors_origins=origins, **settings))
        )

    return told


def of(declared, kind):
    """The arguments of all resources of a type, by name."""
    token = f"aws:apigateway/{kind}"
    return {name: declared.inputs[name] for name, made in declared.types.items() if made == token}


def test_no_page_may_call_by_default(whole):
    declared = whole(())
    assert not [name for name in declared.types if name.startswith("preflight")]
    function = declared.inputs["LanguageModelLambda"]
    assert "PAGE_ORIGINS" not in function["environment"]["variables"]
    assert "Access-Control" not in json.dumps(of(declared, "response:Response"))


def test_every_path_answers_a_preflight_without_a_key_and_without_the_function(whole):
    declared = whole(ONE)
    methods = {
        name: given
        for name, given in of(declared, "method:Method").items()
        if given["httpMethod"] == "OPTIONS"
    }
    paths = of(declared, "resource:Resource")
    assert {"modelPath", "modelsPath", "oneModelPath", "completionsPath"} <= set(paths)
    assert {given["resourceId"] for given in methods.values()} == {f"{path}-id" for path in paths}
    for name, given in methods.items():
        assert given["authorization"] == "NONE"
        assert not given.get("apiKeyRequired")
        mock = of(declared, "integration:Integration")[name.replace("-", "Mock-", 1)]
        assert (mock["type"], mock["httpMethod"]) == ("MOCK", "OPTIONS")


def test_a_preflight_and_its_parts_are_frozen(whole):
    declared = whole(ONE)
    frozen = {urn.rpartition("::")[2] for urn in declared.outputs["frozen_parts"]}
    made = {name for name in declared.types if name.startswith("preflight")}
    assert len(made) == 4 * len(of(declared, "resource:Resource"))
    assert made <= frozen


def test_one_origin_is_named_by_a_preflight_and_by_every_refusal(whole):
    declared = whole(ONE)
    answer = of(declared, "integrationResponse:IntegrationResponse")["preflightHeaders-modelPath"]
    said = answer["responseParameters"]
    assert said[f"method.response.header.{ALLOW}"] == "'https://page.example'"
    assert said["method.response.header.Access-Control-Allow-Headers"] == "'Authorization,*'"
    assert "responseTemplates" not in answer
    promised = of(declared, "methodResponse:MethodResponse")["preflightResponse-modelPath"]
    assert set(promised["responseParameters"]) == set(said)
    for given in of(declared, "response:Response").values():
        headers = given["responseParameters"]
        assert headers[f"gatewayresponse.header.{ALLOW}"] == "'https://page.example'"
        assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"


def test_of_several_origins_the_one_that_asks_is_named_if_it_is_known(whole):
    declared = whole(TWO)
    answer = of(declared, "integrationResponse:IntegrationResponse")["preflightHeaders-modelPath"]
    said = answer["responseParameters"]
    assert said[f"method.response.header.{ALLOW}"] == "'https://page.example'"
    template = answer["responseTemplates"]["application/json"]
    assert '#if($origin == "http://localhost:3000")' in template
    assert f"#set($context.responseOverride.header.{ALLOW} = $origin)" in template
    refused = declared.inputs["throttledResponse"]["responseParameters"]
    assert refused[f"gatewayresponse.header.{ALLOW}"] == "method.request.header.Origin"


@pytest.mark.parametrize(("authentication", "effects"), [
    ("bearer", ["Deny", "Allow"]), ("iam", ["Deny", "Allow"]), ("cognito", ["Allow", "Deny", "Allow"]),
])  # fmt: skip
def test_the_resource_policy_lets_in_preflights_and_nothing_more(whole, authentication, effects):
    declared = whole(ONE, authentication=authentication)
    statements = json.loads(declared.inputs["languageModelApiPolicy"]["policy"])["Statement"]
    assert [each["Effect"] for each in statements] == effects
    assert statements[-1]["Resource"].endswith(":api1/*/OPTIONS/*")
    open_to_all = [
        name
        for name, given in of(declared, "method:Method").items()
        if given["authorization"] == "NONE"
    ]
    assert {name.partition("-")[0] for name in open_to_all} == {"preflight"}


def asked(monkeypatch, origins, origin, **more):
    monkeypatch.setattr(pages, "ORIGINS", frozenset(origins))
    event = {
        "httpMethod": "GET",
        "path": "/model",
        "headers": {"origin": origin} if origin else {},
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "r"},
        **more,
    }
    return handler.handler(event, types.SimpleNamespace(aws_request_id="l"))


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((), "https://page.example", None),
        (ONE, "https://page.example", "https://page.example"),
        (TWO, "http://localhost:3000", "http://localhost:3000"),
        (ONE, "https://evil.example", None),
        (ONE, "https://page.example.evil.example", None),
        (ONE, "null", None),
        (ONE, "", None),
    ],
)
def test_the_function_names_an_origin_that_it_knows(monkeypatch, origins, origin, allowed):
    answer = asked(monkeypatch, origins, origin)
    assert answer["statusCode"] == 200
    assert answer["headers"].get(ALLOW) == allowed
    assert answer["headers"].get("Vary") == ("Origin" if origins else None)


@pytest.mark.parametrize(
    "wrong", [{"httpMethod": "DELETE"}, {"path": "/nowhere"}, {"httpMethod": "POST", "body": "{"}]
)
def test_a_page_can_read_what_the_function_refuses(monkeypatch, wrong):
    answer = asked(monkeypatch, ONE, ONE[0], **wrong)
    assert answer["statusCode"] >= 400
    assert answer["headers"][ALLOW] == ONE[0]


def test_gateway_and_function_show_a_page_the_same_headers():
    assert cors.EXPOSED == pages.EXPOSED
    assert cors.page_variables(list(TWO)) == {"PAGE_ORIGINS": " ".join(TWO)}


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [(ONE, "'https://page.example'"), (TWO, "method.request.header.Origin")],
)
def test_a_page_can_read_what_the_gateway_refuses(origins, allowed):
    """As API Gateway writes it: a text is in quotes, what a request brings is not."""
    told = cors.page_headers(list(origins))
    start = "gatewayresponse.header."
    assert told.pop(f"{start}Access-Control-Allow-Origin") == allowed
    assert told.pop(f"{start}Vary") == "'Origin'"  # a cache keeps one answer for each origin
    exposed = told.pop(f"{start}Access-Control-Expose-Headers")
    assert {"Retry-After", "x-request-id"} <= set(exposed.strip("'").split(","))
    assert told == {} == cors.page_headers([])


def test_a_preflight_is_let_in_whoever_asks(declare):
    found = []

    def step():
        rest_api = api.rest_api({})
        for each in cors.preflight_statements(list(ONE), rest_api):
            each["Resource"].apply(lambda arn, each=each: found.append({**each, "Resource": arn}))
        assert cors.preflight_statements([], rest_api) == []

    declare(step)
    (statement,) = found
    assert statement.pop("Resource").endswith("/*/OPTIONS/*")
    assert statement == {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
