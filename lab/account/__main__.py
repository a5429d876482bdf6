"""python -m lab.account CHAPTER: what a deployment of a chapter to AWS would stumble over."""

from __future__ import annotations

import argparse
import sys

from lab.account.preflight import STACK, aws_preflight, deployer_policy
from lab.errors import LabError


def main(arguments: list[str]) -> int:
    """Print the preflight, or the policy. 0: ready, or printed; 1: something is to be fixed."""
    parser = argparse.ArgumentParser(prog="python -m lab.account", description=__doc__)
    parser.add_argument("chapter", help="by number or by name")
    parser.add_argument("--region", default="", help="default: what boto3 finds")
    parser.add_argument("--stack", default=STACK, help="the stack's name (default: %(default)s)")
    parser.add_argument("--profile", default="", help="of ~/.aws/config")
    parser.add_argument(
        "--policy", action="store_true", help="print the least policy of who deploys, as JSON"
    )
    parser.add_argument(
        "--preview",
        action="store_true",
        help="with --policy: of who only looks, as in pull requests",
    )
    parser.add_argument("--state", default="", help="with --policy: such as s3://my-state")
    parser.add_argument("--key", default="", help="with --policy: of KMS, such as alias/my-key")
    given = parser.parse_args(arguments)
    try:
        if given.policy:
            made = deployer_policy(
                given.chapter,
                region=given.region,
                stack=given.stack,
                preview=given.preview,
                state=given.state,
                key=given.key,
            )
            print(made.json(), end="")
            return 0
        found = aws_preflight(
            given.chapter, region=given.region, stack=given.stack, profile=given.profile
        )
    except (LabError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(found.text())
    return 0 if found.ready else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
