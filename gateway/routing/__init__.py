"""Who answers where there is a choice, and who when one of them fails.

No instance is described here: who there is to choose from is given.
"""
