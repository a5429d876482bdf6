"""The sandbox under every kind of crash, `n` times each: `python -m tests.trials --n 20`.

Each trial is one line; the last line says n of n. Real engine, provider, sandbox and program, in a
home of its own; nothing here asserts how something is repaired, only that it is.
"""
