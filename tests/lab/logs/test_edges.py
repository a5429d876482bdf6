"""Log lines to the letter: levels, ids, reports, filters, what one request tells, what is covered."""

import json

import pytest

from lab.logs import redact as cover
from lab.logs.events import (
    ACCESS,
    EXECUTION,
    FUNCTION,
    LEVELS,
    ORDER,
    OTHER,
    Line,
    Report,
    level_of,
    line_of,
    report_of,
    to_json_lines,
)  # fmt: skip
from lab.logs.redact import FIELDS, HEADERS, OPEN, redact
from lab.logs.state import (
    DENIED,
    EMPTY,
    KEPT,
    MISSING,
    READ,
    UNREACHED,
    Logs,
    Source,
    seconds_of,
    told,
)  # fmt: skip

LID = "b9182685-f2b6-49fd-bf3c-3786a719ad51"


def logs(*lines, **more):
    """Logs with these lines: (milliseconds, kind, text)."""
    made = Logs([Source(kind, f"group-{kind}") for kind in ORDER], **more)
    for source in made.sources:
        made.add(source, [(time, text) for time, kind, text in lines if kind == source.kind])
    return made


# Lines


def test_a_line_is_plain_until_it_says_more():
    line = Line(5, FUNCTION, "hello")
    assert (line.level, line.covered, line.data, line.lambda_id) == ("info", 0, None, "")
    assert Line(5, FUNCTION, "hello", data={"a": 1}) == line, "the data is the text once more"
    assert (ACCESS, EXECUTION, FUNCTION, OTHER) == (
        "access log", "execution log", "function", "other group"
    )  # fmt: skip
    assert line_of(5, ACCESS, '{"password": "x", "status": 500}\n\n') == Line(
        5, ACCESS, '{"password": "[covered: 1 characters]", "status": 500}', "error", 1
    )
    assert line_of(5, ACCESS, '{"status": 200}').data == {"status": 200}


@pytest.mark.parametrize(
    "text, found",
    [
        (json.dumps({"lambda_request_id": "12345678"}), "12345678"),
        (json.dumps({"lambdaRequestId": "12345678"}), "12345678"),
        (json.dumps({"lambdaRequest": "12345678"}), "12345678"),
        (json.dumps({"lambda_request_id": "-", "lambdaRequest": "abcdefgh"}), "abcdefgh"),
        (json.dumps({"lambda_request_id": "1234567"}), ""), (json.dumps({"other": "12345678"}), ""),
        (json.dumps({"lambda_request_id": 12345678}), "12345678"),
        (json.dumps({"lambda_request_id": "x" * 81}), ""),
        (f"START RequestId: {LID} Version: $LATEST", LID), (f"END RequestId: {LID}", LID),
        (f"REPORT RequestId: {LID}\tDuration", LID), (f"RESTART RequestId: {LID}", ""),
        ("(r) AWS Integration Endpoint RequestId : Abc-12345", "Abc-12345"),
        ("(r) AWS Integration Endpoint RequestId : short", ""), ("nothing", ""), ("[1]", ""),
    ],
    ids=range(16),
)  # fmt: skip
def test_the_lambda_request_is_where_each_kind_of_line_has_it(text, found):
    assert line_of(0, FUNCTION, text).lambda_id == found


