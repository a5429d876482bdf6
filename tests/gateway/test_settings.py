"""Settings come from the stack's configuration, each with a default."""

import hashlib
import json
import zipfile
from dataclasses import fields, replace

import pulumi
import pytest
import yaml

from gateway import alias, model, program, refusals
from gateway.auth import hashes, key_source
from gateway.chat import adapter_start, known_adapter
from gateway.model import code_of, plain_start
from gateway.routing import canary
from gateway.settings import FUNCTIONS, Settings


@pytest.fixture
def configure():
    """Set the stack's configuration for one test."""

    def put(**values):
        text = {f"gateway:{name}": value for name, value in values.items()}
        pulumi.runtime.set_all_config(text)

    yield put
    pulumi.runtime.set_all_config({})


def test_without_configuration_all_defaults_count(configure):
    configure()
    assert Settings.from_config() == Settings()


@pytest.mark.parametrize(
    ("key", "text", "name", "value"),
    [
        ("layerArns", json.dumps(["arn:a", "arn:b"]), "layer_arns", ("arn:a", "arn:b")),
        ("memorySize", "512", "memory_size", 512),
        ("timeout", "0", "timeout", 0),
        ("permissionsBoundary", "arn:a", "permissions_boundary", "arn:a"),
        ("owner", "ada", "owner", "ada"),
        ("expires", "2026-12-24", "expires", "2026-12-24"),
        ("monthlyDollars", "12.5", "monthly_dollars", 12.5),
        ("corsOrigins", json.dumps(["https://a.b"]), "cors_origins", ("https://a.b",)),
        ("systemPrompt", "", "system_prompt", ""),
        ("systemPromptFirst", "true", "system_prompt_first", True),
        ("logRetentionDays", "30", "log_retention_days", 30),
        ("stageName", "test", "stage_name", "test"),
        ("authentication", "iam", "authentication", "iam"),
        ("authorizerTtl", "0", "authorizer_ttl", 0),
        ("modelConcurrency", "5", "model_concurrency", 5),
        ("authorizerConcurrency", "0", "authorizer_concurrency", 0),
        ("protect", "true", "protect", True),
        ("loggingRole", "own", "logging_role", "own"),
        ("logSourceAddress", "true", "log_source_address", True),
        ("refusedCalls", "7", "refused_calls", 7),
        ("teams", json.dumps(["red"]), "teams", ("red",)),
        ("teamRate", "0.5", "team_rate", 0.5),
        ("teamBurst", "1", "team_burst", 1),
        ("teamQuota", "3", "team_quota", 3),
        ("stageRate", "0.5", "stage_rate", 0.5),
        ("stageBurst", "0", "stage_burst", 0),
        ("promptRate", "0.5", "prompt_rate", 0.5),
        ("promptBurst", "0", "prompt_burst", 0),
        ("tokensPerDay", "300", "tokens_per_day", 300),
        ("promptCharacters", "100", "prompt_characters", 100),
        ("modelName", "theirs", "model_name", "theirs"),
        ("executionLogs", "OFF", "execution_logs", "OFF"),
        ("alarmActions", json.dumps(["arn:a"]), "alarm_actions", ("arn:a",)),
        ("runtimeStreams", "true", "runtime_streams", True),
        ("adapterLayerArn", "arn:a", "adapter_layer_arn", "arn:a"),
    ],
)
def test_a_configured_value_counts(configure, key, text, name, value):
    configure(**{key: text})
    assert getattr(Settings.from_config(), name) == value


@pytest.mark.parametrize(("key", "text"), [("memorySize", "big"), ("layerArns", "arn:a")])
def test_a_value_of_the_wrong_type_names_its_key(configure, key, text):
    configure(**{key: text})
    with pytest.raises(pulumi.ConfigTypeError, match=f"gateway:{key}"):
        Settings.from_config()


