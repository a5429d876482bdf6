"""How clients speak: a dialect reads a request into what a model is asked, and tells its answer.

No model is asked here but through answering.py, so that budget, limits and logs hold for each.
"""

# Two files a dialect: NAME_checks.py reads, NAME.py tells. What clients of chat completions send is
# the most, so that chat_messages.py and chat_tools.py read a part of it.
