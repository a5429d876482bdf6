"""Faults put into the code to see whether the tests find them: `python -m tools.mutation`.

Lives beside the tests, not among them: CI and `make test` never run it.
"""