@pytest.mark.parametrize(
    "text, data, level",
    [
        ("", {"level": "ERROR"}, "error"), ("", {"level": "Critical"}, "error"),
        ("", {"level": "fatal"}, "error"), ("", {"level": "warn"}, "warning"),
        ("", {"level": "info"}, "info"), ("", {"status": "500"}, "error"), ("", {"status": 599}, "error"),
        ("", {"status": "400"}, "warning"), ("", {"status": "399"}, "info"), ("", {"status": 5}, "error"),
        ("", {"traceback": ["x"]}, "error"), ("", {"traceback": []}, "info"), ("", {}, "info"),
        ("[ERROR]", {}, "info"), ("[ERROR] x", [], "error"), ("[CRITICAL]", None, "error"),
        ("Traceback (most recent call last)", None, "error"), ("Task timed out after", None, "error"),
        ("Status: error", None, "error"), ("Status: timeout", None, "error"),
        ("Execution failed due to", None, "error"), ("execution failed", None, "error"),
        ("Method completed with status: 500", None, "error"), ("Runtime.ExitError", None, "error"),
        ("an ERROR here", None, "error"), ("XERRORX", None, "info"), ("Exception: x", None, "error"),
        ("[WARN]", None, "warning"), ("[WARNING]", None, "warning"), ("a WARNing", None, "warning"),
        ("Method completed with status: 404", None, "warning"), ("limit exceeded", None, "warning"),
        ("not authorized", None, "warning"), ("Method completed with status: 200", None, "info"),
        ("x" * 3986 + "Task timed out", None, "error"), ("x" * 3987 + "Task timed out", None, "info"),
        ("x" * 3986 + "limit exceeded", None, "warning"), ("x" * 3987 + "limit exceeded", None, "info"),
    ],
    ids=range(38),
)  # fmt: skip
def test_a_level_is_what_the_line_itself_says(text, data, level):
    assert level_of(text, data) == level
    assert LEVELS == ("info", "warning", "error")


def test_a_report_is_its_numbers_and_what_is_missing_is_none():
    whole = (f"REPORT RequestId: {LID}\tDuration: 385.09 ms\tBilled Duration: 1386 ms\tMemory Size: "
             "1769 MB\tMax Memory Used: 227 MB\tInit Duration: 1000.50 ms\t")  # fmt: skip
    assert report_of(Line(5, FUNCTION, whole)) == Report(5, LID, 385.09, 1386.0, 1769, 227, 1000.5)
    bare = f"REPORT RequestId: {LID}\tDuration: 2 ms"
    assert report_of(Line(5, FUNCTION, bare)) == Report(5, LID, 2.0, 0.0, 0, 0, None)
    for none in (f"REPORT RequestId: {LID}\tBilled Duration: 2 ms", "REPORT Duration: 2 ms",
                 f"x REPORT RequestId: {LID}\tDuration: 2 ms"):  # fmt: skip
        assert report_of(Line(5, FUNCTION, none)) is None


@pytest.mark.parametrize(
    "since, seconds",
    [("1s", 1), ("1m", 60), ("1h", 3600), ("1d", 86_400), ("0.5m", 30), ("999999s", 999_999),
     (999_999_999.0, 999_999_999.0), (0.1, 0.1), (" 1 s ", 1)],
)  # fmt: skip
def test_since_in_seconds(since, seconds):
    assert seconds_of(since) == seconds


@pytest.mark.parametrize("since", ["1000000s", "0m", 1e9, 0, -1, True, "1w", "1 s x", "s", "1.s"])
def test_since_that_is_none_is_told_as_it_was_given(since):
    with pytest.raises(ValueError) as found:
        seconds_of(since)
    assert str(found.value) == f"since is {since!r}, no time such as '90s', '5m', '2h' or '1d'"


# The logs


def test_logs_begin_idle_and_can_be_read_on():
    made = Logs([])
    assert (made.since, made.request_id, made.grep, made.level, made.where) == (
        "5m",
        "",
        "",
        "",
        "",
    )
    assert (made.state, made.when, made.phase, made.problem, made.fix) == ("idle", "", "", "", "")
    assert (made.cut, made.lines, made.over) == (0, [], False)
    assert Source("a", "b") == Source("a", "b", "", "", "", 0)
    made.end("failed", "why", "do")
    made.begin("12:00")
    assert (made.state, made.when, made.problem, made.fix) == ("running", "12:00", "", "")


def test_lines_of_a_source_are_counted_and_stand_by_time():
    made = logs((3, FUNCTION, "c"), (1, FUNCTION, "a"))
    source = made.sources[ORDER.index(FUNCTION)]
    made.add(source, [(2, "b")])
    assert [line.text for line in made.lines] == ["a", "b", "c"] and source.lines == 3
    assert made.counts() == {FUNCTION: 3}
    made.cut = 7
    made.clear()
    assert (made.lines, made.cut, [each.lines for each in made.sources]) == ([], 0, [0] * 4)


