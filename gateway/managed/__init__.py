"""A model that somebody else runs, in place of the one in the function.

How it is asked is never here: that is functions/model. Nothing here is
made unless a setting names the model.
"""
