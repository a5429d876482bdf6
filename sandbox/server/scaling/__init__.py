"""EC2 Auto Scaling: groups, what they launch and end, and why; policies and refreshes.

How an instance runs is `machines`' business, and which requests it gets is `balancing`'s.
"""
