"""`standing`: a program of a few resources as a stack of its own, deployed for as long as it is looked at.

What is right about it is said in lab.checks. Nothing here is left deployed: whatever ends the look, the stack is destroyed.
"""
