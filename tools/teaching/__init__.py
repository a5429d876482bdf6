"""What a trainer teaches with: guide, slides, hand-out and solutions, made from the course itself.

What is said about a page by hand is never here: that is a file of teach/notes/.
"""
