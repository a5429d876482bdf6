"""Systems Manager's types: parameters.

Documents, runs and the like are not the course's.
"""
