"""Load balancers: what the emulator forgets of them, the health of targets, and their requests.

REST APIs and functions are other rooms'; who launches the targets is `scaling`'s business.
"""
