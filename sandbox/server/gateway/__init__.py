"""The data plane of REST APIs: one deployed request in AWS's order, from the door to the answer.

It never changes an API: the control plane does.
"""
