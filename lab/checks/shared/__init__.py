"""What graders share: a learner's step run under Pulumi's mocks, and what was handed in, read.

No exercise is here, and nothing that knows a chapter.
"""
