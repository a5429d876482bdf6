"""How the zip of the model's Lambda layer is made.

The resources that put it into an account are never here: model.py has
them. What answers a prompt is in functions/model, and finds what the layer
brings.
"""
