"""The types of Cognito that there are."""

from __future__ import annotations

from sandbox.provider.cognito import clients, domains, pools, resource_servers

KINDS = (
    clients.USER_POOL_CLIENT,
    domains.USER_POOL_DOMAIN,
    pools.USER_POOL,
    resource_servers.RESOURCE_SERVER,
)
