"""DynamoDB's types: tables, and what they begin with.

Items are the program's data, never the provider's.
"""
