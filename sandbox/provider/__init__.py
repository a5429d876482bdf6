"""The light `aws` provider as Pulumi's engine calls it; one room a service behind it.

It plays no AWS: what it calls is boto3, at whatever endpoint it is given.
"""
