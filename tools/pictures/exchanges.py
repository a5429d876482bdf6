"""Pictures of one request and what becomes of it: what its URL says, what the function gets, who signs."""

from __future__ import annotations

from gateway.settings import Settings
from tools.pictures.sketch import Sketch


def two_targets() -> str:
    """One program, and the two places where it is deployed."""
    drawing = Sketch(
        "One program, two targets",
        "The program in gateway/ is the same for both, and so is Pulumi's engine. In the sandbox, a light "
        "provider makes the resources in an emulator on your machine, with a small model. On AWS, the official "
        "provider makes them in your account.",
        186,
    )
    drawing.card(16, 64, 116, 56, ["gateway/", "the program"], kind="new")
    drawing.card(176, 64, 112, 56, ["Pulumi", "its own engine"])
    drawing.card(340, 18, 122, 56, ["our provider", "a light one"])
    drawing.card(506, 18, 118, 56, ["your machine", "an emulator"], kind="good")
    drawing.card(340, 110, 122, 56, ["provider aws", "the official one"])
    drawing.card(506, 110, 118, 56, ["AWS", "your account"], kind="good")
    drawing.route([(132, 92), (175, 92)])
    for y in (46.0, 138.0):
        drawing.route([(288, 92), (314, 92), (314, y), (339, y)])
        drawing.route([(462, y), (505, y)])
    return drawing.svg()


def policies() -> str:
    """Two policies on one way: who may come in, and what the role may do."""
    drawing = Sketch(
        "A REST API between its callers and the function",
        "A caller's request comes in if the API's resource policy allows it. The API passes it on to the "
        "function, which the policy of its role allows. The resource policy is about who may come in, the "
        "role's policy about what the role may do.",
        160,
    )
    drawing.card(16, 72, 116, 56, ["callers"])
    drawing.card(262, 72, 116, 56, ["REST API", "03"], kind="new")
    drawing.card(508, 72, 116, 56, ["the function", "02"])
    drawing.route([(132, 100), (261, 100)])
    drawing.route([(378, 100), (507, 100)], dashed=True)
    drawing.text(197, 34, "resource policy:", bold=True)
    drawing.text(197, 52, "who may come in", size=12)
    drawing.line([(197, 60), (197, 96)], kind="new", dashed=True)
    drawing.text(443, 34, "the role's policy:", bold=True)
    drawing.text(443, 52, "what it may do", size=12)
    drawing.line([(443, 60), (443, 96)], dashed=True)
    return drawing.svg()


def two_roles() -> str:
    """Along one call: which role is worn for which step, and by which policy it may take it."""
    drawing = Sketch(
        "Two roles along one call: who may call the function, and what the function may do",
        "API Gateway calls the function. It wears the API's role of chapter 01, and the policy InvokePolicy "
        "lets that role invoke this function. The function writes its log. It wears the execution role, and "
        "the policy Rights lets that role write into this log. Made in chapter 02: the function, its log, the "
        "execution role and both policies.",
        236,
    )
    drawing.card(16, 140, 124, 56, ["API Gateway"])
    drawing.card(258, 140, 124, 56, ["the function", "Lambda"], kind="new")
    drawing.card(500, 140, 124, 56, ["its log", "Logs"], kind="new")
    sides = (
        (199.0, "the API's role", "ApiRole, 01", "InvokePolicy:", "may invoke it", "calls", ""),
        (441.0, "execution role", "ExecutionRole", "Rights:", "may write it", "writes", "new"),
    )
    for x, role, name, policy, allows, does, kind in sides:
        drawing.card(x - 68, 16, 136, 48, [role, name], kind=kind)
        drawing.line([(x, 64), (x, 164)], dashed=True)
        drawing.text(x + 8, 92, policy, bold=True, at="start")
        drawing.text(x + 8, 110, allows, size=12, at="start")
        drawing.route([(x - 59, 168), (x + 58, 168)])
        drawing.text(x, 188, does, size=12)
    drawing.text(16, 224, "Coloured: made in this chapter.", size=12, at="start")
    return drawing.svg()


def edition() -> str:
    """What a call meets: the stage, and the copy behind it; not the API that is edited."""
    stage = Settings().stage_name
    drawing = Sketch(
        "A call meets the deployment, not the API that you edit",
        f"A caller's URL names the stage {stage}. The stage points at a deployment, a frozen copy of the API "
        "with its path, method, integration and policy. The copy says what to call: the function. You edit the "
        "API. A change there is not served until it is copied into a new deployment.",
        262,
    )
    drawing.card(16, 40, 88, 56, ["caller", f"…/{stage}/model"])
    drawing.card(158, 40, 96, 56, [f"stage {stage}", "a name"], kind="new")
    drawing.card(
        322, 16, 144, 104,
        ["deployment", "a frozen copy:", "path, method,", "integration, policy"], kind="new",
    )  # fmt: skip
    drawing.card(514, 40, 110, 56, ["the function", "02"])
    drawing.route([(104, 68), (157, 68)])
    drawing.route([(254, 68), (321, 68)], kind="new")
    drawing.text(287, 58, "points at", size=12)
    drawing.route([(466, 68), (513, 68)])
    drawing.card(322, 176, 144, 70, ["the API", "03 to 05", "what you edit"])
    drawing.route([(394, 176), (394, 121)], kind="new")
    drawing.text(404, 152, "copied, at one moment", size=12, at="start")
    drawing.text(310, 206, "what you change here", size=12, at="end")
    drawing.text(310, 223, "waits for the next copy", size=12, at="end")
    return drawing.svg()


