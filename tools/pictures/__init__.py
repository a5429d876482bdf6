"""What draws images/*.svg, by script: the program's graph, the way of a request, and what words cannot say.

Nothing here is drawn by hand or typed twice: names, numbers and statuses come from the program, the lab and
the sandbox.
"""
