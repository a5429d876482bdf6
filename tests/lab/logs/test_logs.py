"""The log viewer: what is read, filtered, told apart and kept small."""

import json
import time
from datetime import timedelta, timezone

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from lab.errors import LabError
from lab.logs import logs as module
from lab.logs.events import ACCESS, EXECUTION, FUNCTION, level_of, line_of, report_of
from lab.logs.reading import LogReading, Reader
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
)
from lab.logs.view import LogView
from tests.lab.logs.log_views import CHAIN, LID, NOW, REPORT, RID, ended, logs, shown

# The core


@pytest.mark.parametrize(
    "since, seconds", [("90s", 90), ("5m", 300), (" 2h ", 7200), ("1.5d", 129_600), (45, 45)]
)
def test_since_is_a_time_as_people_write_it(since, seconds):
    assert seconds_of(since) == seconds


@pytest.mark.parametrize("since", ["", "5", "5 minutes", "-5m", "0s", 0, -1, True, None, "9" * 40])
def test_since_that_is_no_time_is_refused(since):
    with pytest.raises(ValueError, match="no time such as"):
        seconds_of(since)


@pytest.mark.parametrize(
    "text, level",
    [
        ('{"status": "200"}', "info"),
        ('{"status": 404}', "warning"),
        ('{"status": "502"}', "error"),
        ('{"level": "WARNING"}', "warning"),
        ('{"status": 200, "traceback": ["x"]}', "error"),
        ("[ERROR] ValueError: boom", "error"),
        ("(r) Method completed with status: 429", "warning"),
        ("(r) Method completed with status: 504", "error"),
        ("2026-11-24 r Task timed out after 3.00 seconds", "error"),
        ("START RequestId: x Version: $LATEST", "info"),
        ("(r) Successfully completed execution", "info"),
    ],
)
def test_a_line_says_its_level(text, level):
    assert level_of(text, line_of(0, ACCESS, text).data) == level


def test_a_report_line_is_numbers():
    report = report_of(line_of(NOW, FUNCTION, REPORT))
    assert (report.lambda_id, report.duration, report.billed) == (LID, 385.09, 1386)
    assert (report.memory, report.used, report.init) == (1769, 227, 1000.5)
    assert report_of(line_of(NOW, FUNCTION, "REPORT nothing")) is None


def test_no_lambda_request_is_no_id():
    assert line_of(0, ACCESS, '{"lambdaRequestId": "-"}').lambda_id == ""


def test_one_request_is_told_in_its_order_and_all_lines_newest_first():
    one = ended(lines=CHAIN, request_id=RID)
    assert [line.source for line in one.matching()] == [ACCESS] + [EXECUTION] * 5 + [FUNCTION] * 4
    assert dict(told(one))["Lambda's time, ms"] == "385.09"
    every = ended(lines=CHAIN).matching()
    assert [line.time for line in every] == sorted((line.time for line in every), reverse=True)


def test_text_and_level_filter_and_say_how_many_do_not_pass():
    made = ended(lines={FUNCTION: ["One", "two", "[ERROR] ONE"]})
    view = shown(made).filter("one")
    assert [line.text for line in view.lines] == ["[ERROR] ONE", "One"]
    assert "2 of 2 shown. Filtered out: 1 line." in view.text()
    assert [line.text for line in view.filter("", "warning").lines] == ["[ERROR] ONE"]


def test_only_so_many_lines_are_kept_and_it_says_how_many_went():
    made = logs({FUNCTION: [f"line {i}" for i in range(KEPT + 5)]})
    assert len(made.lines) == KEPT and made.cut == 5 and made.lines[0].text == "line 5"
    assert f"200 of {KEPT:,} shown, filter to narrow." in shown(made).text()


def test_who_stops_following_has_stopped_and_nothing_else_undoes_it():
    made = ended()
    made.end("stopped")
    made.end("done")
    assert made.state == "stopped"


# Reading


class Client:
    """A stand-in for CloudWatch Logs: what each group answers, page by page."""

    def __init__(self, **groups):
        self.groups, self.asked = groups, []

    def filter_log_events(self, **asked):
        self.asked.append(asked)
        found = self.groups[asked["logGroupName"].strip("/")]
        if isinstance(found, Exception):
            raise found
        page = int(asked.get("nextToken", 0))
        answer = {"events": found[page] if found else []}
        return answer | ({"nextToken": str(page + 1)} if page + 1 < len(found) else {})


