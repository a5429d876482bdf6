"""EC2 Auto Scaling's types: groups, and what is attached to them.

Launch templates are EC2's, target groups Elastic Load Balancing's.
"""
