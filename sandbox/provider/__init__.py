"""The light `aws` provider: what Pulumi's engine calls, and the calls to the cloud behind it."""
