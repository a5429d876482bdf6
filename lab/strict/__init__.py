"""What a strict sandbox is given in place of this machine's packages: layers, as an account has them.

What is strict is said in `sandbox/`. Nothing here deploys the course, and on AWS nothing of this happens.
"""
