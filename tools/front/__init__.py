"""What a visitor of the repository sees first: the moving picture of the front page, and the site of executed pages.

What a page says, shows or deploys is never here: that is lessons/, and what `make tutorial` saw.
"""