def test_the_newest_ten_thousand_are_kept():
    assert KEPT == 10_000
    made = logs(*((n, FUNCTION, str(n)) for n in range(10_000)))
    assert (len(made.lines), made.cut) == (10_000, 0)
    made.add(made.sources[0], [(20_000, "x"), (20_001, "y")])
    assert (len(made.lines), made.cut, made.lines[0].text) == (10_000, 2, "2")
    made.add(made.sources[0], [(20_002, "z")])
    assert (made.cut, made.lines[-1].text) == (3, "z")


def sources(*states):
    return [Source(kind, "g", state, f"{state} detail.", f"{state} fix")
            for kind, state in zip(ORDER, states)]  # fmt: skip


@pytest.mark.parametrize(
    "states, end, problem, fix",
    [
        ([READ, DENIED], "done", "", ""), ([EMPTY, MISSING], "done", "", ""),
        ([MISSING, DENIED], "failed", "No log can be read. no permission detail.", "no permission fix"),
        ([MISSING, UNREACHED], "failed", "No log can be read. no answer detail.", "no answer fix"),
        ([MISSING, MISSING], "failed", "No log can be read. no group detail.", "no group fix"),
        ([], "failed", "No log is known.", ""),
    ],
    ids=range(6),
)  # fmt: skip
def test_reading_failed_where_no_group_could_be_read(states, end, problem, fix):
    made = Logs(sources(*states))
    made.phase = "reading"
    made.end("done")
    assert (made.state, made.phase, made.problem, made.fix) == (end, "", problem, fix)


def test_what_is_said_of_an_end_is_kept():
    made = Logs(sources(MISSING))
    made.end("done", "my words", "my fix")
    assert (made.state, made.problem, made.fix) == ("failed", "my words", "my fix")
    made = Logs(sources(MISSING))
    made.end("stopped")
    assert (made.state, made.problem) == ("stopped", "")


@pytest.mark.parametrize(
    "first, second, state",
    [("done", "stopped", "stopped"), ("done", "failed", "done"), ("stopped", "done", "stopped"),
     ("failed", "stopped", "failed")],
)  # fmt: skip
def test_the_first_end_counts_but_for_who_stops_after_it(first, second, state):
    made = Logs(sources(READ))
    made.end(first)
    made.end(second)
    assert made.state == state


def test_filters_are_of_text_and_of_the_least_level():
    made = logs((1, FUNCTION, "One"), (2, FUNCTION, "[WARN] one"), (3, FUNCTION, "[ERROR] two"))
    for level, texts in (("", 3), ("info", 3), ("warning", 2), ("error", 1), ("other", 3)):
        made.level = level
        assert len(made.matching()) == texts
    made.level, made.grep = "", "ONE"
    assert [line.text for line in made.matching()] == ["[WARN] one", "One"]


def test_the_lines_of_one_request_stand_in_the_order_of_what_happened():
    made = logs(
        (5, FUNCTION, f"REPORT RequestId: {LID}"), (5, FUNCTION, f"END RequestId: {LID}"),
        (5, FUNCTION, "own line"), (5, FUNCTION, f"START RequestId: {LID}"),
        (5, FUNCTION, "INIT_START x"), (4, FUNCTION, "before"), (1, OTHER, "other"),
        (3, EXECUTION, "second"), (2, EXECUTION, "first"), (9, ACCESS, "access"),
        request_id="r",
    )  # fmt: skip
    made.lines.append(Line(0, "a group of one's own", "own group"))
    assert [line.text.split(" ")[0] for line in made.matching()] == [
        "access", "first", "second", "before", "INIT_START", "START", "own", "END", "REPORT",
        "other", "own",
    ]  # fmt: skip


def report(duration):
    return f"REPORT RequestId: {LID}\tDuration: {duration} ms"


