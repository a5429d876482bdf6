"""How zips for Lambda are made: the model's layer, and the functions' code.

The resources that put them into an account are never here: model.py and
settings.py have them. What answers a prompt is in functions/model.
"""
