"""What the provider does for every type alike: check, diff, states, the journal, values on the
wire.

No call to a service of AWS stands here, and no type is named but in the facts.
"""
