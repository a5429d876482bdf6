"""Groups of instances behind a load balancer, for the tests of this folder."""

from tests.sandbox.server.farms import farm, shared

__all__ = ["farm", "shared"]
