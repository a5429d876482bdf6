"""HTTP backends: what they are sent, and what of it no client can forge."""

from __future__ import annotations


def behind(account, place, uri, **more):
    """An HTTP integration."""
    account.gateway.put_integration(
        **place, **{"type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": uri, **more}
    )


def test_a_mapped_header_replaces_the_clients_own_however_it_is_written(account, http_echo):
    api = account.api()
    mapping = {
        "integration.request.header.x-team": "'v1'",
        "integration.request.header.X-Key": "context.identity.apiKeyId",
        "integration.request.header.Host": "'model.internal'",
        "integration.request.header.user-agent": "context.requestId",
    }
    for part, kind in (("proxy", "HTTP_PROXY"), ("plain", "HTTP")):
        place = api.method(api.path(part))
        behind(account, place, http_echo, type=kind, requestParameters=mapping)
        if kind == "HTTP":
            account.gateway.put_integration_response(**place, statusCode="200")
    api.deploy("v1")
    forged = {"X-TEAM": "mallory", "x-key": "stolen", "x_team": "else", "X-Mine": "yes"}
    for part in ("/proxy", "/plain"):
        found = api.call(part, headers=forged)
        # The echo server keeps the last of several: all of them are looked at here.
        names = [name.lower() for name, _ in found.json()["all"]]
        assert "mallory" not in found.text and "stolen" not in found.text
        assert len(names) == len(set(names))
        seen = found.json()["headers"]
        assert (seen["x-team"], seen["host"]) == ("v1", "model.internal")
        assert seen["user-agent"] == found.headers["x-amzn-RequestId"]
        assert "x-key" not in seen, "a value that is missing is not the client's to give"
        assert ("x-mine" in seen) == (part == "/proxy")


def test_a_line_break_in_a_mapped_value_makes_no_second_header(account, http_echo):
    api = account.api()
    place = api.method(requestParameters={"method.request.querystring.q": False})
    mapping = {"integration.request.header.x-q": "method.request.querystring.q"}
    behind(account, place, http_echo, requestParameters=mapping)
    api.deploy("v1")
    seen = api.call("/?q=a%0d%0ax-team:%20mallory").json()["headers"]
    assert "x-team" not in seen
    assert seen["x-q"] == "a  x-team: mallory"


def test_a_backends_own_server_and_date_have_other_names(account, http_echo):
    api = account.api()
    behind(account, api.method(), http_echo)
    api.deploy("v1")
    found = api.call()
    assert found.headers["x-amzn-Remapped-Server"].startswith("BaseHTTP")
    assert "Server" not in found.headers
    assert found.headers["x-backend"] == "echo"