def test_reports_are_the_newest_first_and_ids_each_once():
    made = logs((1, FUNCTION, report(1)), (2, FUNCTION, "REPORT x"), (3, FUNCTION, report(3)),
                (4, FUNCTION, "END RequestId: 12345678"))  # fmt: skip
    assert [one.duration for one in made.reports()] == [3.0, 1.0]
    assert [one.duration for one in made.reports(1)] == [3.0] and made.reports(0) == []
    assert made.lambda_ids() == [LID, "12345678"]


def test_facts_are_what_every_form_shows():
    made = logs((1, ACCESS, '{"token": "x"}'), (2, FUNCTION, report(2)), where="here", since="1h",
                request_id="r", grep="", level="info")  # fmt: skip
    made.begin("12:00")
    made.phase, made.cut = "reading", 3
    line = {
        "time": 1,
        "source": ACCESS,
        "level": "info",
        "text": '{"token": "[covered: 1 characters]"}',
    }
    other = {"time": 2, "source": FUNCTION, "level": "info", "text": report(2)}
    found = made.facts()
    groups = found.pop("sources")
    assert groups[0] == {"kind": ACCESS, "group": f"group-{ACCESS}", "state": "", "detail": "",
                         "fix": "", "lines": 1}  # fmt: skip
    assert found == {
        "state": "running", "where": "here", "when": "12:00", "phase": "reading", "since": "1h",
        "request_id": "r", "grep": "", "level": "info", "total": 2, "matching": 2, "cut": 3,
        "covered": 1, "lines": [line, other], "problem": "", "fix": "",
        "reports": [{"time": 2, "lambda_id": LID, "duration": 2.0, "billed": 0.0, "memory": 0,
                     "used": 0, "init": None}],
    }  # fmt: skip
    assert made.facts(1)["lines"] == [line] and made.facts(0)["reports"] == []
    assert made.facts(1)["matching"] == 2
    many = logs(*((n, FUNCTION, "x") for n in range(201)))
    assert len(many.facts()["lines"]) == 200


def test_one_request_is_told_by_its_lines():
    access = {"status": "200", "method": "POST", "path": "/v1/model", "team": "blue", "latency": "9",
              "integrationLatency": "8", "errorType": "e", "error": "f"}  # fmt: skip
    own = {"status": 200, "milliseconds": 7.5, "error": "ValueError"}
    made = logs(
        (1, ACCESS, json.dumps(access)), (2, FUNCTION, json.dumps(own)), (3, FUNCTION, report(4))
    )
    assert told(made) == [
        ("status", "200"), ("call", "POST /v1/model"), ("team", "blue"), ("gateway's time, ms", "9"),
        ("of it the function's, ms", "8"), ("why it was refused", "e"),
        ("function's own work, ms", "7.5"), ("function's failure", "ValueError"),
        ("Lambda's time, ms", "4.0"), ("Lambda request", LID),
    ]  # fmt: skip
    assert told(logs()) == []
    made = logs((1, ACCESS, '{"status": "-", "team": "-", "error": "f", "method": "GET"}'),
                (1, ACCESS, "no data"), (2, FUNCTION, "END RequestId: 12345678"))  # fmt: skip
    assert told(made) == [
        ("call", "GET"), ("why it was refused", "f"), ("Lambda request", "12345678")
    ]  # fmt: skip
    assert told(logs((1, FUNCTION, '{"status": 500}'))) == [("status", "500")]
    assert told(logs((1, ACCESS, '{"status": 0, "path": "/x"}'), (1, FUNCTION, '{"status": 9}'))) == [
        ("status", "9"), ("call", "/x")
    ]  # fmt: skip


def test_lines_for_a_file_are_ascii_json():
    text = to_json_lines([Line(1, ACCESS, "é", "error"), Line(2, FUNCTION, "b")])
    assert text == (
        '{"time": 1, "source": "access log", "level": "error", "text": "\\u00e9"}\n'
        '{"time": 2, "source": "function", "level": "info", "text": "b"}\n'
    )
    assert to_json_lines([]) == ""