@pytest.mark.parametrize("key", ["layerArns", "teams", "alarmActions"])
def test_what_is_no_list_shows_how_to_set_one(configure, key):
    configure(**{key: '{"a": 1}'})
    with pytest.raises(pulumi.RunError, match="pulumi config set --path"):
        Settings.from_config()


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        *[("authentication", wrong) for wrong in ("none", "NONE", "open", "IAM", "key")],
        *[("executionLogs", wrong) for wrong in ("on", "info", "true")],
    ],
)
def test_a_choice_that_there_is_not_is_refused_with_those_there_are(configure, key, wrong):
    configure(**{key: wrong})
    known = "bearer, iam, cognito" if key == "authentication" else "ERROR, INFO, OFF"
    with pytest.raises(pulumi.RunError, match=f"gateway:{key} is '{wrong}', not one of {known}"):
        Settings.from_config()


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-2-3", "2026-02-30", "20261224", "24.12.2026"])
def test_what_expires_on_no_day_is_refused_with_one(configure, wrong):
    configure(expires=wrong)
    with pytest.raises(pulumi.RunError, match=f"gateway:expires is '{wrong}', not a day. Set one"):
        Settings.from_config()


@pytest.mark.parametrize("wrong", ["a*b", "x" * 257, "<b>"])
def test_an_owner_that_is_no_tag_is_refused(configure, wrong):
    configure(owner=wrong)
    with pytest.raises(pulumi.RunError, match="and a tag takes 256 characters at most"):
        Settings.from_config()


def test_a_name_with_an_alias_is_refused_and_told_where_to_put_it(configure):
    configure(functionName="theirs:live", tokensPerDay="0")
    with pytest.raises(pulumi.RunError) as raised:
        Settings.from_config()
    assert str(raised.value) == (
        "gateway:functionName is 'theirs:live', with a version or an alias. Give the function's name "
        "alone, and the rest as: pulumi config set gateway:functionQualifier live"
    )


THEIRS = {"functionName": "theirs", "tokensPerDay": "0"}
TOGETHER = {
    "a function that exists": THEIRS,
    "its alias": {**THEIRS, "functionQualifier": "live"},
    "it streams by itself": {**THEIRS, "stream": "true", "runtimeStreams": "true"},
    "an adapter": {"stream": "true", "adapterLayerArn": "arn:a"},
    "an adapter for whole answers": {"adapterLayerArn": "arn:a"},
    "versions of ours": {"publishVersions": "true", "snapStart": "true"},
    "an older one of them": {"publishVersions": "true", "functionQualifier": "6"},
    "a long stream": {"stream": "true", "adapterLayerArn": "arn:a", "timeout": "900"},
    "no budget": {"tokensPerDay": "0"},
}


@pytest.mark.parametrize("chosen", TOGETHER.values(), ids=list(TOGETHER))
def test_what_works_together_is_taken(configure, chosen):
    configure(**chosen)
    assert Settings.from_config() != Settings()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            {"functionName": "theirs"},
            (
                "gateway:functionName is 'theirs', a function that counts no tokens for this gateway. "
                "Do without a budget: pulumi config set gateway:tokensPerDay 0"
            ),
        ),
        (
            {"functionQualifier": "live"},
            (
                "gateway:functionQualifier is 'live', of no function: gateway:functionName is not set. "
                "Set both, or neither."
            ),
        ),
        *[
            (
                {**THEIRS, name: value},
                (
                    f"gateway:{name} is for a function that is made here, and gateway:functionName is "
                    "'theirs', which is not changed. Remove one of the two."
                ),
            )
            for name, value in (
                ("layerArns", '["arn:a"]'),
                ("adapterLayerArn", "arn:a"),
                ("modelConcurrency", "0"),
                ("systemPromptFirst", "true"),
                ("publishVersions", "true"),
            )
        ],
        (
            {"publishVersions": "true", "functionQualifier": "live"},
            (
                "gateway:functionQualifier is 'live', not a version of our function. Set its number, "
                "or take what is newest: pulumi config rm gateway:functionQualifier"
            ),
        ),
        (
            {"snapStart": "true"},
            (
                "gateway:snapStart is true, and it is for versions alone. Have them: "
                "pulumi config set gateway:publishVersions true"
            ),
        ),
        *[
            (
                {**more, "stream": "true"},
                (
                    "gateway:stream is true, and the function cannot stream. Set "
                    "gateway:adapterLayerArn to the layer of the Lambda Web Adapter; or, where the "
                    "function's runtime streams by itself: pulumi config set gateway:runtimeStreams true"
                ),
            )
            for more in ({}, THEIRS)
        ],
        (
            {"timeout": "30"},
            "gateway:timeout is 30, and an answer that comes whole may take 29 seconds at most.",
        ),
        (
            {"timeout": "901", "stream": "true", "adapterLayerArn": "arn:a"},
            "gateway:timeout is 901, and an answer that streams may take 900 seconds at most.",
        ),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_work_together_is_refused_with_one_sentence(configure, chosen, sentence):
    configure(**chosen)
    with pytest.raises(pulumi.RunError) as raised:
        Settings.from_config()
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "https://page.example/",
        "https://Page.example",
        "page.example",
        "https://a'b",
        "",
    ],
)
def test_what_is_no_origin_is_refused(configure, origin):
    configure(corsOrigins=json.dumps(["https://page.example", origin]))
    with pytest.raises(pulumi.RunError, match="gateway:corsOrigins has .*, which is no origin"):
        Settings.from_config()


