"""What every part of the server builds on: the emulator's insides, requests as data, errors, state
on disk.

Nothing here serves a request or answers a call.
"""
