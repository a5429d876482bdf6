"""Lambda's types: functions, permissions, versions, aliases, layers, how a function is called.

No function runs here: the sandbox's workers do that.
"""
