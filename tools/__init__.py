"""What sets up, builds and checks the course itself: environments, notebooks, pictures, lint.

No notebook imports it, and it deploys nothing but what it runs a notebook for.
"""
