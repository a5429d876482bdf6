"""How clients speak: a dialect reads a request into what the model is asked, and tells its answer.

Two files a dialect: NAME_checks.py reads, NAME.py answers. Nothing here asks the model by another
way than answering.py, so that budget, limits and logs hold for each of them.
"""
