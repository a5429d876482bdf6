"""Where the sandbox serves what AWS serves under a host name of its own."""

from __future__ import annotations


def invoke_url(endpoint: str, api_id: str, stage: str) -> str:
    """The URL of a stage of a REST API, without a trailing slash.

    On AWS this is `https://API.execute-api.REGION.amazonaws.com/STAGE`. A laptop cannot make such
    a name resolve, so the sandbox has the API's id in the path.

    >>> invoke_url("http://127.0.0.1:4566", "a1b2c3d4", "v1")
    'http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4/v1'
    """
    return f"{endpoint.rstrip('/')}/_aws/execute-api/{api_id}/{stage}"
