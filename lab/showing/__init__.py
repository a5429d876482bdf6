"""`show`: any answer of AWS or of an HTTP call, readable and without secrets.

It asks nobody for anything: what is shown is handed in.
"""
