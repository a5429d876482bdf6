"""Instance profiles against a real emulator."""

from __future__ import annotations

from tests.sandbox.provider.lambda_.functions import ROLE, TRUST
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_updates,
)

PROFILE = "aws:iam/instanceProfile:InstanceProfile"


def test_a_profile_has_a_role_or_none(life: Lives) -> None:
    one, two = (
        life(ROLE, name=life.name("server"), assumeRolePolicy=TRUST).outputs["name"] for _ in "ab"
    )
    profile = life(PROFILE, name=life.name("server"), role=one, path="/model/", tags={"a": "1"})
    assert_complete(profile)
    assert profile.outputs["arn"].endswith(f":instance-profile/model/{profile.id}")
    assert_imports(profile, profile.id)
    assert_updates(profile, [{"role": two}, {"role": None}, {"tags": {"b": "2"}}, {"role": one}])
    assert_found(profile.ctx, PROFILE, profile.inputs, profile.id)
    assert_deleted(profile)
