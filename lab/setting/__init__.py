"""`configure`: settings of gateway/ for this stack, as `pulumi config set` sets them.

What a setting means is said in gateway/, and nothing is deployed by setting one.
"""