# What is covered


def c(size):
    return f"[covered: {size:,} characters]"


@pytest.mark.parametrize(
    "line, shown, count, data",
    [
        ("plain", "plain", 0, None),
        ('{"password": "abc", "a": 1}', {"password": c(3), "a": 1}, 1, True),
        ('{"password": 1234}', {"password": c(4)}, 1, True),
        ('{"input": 31, "prompt": 31}', {"input": 31, "prompt": c(2)}, 1, True),
        ('{"input": "31"}', {"input": c(2)}, 1, True),
        ('{"input": ["a", "b"]}', {"input": c(10)}, 1, True),
        *((f'{{"token": {empty}}}', {"token": json.loads(empty)}, 0, True)
          for empty in ("null", '""', '"-"', "[]", "{}", "true", "false")),
        ('{"headers": {"Host": "h", "X-Mine": "abcd"}}',
         {"headers": {"Host": "h", "X-Mine": c(4)}}, 1, True),
        ('{"Multi-Value_Headers": {"X-Mine": ["a"]}}',
         {"Multi-Value_Headers": {"X-Mine": c(5)}}, 1, True),
        ('{"headers": ["x-mine"], "a": {"X-Mine": "b"}}',
         {"headers": ["x-mine"], "a": {"X-Mine": "b"}}, 0, True),
        ('[{"name": "Cookie", "value": "abc"}]', [{"name": "Cookie", "value": c(3)}], 1, True),
        ('[{"Key": "Cookie", "Value": "abc"}]', [{"Key": "Cookie", "Value": c(3)}], 1, True),
        ('[{"name": "Host", "value": "abc"}]', [{"name": "Host", "value": "abc"}], 0, True),
        ('[{"name": "Cookie", "value": "abc", "x": 1}]',
         [{"name": "Cookie", "value": "abc", "x": 1}], 0, True),
        ('[{"name": 7, "value": "abc"}]', [{"name": 7, "value": "abc"}], 0, True),
        ('[{"a": ["cookie", "abc"]}]', [{"a": ["cookie", c(3)]}], 1, True),
        ('[{"a": ["cookie", "abc", 1]}]', [{"a": ["cookie", "abc", 1]}], 0, True),
        ('[{"a": ["host", "abc"], "b": [1, 2]}]', [{"a": ["host", "abc"], "b": [1, 2]}], 0, True),
        ('{"a": "{\\"token\\": \\"x\\"}"}', {"a": json.dumps({"token": c(1)})}, 1, True),
        ('{"a": "{token: xyz"}', {"a": "{token: " + c(3)}, 1, True),
        ('{"a": "{text: xyz"}', {"a": "{text: " + c(3)}, 1, True),
        ('{"a": "text: xyz"}', {"a": "text: xyz"}, 0, True),
        ('{"a": "token: xyz"}', {"a": "token: " + c(3)}, 1, True),
    ],
    ids=range(32 - 3),
)  # fmt: skip
def test_data_is_covered_by_the_names_of_its_fields(line, shown, count, data):
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    assert redact(line) == (text, count, shown if data else None)


