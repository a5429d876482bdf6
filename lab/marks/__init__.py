"""`progress`: what a learner predicted, checked and was hinted at, as the kit's folder keeps it.

What is right is never decided here: that is lab.exercise's, and it is asked again for a hand-in.
"""
