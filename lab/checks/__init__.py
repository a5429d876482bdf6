"""The graders of the exercises, one module a chapter, and what they share.

They run a learner's step under Pulumi's mocks: nothing here deploys, asks a network or draws.
"""
