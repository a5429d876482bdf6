"""What the steps declare, under Pulumi's mocks: nothing is deployed."""

import json

import pulumi
import pytest


def of(made, kind):
    """The arguments of all resources of a type, by name."""
    return {name: given for name, (token, given) in made.items() if token.endswith(f":{kind}")}


@pytest.mark.parametrize(
    ("authentication", "authorization"),
    [
        ("bearer", "CUSTOM"),
        ("iam", "AWS_IAM"),
        ("cognito", "COGNITO_USER_POOLS"),
    ],
)
def test_no_method_is_open(declared, authentication, authorization):
    methods = of(declared(authentication=authentication), "Method")
    assert methods
    assert {given["authorization"] for given in methods.values()} == {authorization}


@pytest.mark.parametrize("authentication", ["bearer", "iam", "cognito"])
def test_every_method_wants_a_key(declared, authentication):
    methods = of(declared(authentication=authentication), "Method")
    assert methods and all(given["apiKeyRequired"] for given in methods.values())


@pytest.mark.parametrize("authentication", ["bearer", "iam", "cognito"])
def test_as_many_methods_as_the_readme_names(declared, authentication):
    assert len(of(declared(authentication=authentication), "Method")) == 10


def test_every_method_leads_somewhere(declared):
    made = declared()
    ends = {
        (given["resourceId"], given["httpMethod"]) for given in of(made, "Integration").values()
    }
    methods = {(given["resourceId"], given["httpMethod"]) for given in of(made, "Method").values()}
    assert methods == ends


def test_the_resource_policy_lets_nobody_in_by_itself(declared):
    (given,) = of(declared(), "RestApiPolicy").values()
    statements = json.loads(given["policy"])["Statement"]
    assert [each["Effect"] for each in statements] == ["Deny"]


def test_roles_may_do_what_they_need_and_no_more(declared):
    for name, given in of(declared(), "RolePolicy").items():
        for statement in json.loads(given["policy"])["Statement"]:
            assert "*" not in json.dumps(statement["Action"]), name
            assert statement["Resource"].rstrip(":*") != "", name


def test_each_team_has_a_key_and_a_plan(declared):
    made = declared(teams=("red", "white"))
    assert set(of(made, "ApiKey")) == {"teamKey-red", "teamKey-white"}
    assert set(of(made, "UsagePlan")) == {"plan-red", "plan-white"}


def test_no_log_is_kept_for_ever_and_none_has_the_prompt(declared):
    made = declared()
    assert all(given["retentionInDays"] for given in of(made, "LogGroup").values())
    settings = of(made, "MethodSettings").values()
    assert not any(given["settings"]["dataTraceEnabled"] for given in settings)


def test_a_conversation_streams_when_the_settings_say_so(declared):
    (_, whole), (_, streamed) = (
        declared(stream=stream)["chatIntegration"] for stream in (False, True)
    )
    assert whole["responseTransferMode"] == "BUFFERED"
    assert streamed["responseTransferMode"] == "STREAM"


def test_what_could_leave_the_gateway_open_is_refused():
    from here.settings import Settings

    with pytest.raises(pulumi.RunError, match="authentication"):
        Settings(authentication="none")