def event(text, at=NOW, id=None, stream="s"):
    return {"logStreamName": stream, "timestamp": at, "message": text} | (
        {"eventId": id} if id else {}
    )


def reader(**groups):
    return Reader(Client(**groups), clock=lambda: NOW / 1000)


def read(made, groups):
    """Read all groups, to the end."""
    made.begin("now")
    reading = LogReading(made, groups)
    while reading.take(wait=1):
        pass
    return made


def refusal(code):
    return ClientError({"Error": {"Code": code, "Message": code}}, "FilterLogEvents")


def test_all_pages_are_read_and_only_once():
    one = reader(a=[[event("1", id="x")], [event("2", id="y")]])
    source = Source(FUNCTION, "a")
    assert [text for _, text in one.new(source, "5m")] == ["1", "2"]
    assert one.new(source, "5m") == []
    assert one._client.asked[0]["startTime"] == NOW - 300_000


def test_equal_lines_without_ids_are_as_many_as_there_are():
    pages = [[event("same"), event("same")]]
    one = reader(a=pages)
    assert len(one.new(Source(FUNCTION, "a"), "5m")) == 2
    pages[0].append(event("same"))
    assert len(one.new(Source(FUNCTION, "a"), "5m")) == 1
    assert one._client.asked[-1]["startTime"] == NOW - 15_000, "late lines are looked for"


def test_a_page_that_is_full_is_not_the_last_one_even_without_a_token():
    client = Client(a=[[event(str(i), NOW + i) for i in range(10_000)]])
    found = Reader(client, clock=lambda: NOW / 1000)._events("a", 0, "")
    next(found)
    for _ in range(10_000):
        next(found)
    assert client.asked[1]["startTime"] == NOW + 9_999 + 1


@pytest.mark.parametrize(
    "answer, state, fix",
    [
        (refusal("ResourceNotFoundException"), MISSING, "up(14)"),
        (refusal("AccessDeniedException"), DENIED, "logs:FilterLogEvents"),
        (refusal("ThrottlingException"), UNREACHED, "again"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), UNREACHED, "up()"),
        (NoCredentialsError(), UNREACHED, "start()"),
        ([], EMPTY, "Send a request"),
        ([[event("line")]], READ, ""),
    ],
)
def test_no_lines_no_group_and_no_permission_are_told_apart(answer, state, fix):
    made = read(Logs([Source(ACCESS, "a")]), reader(a=answer))
    assert made.sources[0].state == state and fix in made.sources[0].fix
    assert made.state == ("done" if state in (EMPTY, READ) else "failed")
    view = shown(made)
    if state != READ:
        assert state in view.text() and fix in view.text() and fix in view.html()


def test_an_output_that_is_missing_is_a_group_that_is_missing():
    made = read(Logs([Source(ACCESS, ""), Source(FUNCTION, "f")]), reader(f=[[event("x")]]))
    assert made.sources[0].state == MISSING and "up(14)" in made.sources[0].fix
    assert made.state == "done", "one group was read"


def test_the_chain_brings_the_lambda_requests_own_lines_each_once():
    class ByWord(Client):
        def filter_log_events(self, **asked):
            answer = super().filter_log_events(**asked)
            word = asked["filterPattern"].strip('"')
            return {"events": [one for one in answer["events"] if word in one["message"]]}

    groups = {kind.split()[0]: [[event(t) for t in texts]] for kind, texts in CHAIN.items()}
    groups["function"][0].append(event("START RequestId: 11111111-other Version: $LATEST"))
    made = Logs([Source(kind, kind.split()[0]) for kind in CHAIN], request_id=RID)
    read(made, Reader(ByWord(**groups), clock=lambda: NOW / 1000))
    assert [line.source for line in made.matching()] == [ACCESS] + [EXECUTION] * 5 + [FUNCTION] * 4
    first = [line.text.split()[0] for line in made.matching()[6:]]
    assert first == ["START", '{"lambda_request_id":', "END", "REPORT"]


