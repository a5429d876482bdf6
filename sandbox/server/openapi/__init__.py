"""REST APIs as OpenAPI documents: what a stage serves, written as one, and an API made from one.

Nothing here stores or checks a part of an API: an import makes the calls that a client would make.
"""
