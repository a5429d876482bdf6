"""Web pages that the learner looks at, in a real browser: an API is theirs to call, AWS is not."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import boto3
import pytest

from sandbox import cloud
from sandbox.urls import invoke_url
from tests.sandbox.server.shapes import archive, uri

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        not CHROMIUM, reason="no chromium; install it with: apt-get install chromium"
    ),
]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-popup-blocking",
    # Names of a public look that point at this machine, as their owners can have it.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]  # fmt: skip

# What tools for the sandbox's emulator sign with, everywhere else.
KNOWN_KEY = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "test/20260101/us-east-1/iam/aws4_request",
    "X-Amz-Date": "20260101T000000Z",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0",
}
HEADER = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
    "SignedHeaders=host, Signature=0"
)

FETCHES = """async ([endpoint, query, header]) => {
  const ways = [];
  const ask = async (what, path, options) => {
    try {
      const answer = await fetch(endpoint + path, options);
      ways.push([what, answer.type, answer.status, (await answer.text()).slice(0, 200)]);
    } catch (error) { ways.push([what, "error", 0, ""]); }
  };
  const api = JSON.stringify({name: "of a page"});
  for (const mode of ["no-cors", "cors"]) {
    await ask("query", "/?" + query, {mode, method: "POST", body: "Action=CreateUser&UserName=f1"});
    await ask("link", "/?Action=CreateUser&UserName=f2&" + query, {mode});
    await ask("rest", "/restapis?" + query, {mode, method: "POST", body: api});
    await ask("bare", "/restapis", {mode, method: "POST", body: api});
    await ask("reset", "/_ministack/reset", {mode, method: "POST"});
    await ask("own", "/_kit/stop", {mode, method: "POST"});
    await ask("bucket", "/of-a-page", {mode, method: "POST", body: new FormData()});
  }
  await ask("header", "/restapis",
            {method: "POST", body: api, headers: {Authorization: header}});
  await ask("json", "/", {method: "POST", body: "{}", headers: {
    "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"}});
  await ask("put", "/of-a-page", {method: "PUT"});
  await ask("read", "/_ministack/health", {});
  navigator.sendBeacon(endpoint + "/restapis?" + query, api);
  return ways;
}"""

ELEMENTS = """async ([endpoint, query]) => {
  const user = name => endpoint + "/?Action=CreateUser&UserName=" + name + "&" + query;
  const wait = () => new Promise(done => setTimeout(done, 700));
  const image = new Image();
  image.src = user("image");
  document.body.append(image);
  for (const tag of ["iframe", "script"]) {
    const element = document.createElement(tag);
    element.src = user(tag);
    document.body.append(element);
  }
  const style = document.createElement("link");
  Object.assign(style, {rel: "stylesheet", href: user("style")});
  document.body.append(style);
  for (const kind of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const form = document.createElement("form");
    Object.assign(form, {method: "POST", enctype: kind, target: "form " + kind});
    form.action = kind == "text/plain" ? endpoint + "/restapis?" + query : user("form");
    const field = document.createElement("input");
    Object.assign(field, {name: '{"name": "of a page", "description": "', value: '"}'});
    form.append(field);
    document.body.append(form);
    form.submit();
  }
  window.open(user("popup"), "popup");
  const link = document.createElement("a");
  Object.assign(link, {href: user("link"), target: "link"});
  document.body.append(link);
  link.click();
  await wait();
}"""


class Page(BaseHTTPRequestHandler):
    """An empty page, wherever it is asked for."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A page</title><body></body>")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A sandbox."""
    home = tmp_path_factory.mktemp("pages") / "kit"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_PROVIDER", "0")
        yield cloud.start(home)
    cloud.stop(home)


@pytest.fixture(scope="module")
def site():
    """The port of a server of pages, under whatever name."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    """A browser for which *.example is this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


def connect(running, service):
    """A client of AWS's own SDK."""
    return boto3.client(
        service, endpoint_url=running.endpoint, region_name="us-east-1", **running.keys
    )


