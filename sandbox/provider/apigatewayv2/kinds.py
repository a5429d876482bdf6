"""The types of API Gateway's second API that there are."""

from __future__ import annotations

from sandbox.provider.apigatewayv2 import vpc_links

KINDS = (vpc_links.VPC_LINK,)
