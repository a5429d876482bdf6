"""Why a job cannot be done. As run.py, this must parse and run on Python 3.6. Standard library."""

import json
import platform
import sys


def failed(job, problem, arguments):
    """Say why a job cannot be done: a line of an error and one of its fix.

    Of make check-room, which is read from many machines, the one line that it always prints, or
    its JSON, on stdout.
    """
    if job != "check-room":
        sys.stderr.write(f"error: {problem}\n")
        return
    machine = f"{platform.node()} ({platform.system()} {platform.machine()})"
    line = ". Fix: ".join(" ".join(part.split()).rstrip(".") for part in problem.split("\nfix:"))
    told = {"ready": False, "machine": machine, "missing": [line], "notes": [], "seconds": {}}
    told["tokens_per_second"] = None
    print(json.dumps(told) if "--json" in arguments else f"NOT READY  {machine}: {line}")
