"""`check`, `hint` and `solution`: an exercise, the verdict on what was handed in, and how it is
shown.

What is right is said in lab.checks, one file a chapter, and nowhere here.
"""
