"""What a strict sandbox is given in place of this machine's packages: layers, as an account has them.

Nothing here deploys the course, and what strict means is said in `sandbox/`.
"""