@pytest.mark.parametrize(
    "line, shown, count",
    [
        ('before {"token": "x"} after', f'before {{"token": "{c(1)}"}} after', 1),
        ('token: {"a": 1}', 'token: {"a": 1}', 0),
        ('password=abc {"a": 1}', f'password={c(4)}{{"a": 1}}', 1),
        ('{"a": 1} token=abc', f'{{"a": 1}} token={c(3)}', 1),
        ('{"a": 1} text=abc', '{"a": 1} text=abc', 0),
        ('{"a": 1} text=abc {', f'{{"a": 1}} text={c(5)}', 1),
        ('{"text": "abc', f'{{"text": {c(4)}', 1), ("{'text': 'abc'}", f'{{"text": "{c(3)}"}}', 1),
        ("x {'a': b'abc'}", f'x {{"a": "{c(6)}"}}', 1), ("{'a': {1, 1}}", '{"a": [1]}', 0),
        ("{'a': 1j}", '{"a": "1j"}', 0), ("{1: None}", '{"1": null}', 0),
        ('x [{"token": "é"}]', f'x [{{"token": "{c(1)}"}}]', 1), ('{"é": "é"}', '{"é": "é"}', 0),
        ("api_key=abc", f"api_key={c(3)}", 1), ("'Api-Key' : abc", f"'Api-Key' : {c(3)}", 1),
        ("token=", "token=", 0), ("token=  ", "token=  ", 0), ("my-token: abc", "my-token: abc", 0),
        ("token=[covered: 3 characters]", "token=[covered: 3 characters]", 0),
        ("to: secret: abc", f"to: secret: {c(3)}", 1),
    ],
    ids=range(21),
)  # fmt: skip
def test_lines_with_data_or_names_in_them(line, shown, count):
    assert redact(line)[:2] == (shown, count)
    assert redact(line)[2] is None or line.startswith("{")


@pytest.mark.parametrize("which", ["Method", "Endpoint"])
@pytest.mark.parametrize("way", ["request", "response"])
def test_what_api_gateway_logs_of_bodies_headers_and_paths(which, way):
    for when in ("before", "after"):
        head = f"(r) {which} {way} body {when} transformations: "
        assert redact(head + "a\nb") == (head + c(3), 1, None)
        assert redact(head) == (head, 0, None)
    for what in ("headers", "query string", "path"):
        head = f"(r) {which} {way} {what}: "
        assert redact(head + "{Host=h, X-Mine=abc, Accept=a, b, Date=}") == (
            head + f"{{Host=h, X-Mine={c(3)}, Accept=a, b, Date=}}", 1, None
        )  # fmt: skip
        assert redact(head + "{}") == (head + "{}", 0, None)
        assert redact(head + "{secret}") == (head + f"{{{c(6)}}}", 1, None)
        assert redact(head + "{X-Mine=abc") == (head + f"{{X-Mine={c(3)}}}", 1, None)
    head = "(r) Authorizer result body before parsing: "
    assert redact(head + "{}") == (head + c(2), 1, None)


def nested(levels, inner):
    for _ in range(levels):
        inner = [inner]
    return inner


def test_data_is_read_to_its_fortieth_level():
    assert cover.DEEP == 40
    deepest = nested(39, {"a": 1})
    assert redact("x " + json.dumps({"b": deepest}))[1] == 1
    assert redact(json.dumps([{"a": nested(37, 5)}]))[1] == 0
    assert redact(json.dumps([{"a": nested(38, 5)}]))[1] == 1
    line = {"a": json.dumps(nested(37, 5))}
    assert redact(json.dumps(line))[1] == 0
    line = {"a": json.dumps(nested(38, 5))}
    assert redact(json.dumps(line))[1] == 1


def test_what_is_too_long_to_read_is_covered_from_the_name_on():
    assert (cover.LONG, cover.LITERAL) == (300_000, 20_000)
    fits = '{"token": "' + "x" * (300_000 - 13) + '"}'
    assert len(fits) == 300_000 and redact(fits)[2] == {"token": c(300_000 - 13)}
    over = '{"token": "' + "x" * (300_000 - 12) + '"}'
    assert redact(over) == ('{"token": ' + c(300_001 - 10), 1, None)
    fits = "{'token': '" + "x" * (20_000 - 13) + "'}"
    assert len(fits) == 20_000 and redact(fits)[2] == {"token": c(20_000 - 13)}
    over = "{'token': '" + "x" * (20_000 - 12) + "'}"
    assert redact(over)[2] is None and redact(over)[1] == 1


def test_the_lists_of_names():
    assert {"authorization", "prompt", "stop", "key", "keys", "content"} <= FIELDS and len(
        FIELDS
    ) == 56
    assert OPEN <= FIELDS and "text" not in OPEN and "key" not in OPEN
    assert HEADERS.isdisjoint(FIELDS) and {"host", "retryafter", "xamznrequestid"} <= HEADERS
