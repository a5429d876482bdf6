"""Where a bundle comes from that is no folder yet: a trainer's web server, or the archive on a stick.

Whether a bundle fits this machine and this kit is never decided here: that is sandbox/bundle.py's.
"""
