"""Fixtures of the tests that deploy."""

from tests.lab.stacks import fake, kernels, opened

__all__ = ["fake", "kernels", "opened"]
