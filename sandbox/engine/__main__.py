"""Find or install the CLI and say which it is: `python -m sandbox.engine`."""

import sys

from sandbox.engine import EngineError, ensure


def main() -> int:
    """Print one line about the CLI; exit code 1 with the reason when there is none."""
    try:
        print(ensure().describe(), flush=True)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing was left half installed.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
