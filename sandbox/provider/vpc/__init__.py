"""What Pulumi's module for networks has: rules of security groups that stand alone.

The groups themselves are EC2's, and so is the API.
"""
