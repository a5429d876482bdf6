"""The model on instances of EC2, behind a balancer that the API reaches.

Nothing here is made unless a setting says how many.
"""