def made(running):
    """What there is in the account, and whether it is still the same sandbox."""
    return [
        [user["UserName"] for user in connect(running, "iam").list_users()["Users"]],
        [api["name"] for api in connect(running, "apigateway").get_rest_apis()["items"]],
        [bucket["Name"] for bucket in connect(running, "s3").list_buckets()["Buckets"]],
        cloud.status(running.home).generation == running.generation,
    ]


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "page.example"], ids=["here", "same site", "public"]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_makes_nothing_and_reads_nothing(
    running, browser, site, name, address
):
    before = made(running)
    page = browser.new_page()
    page.goto(f"http://{name}:{site}/")
    endpoint, query = f"http://{address}:{running.port}", urlencode(KNOWN_KEY)
    ways = page.evaluate(FETCHES, [endpoint, query, HEADER])
    assert len(ways) == 18
    # Without CORS a page learns nothing of an answer; with it, it gets none.
    assert {(kind, status, text) for _, kind, status, text in ways} == {
        ("opaque", 0, ""),
        ("error", 0, ""),
    }
    page.evaluate(ELEMENTS, [endpoint, query])
    page.context.close()
    assert made(running) == before


def test_a_name_that_is_turned_to_this_machine_makes_nothing_and_reads_nothing(running, browser):
    before = made(running)
    page = browser.new_page()
    # As after a DNS rebinding: the page's own name and port lead to the sandbox.
    own = f"http://rebound.example:{running.port}"
    shown = page.goto(f"{own}/")
    assert shown.status == 403
    assert "does not answer to the name" in shown.text()
    ways = page.evaluate(FETCHES, [own, urlencode(KNOWN_KEY), HEADER])
    assert {status for *_, status, _ in ways} <= {0, 403}
    link = f"{own}/?{urlencode({'Action': 'CreateUser', 'UserName': 'rebound', **KNOWN_KEY})}"
    assert page.goto(link).status == 403
    page.context.close()
    assert made(running) == before


ECHO = """
def handler(event, context):
    allow = {"Access-Control-Allow-Origin": "http://page.example:%d",
             "Access-Control-Allow-Headers": "Content-Type, Authorization"}
    return {"statusCode": 200, "headers": allow, "body": event["httpMethod"]}
"""
CALL = """async url => {
  const asked = await fetch(url + "/asked", {method: "POST", body: "{}",
    headers: {"Content-Type": "application/json", "Authorization": "Bearer x"}});
  let silent;
  try { silent = await (await fetch(url + "/silent")).text(); } catch (error) { silent = "error"; }
  return [await asked.text(), silent];
}"""


def test_a_page_calls_an_api_that_lets_it_and_no_other(running, browser, site):
    gateway, lambdas = connect(running, "apigateway"), connect(running, "lambda")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    role = connect(running, "iam").create_role(
        RoleName="echo", AssumeRolePolicyDocument=json.dumps(document)
    )["Role"]["Arn"]
    function = lambdas.create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Handler="h.handler",
        Role=role,
        Code={"ZipFile": archive(ECHO % site)},
    )["FunctionArn"]
    lambdas.add_permission(
        FunctionName="echo",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    api = gateway.create_rest_api(name="for pages")
    for part, kind in (("asked", {"type": "AWS_PROXY"}), ("silent", {"type": "MOCK"})):
        path = gateway.create_resource(
            restApiId=api["id"], parentId=api["rootResourceId"], pathPart=part
        )
        place = {"restApiId": api["id"], "resourceId": path["id"], "httpMethod": "ANY"}
        gateway.put_method(**place, authorizationType="NONE")
        if part == "asked":
            kind = {**kind, "uri": uri(function), "integrationHttpMethod": "POST"}
        gateway.put_integration(**place, **kind)
    gateway.create_deployment(restApiId=api["id"], stageName="v1")
    page = browser.new_page()
    page.goto(f"http://page.example:{site}/")
    url = invoke_url(running.endpoint, api["id"], "v1")
    assert page.evaluate(CALL, url) == ["POST", "error"]
    page.context.close()