def test_a_fault_of_the_kit_is_raised_where_it_is_drawn():
    made = Logs([Source(ACCESS, "a")])
    with pytest.raises(ZeroDivisionError):
        read(made, reader(a=ZeroDivisionError("by design")))
    assert made.state == "failed"


def test_stop_reads_no_more_and_keeps_what_is_there():
    made = logs(CHAIN)
    view = LogView(made, start=lambda m: LogReading(m, reader(a=[])), now=lambda: "now")
    view.begin()
    view.stop()
    assert made.state == "stopped" and len(view.lines) == 10 and not view.running


# The function


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"request_id": '" | drop'}, "no id of a request"),
        ({"since": "yesterday"}, "no time such as"),
        ({"level": "loud"}, "level is 'loud'"),
        ({"follow": -1}, "follow is -1"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(wrong, message):
    with pytest.raises(LabError, match=message) as raised:
        module.logs(**wrong)
    assert raised.value.fix


def test_groups_come_from_the_stacks_outputs_before_and_after_chapter_12():
    six = {"invoke_url": "http://h/_aws/execute-api/a1/v1", "rest_api_id": "a1", "log_group": "f"}
    assert module.known_groups(six) == {
        ACCESS: "", EXECUTION: "API-Gateway-Execution-Logs_a1/v1", FUNCTION: "f",
    }  # fmt: skip
    nine = {**six, "access_log_group": "a", "execution_log_group": "e"}
    assert module.known_groups(nine) == {ACCESS: "a", EXECUTION: "e", FUNCTION: "f"}
    assert set(module.known_groups({}).values()) == {""}


# How it looks


@pytest.mark.parametrize("number", [0, 1, 200, 10_000])
@pytest.mark.parametrize(
    "text", [REPORT, "<&'\"" * 100, "שלום 漢字 " * 60], ids=["report", "html", "wide"]
)
def test_any_number_of_lines_is_drawn_quickly_and_small(number, text):
    view = shown(ended(lines={FUNCTION: [f"[ERROR] {text} {i}" for i in range(number)]}))
    view.html()
    began = time.process_time()
    html = view.html()
    took = time.process_time() - began
    assert len(html.encode()) < 64_000 and took < 0.05
    assert len(view.text().encode()) < 64_000
    assert len(json.dumps(view.state(), ensure_ascii=False).encode()) < 64_000


def test_few_lines_are_shown_whole_and_many_are_cut():
    entry = json.dumps({"path": "/" + "x" * 900})
    assert "x" * 900 in shown(ended(lines={ACCESS: [entry] * 3})).html()
    assert "x" * 900 not in shown(ended(lines={ACCESS: [entry] * 200})).html()


def test_times_are_in_the_zone_that_is_named():
    east = timezone(timedelta(hours=9), "JST")
    view = LogView(ended(lines=CHAIN), start=None, now=lambda: "", zone=east)
    assert "21:00:00.000" in view.html() and "times in JST" in view.html()


def test_no_form_and_no_file_has_the_prompt(tmp_path):
    view = shown(ended(lines=CHAIN, request_id=RID))
    file = view.export(tmp_path / "lines.jsonl").read_text()
    forms = [view.text(), str(view.html()), json.dumps(view.state()), repr(view.lines), file]
    assert not any("my secret" in form for form in forms)
    assert len(file.splitlines()) == 10 and "covered: prompts and secrets" in view.text()


def test_the_controls_filter_pause_and_clear(strict):
    view = shown(ended(lines=CHAIN))
    view.live()
    controls = view._controls
    controls.grep.value = "report"
    assert len(view.lines) == 1 and "1 line of 10" in controls.status.value
    controls.level.value = "error"
    assert view.lines == ()
    controls.clear.click()
    assert view.logs.lines == []
    labels = [c.description for c in (controls.grep, controls.level, controls.refresh)]
    assert all(labels) and "<details" not in controls.status.value


def test_a_handler_that_fails_leaves_a_panel_and_in_tests_an_error(lenient):
    def broken(_):
        raise ZeroDivisionError("by design")

    view = LogView(ended(), start=broken, now=lambda: "now")
    view.live()
    view._controls.refresh.click()
    assert view.state()["state"] == "failed" and "by design" in view.html()
    assert "by design" in view._controls.status.value
