"""Whether this machine can run the course: the facts, the judgement on them, and its lines.

It changes nothing on the machine and knows no stack.
"""
