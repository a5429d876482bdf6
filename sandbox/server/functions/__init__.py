"""Lambda environments: processes that hold a handler, their pieces of a stream, the log around
them.

Who may invoke a function, and with which event, is the gateway's.
"""