def anatomy() -> str:
    """What each part of a request's first line is for API Gateway."""
    stage = Settings().stage_name
    parts = (
        (86.0, "POST", "method", "04", "ANY takes it", True),
        (260.0, "https://…amazonaws.com", "API", "03", "by its id", False),
        (94.0, f"/{stage}", "stage", "06", "a name", False),
        (122.0, "/model", "resource", "04", "a part of the path", True),
    )
    drawing = Sketch(
        "The first line of a request, part by part",
        f"POST is the method: ANY takes it. The name of the host has the API's id. /{stage} is the stage, "
        "/model the resource. Where there is no such resource, or it has no such method, the answer is "
        "403 Missing Authentication Token.",
        190,
    )
    left = 16.0
    for width, text, what, chapter, why, lit in parts:
        drawing.bar(left, 24, width, 40, "new" if lit else "quiet")
        drawing.text(left + width / 2, 49, text, size=14, bold=True)
        drawing.line([(left + width / 2, 64), (left + width / 2, 84)])
        drawing.text(left + width / 2, 100, f"{what}, {chapter}", bold=True)
        drawing.text(left + width / 2, 118, why, size=12)
        left += width + 14
    drawing.refused(24, 160)
    drawing.text(38, 164.5, "403", bold=True, at="start")
    words = "Missing Authentication Token: no such resource, or no such method there"
    drawing.text(72, 164.5, words, size=12, at="start")
    return drawing.svg()


def proxy() -> str:
    """The whole request as one event, and what the function returns as the answer."""
    seconds = Settings().timeout
    drawing = Sketch(
        "A proxy integration: a request in, an event on; a result back, an answer out",
        "API Gateway makes one event of the whole request, with httpMethod, path, headers and body, and calls "
        "the function as the role of chapter 01. The function returns statusCode, headers and body, and API "
        f"Gateway makes the answer of it. It waits for {seconds} seconds.",
        226,
    )
    drawing.card(16, 44, 96, 138, ["caller"])
    drawing.card(256, 44, 128, 138, ["integration", "AWS_PROXY", f"waits {seconds} s"], kind="new")
    drawing.card(528, 44, 96, 138, ["function"])
    drawing.route([(112, 78), (255, 78)])
    drawing.route([(384, 78), (527, 78)])
    drawing.route([(528, 148), (385, 148)], kind="good")
    drawing.route([(256, 148), (113, 148)], kind="good")
    for x, up, down in (
        (184, ("request", "POST /model"), ("answer", "200, JSON")),
        (456, ("event", "httpMethod, body"), ("result", "statusCode, body")),
    ):
        drawing.text(x, 68, up[0], bold=True)
        drawing.text(x, 96, up[1], size=12)
        drawing.text(x, 138, down[0], bold=True)
        drawing.text(x, 166, down[1], size=12)
    drawing.text(456, 32, "called as the role, 01", size=12)
    return drawing.svg()


def proofs() -> str:
    """A token for people, a signature for machines: what travels, and who checks it."""
    drawing = Sketch(
        "Two proofs that expire: a token, and a signature",
        "A person signs in at the user pool with a password and gets a token, which is good for an hour. API "
        "Gateway checks it itself. A machine computes a signature of each request with a secret key, which "
        "stays where it is; the signature is good for five minutes. API Gateway has IAM decide.",
        262,
    )
    drawing.card(16, 66, 92, 44, ["a person"])
    drawing.card(212, 20, 116, 44, ["user pool"], kind="new")
    drawing.card(
        438, 92, 186, 78, ["API Gateway", "a token: checks it", "a signature: asks IAM"], kind="new"
    )
    drawing.route([(62, 66), (62, 34), (211, 34)])
    drawing.text(136, 26, "password", size=12)
    drawing.route([(212, 54), (160, 54), (160, 80), (109, 80)])
    drawing.text(168, 80, "token, for an hour", size=12, at="start")
    drawing.route([(108, 104), (437, 104)])
    drawing.text(272, 122, "request with the token", size=12)
    drawing.card(16, 176, 92, 44, ["a machine"])
    drawing.route([(108, 198), (531, 198), (531, 171)])
    drawing.text(320, 188, "request with its signature, for 5 minutes", size=12)
    drawing.text(16, 240, "its secret key stays here", size=12, at="start")
    return drawing.svg()
