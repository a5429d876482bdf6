"""The graders of the exercises, one module a chapter, and what they share.

They run a learner's step under Pulumi's mocks, call what a learner has deployed, or have
lab.short_lived deploy it for one look: nothing here deploys or draws.
"""
