"""EC2 Auto Scaling's types: groups, what is attached to them, policies.

Launch templates are EC2's, target groups Elastic Load Balancing's.
"""
