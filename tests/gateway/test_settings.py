"""Settings come from the stack's configuration, each with a default."""

import json
from dataclasses import fields, replace

import pulumi
import pytest
import yaml

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
        ("functionName", "theirs", "function_name", "theirs"),
        ("layerArns", json.dumps(["arn:a", "arn:b"]), "layer_arns", ("arn:a", "arn:b")),
        ("memorySize", "512", "memory_size", 512),
        ("timeout", "0", "timeout", 0),
        ("systemPrompt", "", "system_prompt", ""),
        ("logRetentionDays", "30", "log_retention_days", 30),
        ("stageName", "test", "stage_name", "test"),
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


def test_layers_that_are_no_list_show_how_to_set_them(configure):
    configure(layerArns='{"a": 1}')
    with pytest.raises(pulumi.RunError, match="pulumi config set --path"):
        Settings.from_config()


def test_the_code_is_the_python_files_and_nothing_else():
    (FUNCTIONS / "model" / "__pycache__").mkdir(exist_ok=True)
    assets = Settings().model_code.assets
    assert set(assets) == {"api.py", "checks.py", "errors.py", "handler.py", "model.py"}


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