@pytest.mark.parametrize(
    "origin",
    ["https://page.example", "http://localhost:3000", "http://[::1]:80", "tauri://localhost"],
)
def test_what_a_browser_calls_an_origin_is_taken(configure, origin):
    configure(corsOrigins=json.dumps([origin]))
    assert Settings.from_config().cors_origins == (origin,)


def test_more_teams_than_the_environment_has_room_for_are_refused():
    """What is let in has to fit: 4 KB, the variable's name included."""
    most = Settings(teams=tuple(f"team-{number:02d}" for number in range(49)))
    known = hashes({team: "k" * 40 + team for team in most.teams})
    assert 3_700 < len(known) + len("KEYS") < 4_096
    with pytest.raises(pulumi.RunError, match="teams are 50: their keys do not fit"):
        Settings(teams=tuple(f"team-{number:02d}" for number in range(50)))


@pytest.mark.parametrize(
    ("authentication", "source"),
    [("bearer", "AUTHORIZER"), ("iam", "HEADER"), ("cognito", "HEADER")],
)
def test_a_key_comes_from_the_authorizer_where_there_is_one_of_ours(authentication, source):
    assert key_source(authentication) == {"api_key_source": source}


def test_the_adapter_is_one_layer_more_and_starts_the_script():
    settings = Settings(layer_arns=("arn:model",), adapter_layer_arn="arn:adapter")
    usual = {"handler": "handler.handler", "layers": ["arn:model"], "architectures": ["x86_64"]}
    assert plain_start(settings) == usual
    assert adapter_start(settings) == {"handler": "run.sh", "layers": ["arn:model", "arn:adapter"]}
    assert adapter_start(Settings(layer_arns=("arn:model",))) == {}


@pytest.mark.parametrize(
    ("region", "architecture", "arn"),
    [
        (
            "eu-central-1",
            "x86_64",
            "aws:lambda:eu-central-1:753240598075:layer:LambdaAdapterLayerX86",
        ),
        ("us-east-2", "arm64", "aws:lambda:us-east-2:753240598075:layer:LambdaAdapterLayerArm64"),
        (
            "cn-north-1",
            "x86_64",
            "aws-cn:lambda:cn-north-1:041581134020:layer:LambdaAdapterLayerX86",
        ),
    ],
)
def test_the_adapter_that_aws_publishes_is_found_by_region_and_processor(region, architecture, arn):
    assert known_adapter(region, architecture) == f"arn:{arn}:27"


@pytest.mark.parametrize(
    ("region", "architecture"),
    [("cn-north-1", "arm64"), ("us-gov-west-1", "x86_64"), ("me-south-1", "arm64")],
)
def test_where_aws_publishes_no_adapter_a_copy_of_it_has_to_be_named(region, architecture):
    with pytest.raises(pulumi.RunError) as raised:
        known_adapter(region, architecture)
    assert str(raised.value) == (
        f"AWS publishes no layer of the Lambda Web Adapter in {region} for {architecture}. Copy another "
        "Region's, and set the copy's ARN: pulumi config set gateway:adapterLayerArn ARN"
    )


@pytest.mark.parametrize("region", ["ap-southeast-6", "ap-east-2", "cn-north-1", "us-gov-east-1"])
def test_a_region_without_snapstart_is_refused(region):
    assert alias.snap_start_in("eu-central-1") == "PublishedVersions"
    with pytest.raises(pulumi.RunError, match=f"and {region} has no SnapStart. Do without"):
        alias.snap_start_in(region)


def test_published_is_the_adapter_of_the_stacks_region(declare):
    settings = Settings(model_layer=False, adapter_layer_arn="published", logging_role="own")
    declared = declare(lambda: program.gateway(settings))
    arn = "arn:aws:lambda:us-east-1:753240598075:layer:LambdaAdapterLayerX86:27"
    assert declared.inputs["LanguageModelLambda"]["layers"] == [arn]


