"""A program, or a step of one, run as a preview would, on Pulumi's mocks: what it declares.

Nothing here judges what was declared: graders do, and whoever else asks for it.
"""
