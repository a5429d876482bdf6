"""Draw images/*.svg from the program.

    python -m tools.pictures           write all pictures
    python -m tools.pictures --check   write nothing; exit 1 when a committed picture differs

Three kinds: `map.svg`, every resource of chapters 01 to 06; `NN_slug.svg`, the resources of a
chapter and what they refer to; `way_NN.svg`, the way of one request, with the chapter's part lit.
Boxes and arrows come from the program's graph: an arrow goes from a resource to one it refers to.

Exit codes: 0 fine, 1 a picture differs, 2 misused.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lab.course import CHAPTERS, Chapter
from lab.draw.svg import Drawing
from tools.boxes import LEGEND, MARGIN, TooWide, boxes
from tools.graph import WITH_POOL, Edge, Graph, Node, program_graph
from tools.layout import reduce
from tools.lessons import ROOT, stale

MAPPED = 6  # the last chapter on the map: with more, nobody could read it

# The way of a request: what the caller meets, in order, by the logical names of the program.
# What a chapter after the sixth adds to the way is seen from that chapter on.
WAY = (
    ("stage", ("languageModelStage", "languageModelDeployment")),
    ("API", ("languageModelApi", "languageModelApiPolicy")),
    ("key", ("keyAuthorizer", "KeyAuthorizerLambda")),
    ("plan", ("plan-blue", "planKey-blue")),
    ("/model", ("modelPath", "modelMethod")),
    ("integration", ("modelIntegration",)),
    ("role", ("languageModelApiRole",)),
    ("function", ("LanguageModelLambda", "languageModelInvokePolicy")),
    ("logs", ("accessLogs", "executionLogs")),
)
CHAT_WAY = {"/model": ("/chat", ("completionsPath", "chatMethod")), "integration": (
    "integration", ("chatIntegration",))}  # fmt: skip

HOPS = tuple(stop for stop in WAY if stop[0] not in ("role", "logs"))  # where there is more to tell

# Ways of their own: to the budget, to the alarms, to the instances, and to whoever of several
# backends answers.
OTHER_WAYS = {
    10: (*HOPS, ("budget", ("tokenBudgets",))),
    12: (*HOPS, ("alarms", ("alarm-failures", "languageModelDashboard"))),
    15: (
        *WAY[:3],
        ("/instances", ("instancesPath", "instancesMethod")),
        ("link", ("instancesIntegration", "instancesLink")),
        ("balancer", ("modelBalancer", "modelListener")),
        ("instances", ("modelTargets", "modelInstances")),
    ),
    16: (
        *WAY[:3],
        ("function", ("LanguageModelLambda",)),
        ("breakers", ("breakers",)),
        ("balancer", ("modelBalancer", "modelListener")),
        ("rules", ("poolRule-stable", "poolRule-candidate")),
        ("pools", ("candidateTargets", "candidateInstances")),
    ),
}

# Pages that are about all of it: one shows it, one takes it home.
WHOLE = (0, 18)

# Chapters that change what another one has made, and what of the way that is.
LIT = {8: "key", 14: "integration"}

# Own resources of a chapter that its picture leaves out: more boxes explain less.
LEFT_OUT = {
    7: {"authorizerLogs", "authorizerExecutionRole", "authorizerRights"},
    9: {"promptIntegration", "promptValidator", "promptLimit"}
    | {"throttledResponse", "quotaResponse"},
    11: {"apiLogsPolicy"},
    12: {"throttledCalls"},
    13: {"modelsIntegration", "oneModelIntegration", "modelsMethod", "oneModelMethod"}
    | {"modelsPath", "oneModelPath", "chatValidator", "chatLimit"},
    14: {"dialectValidator ×2", "dialectLimit ×2"},
    15: {"modelScaling", "instanceCodeObject", "instanceProfile"}
    | {"instanceLogs", "instanceCode", "instanceRole", "instanceRights", "instancesLimit"}
    | {"instancesMethod", "instancesPath", "instancesProxy", "instancesToAnywhere"}
    | {"balancerToInstances ×2", "functionToBalancer ×2", "linkToBalancer ×2"},
    16: {"functionToAws"},
}
# The neighbours that a picture shows, where it cannot show all.
NEIGHBOURS = {
    7: {"languageModelApiRole", "languageModelApi", "modelMethod"},
    8: {"languageModelApi", "modelMethod"},
    9: {"languageModelStage", "teamKey ×2"},
    10: {"LanguageModelLambda", "languageModelRights"},
    11: {"languageModelStage", "languageModelApi"},
    12: {"languageModelStage", "languageModelApi", "accessLogs"},
    13: {"languageModelApi", "LanguageModelLambda"},
    14: {"languageModelApi", "LanguageModelLambda"},
    15: set(),
    16: {"LanguageModelLambda", "modelListener", "modelBalancer"},
}


def grouped(graph: Graph) -> Graph:
    """The same graph with one box for resources that differ only in what follows the hyphen."""
    families: dict[str, list[str]] = {}
    for node in graph.nodes:
        families.setdefault(node.name.partition("-")[0], []).append(node.name)
    called = {
        name: f"{family} ×{len(names)}" if len(names) > 1 else name
        for family, names in families.items()
        for name in names
    }
    nodes = {called[node.name]: Node(called[node.name], node.type, node.chapter)
             for node in graph.nodes}  # fmt: skip
    edges = [Edge(called[e.source], e.property, called[e.target]) for e in graph.edges]
    edges = [edge for edge in edges if edge.source != edge.target]  # within a family
    return Graph(tuple(nodes.values()), tuple(dict.fromkeys(edges)))


def overview(graph: Graph) -> str:
    """Every resource of the first chapters; arrows that a longer way implies are left out."""
    nodes = [node for node in graph.nodes if node.chapter <= MAPPED]
    names = {node.name for node in nodes}
    pairs = [(e.source, e.target) for e in graph.edges if {e.source, e.target} <= names]
    drawn = reduce(pairs)
    title = f"The gateway of chapters 01 to {MAPPED:02d}, and what each resource refers to"
    legend = "Number: the chapter that makes it. Arrow: refers to."
    return boxes(title, nodes, [Edge(a, "", b) for a, b in drawn], set(), 50, legend)


def neighbourhood(graph: Graph, chapter: Chapter) -> str:
    """A chapter's resources and those they refer to or are referred to by, so far.

    Where they do not fit side by side, the oldest go that a longer way reaches as well.
    """
    own = {node.name for node in graph.of_chapter(chapter.number)}
    own -= LEFT_OUT.get(chapter.number, set())
    made = [node.name for node in graph.nodes if node.chapter <= chapter.number]
    if chapter.number in NEIGHBOURS:
        made = [name for name in made if name in own | NEIGHBOURS[chapter.number]]
    known = [edge for edge in graph.edges if edge.source in made and edge.target in made]
    kept = set(reduce((edge.source, edge.target) for edge in known))
    edges = [edge for edge in known if own & {edge.source, edge.target}]
    implied = {edge.target for edge in edges if (edge.source, edge.target) not in kept} - own
    leave_out = sorted(implied, key=made.index)
    title = f"Chapter {chapter.number:02d}: what it adds, and what that refers to"
    while True:
        shown = own | {edge.source for edge in edges} | {edge.target for edge in edges}
        nodes = [node for node in graph.nodes if node.name in shown]
        try:
            return boxes(title, nodes, edges, own, 92, LEGEND)
        except TooWide:
            if not leave_out:
                raise
            gone = leave_out.pop(0)
            edges = [edge for edge in edges if edge.target != gone]


def way(graph: Graph, chapter: Chapter) -> str:
    """The way of one request, with this chapter's part of it lit; two see all of it."""
    stops = [("you", 0, False)]
    last = MAPPED if chapter.number == 0 else max(chapter.number, MAPPED)
    for usual in OTHER_WAYS.get(chapter.number, WAY):
        words, names = CHAT_WAY.get(usual[0], usual) if chapter.number in (13, 14) else usual
        numbers = {graph.node(name).chapter for name in names}
        if len(numbers) != 1:
            raise ValueError(f"{words}: {names} come from several chapters, {sorted(numbers)}")
        number = numbers.pop()
        if number <= last:
            lit = chapter.number in (*WHOLE, number) or LIT.get(chapter.number) == words
            stops.append((words, number, lit))
    told = ", then ".join(f"{words} (chapter {number:02d})" for words, number, _ in stops[1:])
    bright = [words for words, _, shown in stops if shown]
    here = f" Lit: {', '.join(bright)}." if bright else ""
    title = f"The way of a prompt, as chapter {chapter.number:02d} sees it"
    drawing = Drawing(title, f"Your request meets {told}.{here}", 84)
    gap = 14
    letters = sum(len(words) for words, _, _ in stops)
    spare = 640 - 2 * MARGIN - gap * (len(stops) - 1) - 8.4 * letters
    left = float(MARGIN)
    for at, (words, number, shown) in enumerate(stops):
        width = 8.4 * len(words) + spare / len(stops)
        drawing.box(left, 18, width, 48, lit=shown)
        drawing.text(left + width / 2, 39 if number else 46, words, bold=True)
        if number:
            drawing.text(left + width / 2, 57, f"{number:02d}", size=12)
        if at:
            drawing.across(left - gap, left - 1, 42)
        left += width + gap
    return drawing.svg()


def build_all(root: Path = ROOT) -> dict[Path, str]:
    """What each picture file should hold."""
    graph = program_graph()
    folder = root / "images"
    built = {folder / "map.svg": overview(graph)}
    for chapter in CHAPTERS:
        built[folder / f"way_{chapter.number:02d}.svg"] = way(graph, chapter)
        if chapter.steps:
            made = graph if graph.of_chapter(chapter.number) else program_graph(WITH_POOL)
            built[folder / f"{chapter.name}.svg"] = neighbourhood(grouped(made), chapter)
    return built


def main(arguments: list[str] | None = None) -> int:
    """Draw or check; what the command line calls."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description="Draw images.")
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 on a difference")
    check = parser.parse_args(arguments).check
    built = build_all()
    folder = ROOT / "images"
    if check:
        wrong = stale(built, folder, "make images")
        print("\n".join(wrong) or f"{len(built)} pictures are what the program draws")
        return 1 if wrong else 0
    folder.mkdir(exist_ok=True)
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(built)} pictures written to {folder.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