@pytest.fixture
def layer_zip(monkeypatch, tmp_path):
    """A layer that was made, for either processor."""
    file = tmp_path / "model.zip"
    file.write_bytes(b"zip")
    monkeypatch.setattr(model, "layer_zip", lambda architecture: file)
    return file


def test_the_models_layer_is_the_first_and_its_object_has_its_digest(declare, layer_zip):
    digest = hashlib.sha256(b"zip").hexdigest()
    settings = Settings(architecture="arm64", layer_arns=("arn:more",), logging_role="own")
    declared = declare(lambda: program.gateway(settings))
    uploaded, version = (declared.inputs[name] for name in ("modelLayerZip", "modelLayer"))
    assert (uploaded["bucket"], uploaded["key"]) == (version["s3Bucket"], f"{digest}.zip")
    assert version["s3Key"] == uploaded["key"]
    assert version["compatibleArchitectures"] == ["arm64"]
    assert version["compatibleRuntimes"] == ["python3.12"]
    function = declared.inputs["LanguageModelLambda"]
    assert function["architectures"] == ["arm64"]
    assert function["layers"] == ["arn:modelLayer", "arn:more"]


@pytest.mark.parametrize("more", [{"model_layer": False}, {"function_name": "theirs"}])
def test_where_something_else_brings_the_model_there_is_no_layer(layer_zip, more):
    assert model.model_layer(Settings(**more), {"layers": []}) == {"layers": []}


def test_a_layer_that_nobody_has_made_is_an_error_with_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(model, "layer_zip", lambda architecture: tmp_path / "none.zip")
    with pytest.raises(pulumi.RunError) as raised:
        model.model_layer(Settings(architecture="arm64"), {"layers": []})
    assert f"cd {FUNCTIONS.parent} && python -m layer --architecture arm64." in str(raised.value)


@pytest.mark.parametrize("folder", ["model", "authorizer"])
def test_the_code_is_python_files_and_scripts_and_nothing_else(folder):
    (FUNCTIONS / folder / "__pycache__").mkdir(exist_ok=True)
    with zipfile.ZipFile(code_of(folder).path) as opened:
        packed = opened.namelist()
    here = FUNCTIONS / folder
    files = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}
    # What tools leave in a folder is in none of its own names.
    shipped = {name for name in files if not name.startswith(".") and "__pycache__" not in name}
    assert packed == sorted(shipped)
    assert "handler.py" in shipped and ("local/llama.py" in shipped) is (folder == "model")


def test_the_project_file_offers_every_setting_with_the_same_default(configure):
    project = yaml.safe_load((FUNCTIONS.parent / "Pulumi.yaml").read_text("utf-8"))
    offered = {key: entry["default"] for key, entry in project["config"].items()}
    assert len(offered) == len(fields(Settings))
    configure(
        **{
            key: text if isinstance(text, str) else json.dumps(text)
            for key, text in offered.items()
        }
    )
    assert replace(Settings.from_config(), function_name=None) == Settings()
    assert offered["functionName"] == ""


@pytest.mark.parametrize("name", ["candidateWeight", "canaryPercent"])
@pytest.mark.parametrize(
    ("percent", "fine"), [(0, True), (100, True), (100.5, False), (-0.5, False)]
)
def test_a_share_is_a_percentage(name, percent, fine):
    chosen = {"candidate_weight": 5, "canary_percent": 5}
    chosen["candidate_weight" if name == "candidateWeight" else "canary_percent"] = percent
    if fine:
        refusals.shares(chosen)
        return
    with pytest.raises(pulumi.RunError, match=f"gateway:{name} is {percent:g}, not a percentage"):
        refusals.shares(chosen)


@pytest.mark.parametrize(
    ("live", "drawn"),
    [
        ("stable", {"stable": 95, "candidate": 5}),
        ("candidate", {"candidate": 95, "stable": 5}),
    ],
)
def test_behind_the_adapter_the_function_draws_the_pool(live, drawn):
    chosen = Settings(live_pool=live, canary_percent=5, candidate_instances=1)
    assert canary.drawn_pools(chosen) == {}, "API Gateway draws it"
    adapter = replace(chosen, adapter_layer_arn="arn:layer")
    assert json.loads(canary.drawn_pools(adapter)["POOLS"]) == drawn
    assert canary.drawn_pools(replace(adapter, candidate_instances=0)) == {}
