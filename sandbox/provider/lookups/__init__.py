"""What programs look up (`get_…`): the caller, the Region, things that exist already.

Nothing here makes or changes a resource.
"""
