"""Fixtures of the tests that deploy."""

from tests.lab.session.stacks import fake, kernels, opened

__all__ = ["fake", "kernels", "opened"]
