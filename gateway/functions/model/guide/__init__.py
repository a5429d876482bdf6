"""JSON Schemas that the model's answers can be held to: which, and what becomes of them.

No model is asked here, and nothing here knows how a request is written.
"""
