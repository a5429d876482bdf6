"""AWS on a laptop: the home of a sandbox, its start and stop, and how it differs from AWS.

Nothing here knows the course: no chapter, no widget, no resource of gateway/.
"""
