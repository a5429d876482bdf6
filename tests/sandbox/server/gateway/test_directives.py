"""`#if`, `#set` and `$context.responseOverride` in the template of a MOCK integration's answer."""

import pytest

from sandbox.server.base.errors import GatewayError
from sandbox.server.base.exchange import Place, Request
from sandbox.server.gateway import directives

ORIGINS = """#set($origin = $input.params().header.get("origin"))
#if(!$origin || $origin == "")
#set($origin = $input.params().header.get("Origin"))
#end
#if($origin == "https://a.example" || $origin == "https://b.example")
#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end"""


def run(template, headers=(), query=None):
    place = Place("api1", "v1", "/x")
    request = Request(
        place, "000000000000", "us-east-1", "GET", list(headers), query or {}, "", "::1"
    )
    return directives.run(template, request)


@pytest.mark.parametrize("name", ["origin", "Origin"])
@pytest.mark.parametrize(
    ("origin", "named"),
    [
        ("https://a.example", "https://a.example"),
        ("https://b.example", "https://b.example"),
        ("https://c.example", "https://first.example"),
        ("", "https://first.example"),
    ],
)
def test_a_header_by_who_asks(name, origin, named):
    text, told = run(ORIGINS, [(name, origin)])
    allowed = ("Access-Control-Allow-Origin", "https://first.example")
    assert told.headers([("Vary", "Origin"), allowed]) == [
        ("Vary", "Origin"),
        ("Access-Control-Allow-Origin", named),
    ] or (named == allowed[1] and told.overrides == {})
    assert text.strip() == ""


def test_without_an_origin_nothing_is_overridden():
    _, told = run(ORIGINS)
    assert (told.overrides, told.status(204)) == ({}, 204)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("a#if(true)b#{else}c#{end}d", "abd"),
        ("a#if(false)b#{else}c#{end}d", "acd"),
        ('#if("x" == "y")1#elseif("x" == "x")2#else 3#end', "2"),
        ('#if(!("x" == "y") && "x" != "y")yes#end', "yes"),
        ("#if($nothing)yes#end", ""),
        ('#set($a = "1")#if($a)#if($a == "2")two#{else}other#end#end', "other"),
        ('#if(false)#set($a = "1")#end#if($a)yes#end', ""),
        ("#if($context.httpMethod == 'GET')yes#end", "yes"),
        ("#if($input.params('q') == 'y)')yes#end", "yes"),
    ],
)
def test_what_is_left_of_a_template(template, text):
    assert run(template, query={"q": ["x", "y)"]})[0] == text


def test_a_status_by_a_condition():
    assert run("#set($context.responseOverride.status = 403)")[1].status(200) == 403


@pytest.mark.parametrize(
    "template",
    ["#if(true)", "#if(true", "#end", "#set($a)", '#if("a" + "b")x#end', "#if(nope)x#end"],
)
def test_what_is_no_directive_that_it_reads_is_an_error_of_the_configuration(template):
    with pytest.raises(GatewayError) as raised:
        run(template)
    assert "Unable to transform response" in (raised.value.note or "")
