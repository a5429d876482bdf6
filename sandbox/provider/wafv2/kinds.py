"""The types of WAF that there are."""

from __future__ import annotations

from sandbox.provider.wafv2 import acls, associations

KINDS = (
    acls.WEB_ACL,
    associations.WEB_ACL_ASSOCIATION,
)
