"""The graders of the exercises, one module a chapter, and what they share.

They run a learner's step under Pulumi's mocks, or call what a learner has deployed: nothing here
deploys or draws.
"""
