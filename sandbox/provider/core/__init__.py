"""What the provider does for every type alike: diff, states, the journal, values on the wire, and
the vocabulary that calls are written in.

No call to a service of AWS stands here, and no type is named but in the facts.
"""
