"""What steps hand to each other, besides resources: plain values."""

from __future__ import annotations

from typing import Any

import pulumi

# For a resource of an earlier chapter: some of its arguments.
Arguments = dict[str, Any]

# For a function: what it finds in its environment.
Variables = dict[str, pulumi.Input[str]]

# For a policy document: one of its statements.
Statement = dict[str, Any]

# For the deployment: resources that it freezes.
Parts = list[pulumi.Resource]
