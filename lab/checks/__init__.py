"""The graders of the exercises, one module a chapter, and what graders share.

How a verdict is shown, and where a submission comes from, is lab.exercise's.
"""
