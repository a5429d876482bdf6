"""The model in this process: llama.cpp, its file, what it reads, and tools for a model without any.

No HTTP and no dialect is known here: what is asked and answered has the inner form.
"""
