"""What the kit costs, measured in pairs within one run: ratios, not absolute times.

No test of behaviour: what is right is said in tests/.
"""
