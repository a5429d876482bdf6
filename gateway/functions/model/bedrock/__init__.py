"""A model of Amazon Bedrock, asked through Converse: another inner.Backend.

Who may ask it is never here: the function's role says so. Nor is a dialect.
"""
