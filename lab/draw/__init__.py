"""What all views share: text and HTML by type, colours, words, panels, fields, and the way onto
the page.

Nothing here knows a subject: no prompt, no deployment, no policy; and nothing here calls anybody.
"""
