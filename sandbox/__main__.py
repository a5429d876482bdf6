"""`python -m sandbox start | stop | status | logs | reset | env`.

Exit codes: 0 fine, 1 it did not work (or, for status, nothing runs or not all is saved), 2 misused.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from sandbox import cloud, variables


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except cloud.CloudError as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="AWS on this machine, for one checkout of the kit."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    start = commands.add_parser("start", help="start it, unless it runs")
    start.add_argument("--port", type=_port, default=0, help="insist on this port")
    start.set_defaults(run=_start)
    for name, run, text in (
        ("stop", _stop, "end it with all its processes; what it holds is kept"),
        ("status", _status, "say whether it runs, and where"),
        ("reset", _reset, "delete all that the emulated cloud holds"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    logs = commands.add_parser("logs", help="print its log")
    logs.add_argument("-f", "--follow", action="store_true", help="and what is still to come")
    logs.set_defaults(run=_logs)
    env = commands.add_parser("env", help="print the variables that AWS SDKs and Pulumi need")
    env.add_argument("--powershell", action="store_true", help="for PowerShell, not for sh")
    env.set_defaults(run=_env)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: it must be 1 to 65535")
    return int(text)


def _start(options: argparse.Namespace) -> int:
    print(_line(cloud.start(port=options.port)))
    return 0


def _stop(_: argparse.Namespace) -> int:
    print("stopped" if cloud.stop() else "nothing was running")
    return 0


def _status(_: argparse.Namespace) -> int:
    running = cloud.status()
    print(_line(running) if running else "not running. To start it: python -m sandbox start")
    if running and running.problem:
        print(running.problem, file=sys.stderr)
    return 0 if running and not running.problem else 1


def _reset(_: argparse.Namespace) -> int:
    deleted = cloud.reset()
    for line in deleted:
        print(f"deleted {line}")
    if not deleted:
        print("there was nothing to delete")
    return 0


def _logs(options: argparse.Namespace) -> int:
    for line in cloud.logs(follow=options.follow):
        print(line, flush=options.follow)
    return 0


def _env(options: argparse.Namespace) -> int:
    line = _powershell if options.powershell else _sh
    changes = variables.changes(os.environ, cloud.environment(), variables.SANDBOX)
    for name, value in changes.items():
        if name.isidentifier():  # no shell can name another one, and the line would end `eval`
            print(line(name, value))
    for told in variables.told(os.environ, changes):
        print(told, file=sys.stderr)
    return 0


def _sh(name: str, value: str | None) -> str:
    return f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"


def _powershell(name: str, value: str | None) -> str:
    if value is None:
        return f"Remove-Item Env:{name} -ErrorAction Ignore"
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"


def _line(running: cloud.Running) -> str:
    where = os.path.relpath(running.home)
    return f"running at {running.endpoint} (process {running.pid}, its files in {where})"


if __name__ == "__main__":
    sys.exit(main())
