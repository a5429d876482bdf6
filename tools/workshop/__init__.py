"""What a trainer prepares a room with: one archive of all that set-up fetches, and the check of a machine.

What takes such an archive is never here: that is sandbox/bundle.py, which set-up and the engine ask.
"""
