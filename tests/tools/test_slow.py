"""A model that writes slowly: measured beside the same one as it is, and nothing of this checkout changed."""

import os
import subprocess
import sys

import pytest

from lab.preflight import speed
from tools import slow

MEASURED = "from lab.preflight import speed; print(speed.speed(measure=True))"
RATE = 8.0


def measured(folder, home, env):
    """Tokens a second, as `start()` of a kit measures them."""
    environ = {name: text for name, text in os.environ.items() if name != speed.KNOWN}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED],
        cwd=folder, env={**environ, **env, "KIT_HOME": str(home)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return float(done.stdout)


def test_the_model_of_a_slowed_kit_writes_no_more_than_was_asked_for(tmp_path):
    before = (slow.ROOT / slow.LLAMA).read_bytes()
    with slow.slowed(RATE) as kit:
        found = measured(tmp_path, kit.home, kit.env)
        assert kit.home.is_dir()
    usual = measured(slow.ROOT, tmp_path / "usual", {})
    assert found <= RATE * 1.05 < usual
    assert not kit.home.exists() and (slow.ROOT / slow.LLAMA).read_bytes() == before


def test_a_file_that_takes_tokens_elsewhere_is_no_file_that_is_slow(tmp_path):
    file = tmp_path / "llama.py"
    file.write_text("def take(chunk): ...\n")
    with pytest.raises(ValueError, match=r"llama.py has no line 'def take"):
        slow.slow_down(file, 5)


@pytest.mark.parametrize("rate", [0, -1])
def test_a_model_that_never_writes_is_refused(rate):
    with pytest.raises(ValueError, match="would never write one"), slow.slowed(rate):
        pass
