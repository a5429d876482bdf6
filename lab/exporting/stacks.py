"""Two stacks to begin with: settings for trying out, and for what people rely on."""

from __future__ import annotations

from collections.abc import Collection

from lab.exporting.settings import camel

Row = tuple[str, str, str]  # a setting's name in Python, its value, and why

DEV: tuple[Row, ...] = (
    ("log_retention_days", "3", "nobody looks at it later"),
    ("execution_logs", "ERROR", "INFO may hold keys: read what settings.py says of it first"),
    ("tokens_per_day", "5000", "a mistake in a loop costs cents"),
    ("team_quota", "200", "the same, in requests a day"),
)
PROD: tuple[Row, ...] = (
    ("protect", "true", "users, keys, counts and logs are not deleted by mistake"),
    ("publish_versions", "true", "a deployment keeps its version; going back is one setting"),
    ("log_retention_days", "90", "as long as your rules say, and no longer"),
    ("authorizer_ttl", "60", "a key that is taken away is let in for a minute at most"),
    ("model_concurrency", "-1", "set it where others share the account; a new one has 10 in all"),
    ("execution_logs", "ERROR", "no keys and no prompts in it"),
    ("log_source_address", "false", "addresses are personal data"),
    ("refused_calls", "100", "so many wrong keys in five minutes ring"),
)
ALARMS = """\
  # Who is told of an alarm: without it, it rings and nobody hears.
  # gateway:alarmActions:
  #   - arn:aws:sns:REGION:ACCOUNT:TOPIC
"""


def stack(name: str, gone: Collection[str], protected: bool) -> str:
    """Pulumi.NAME.yaml.

    Args:
        name: the stack's.
        gone: settings that the chapter does not have.
        protected: whether people rely on it.
    """
    rows = [row for row in (PROD if protected else DEV) if row[0] not in gone]
    what = "what people rely on" if protected else "trying things out"
    head = f"""\
# The stack {name}, for {what}. Make it with: pulumi stack init {name}
# All settings and their defaults are in Pulumi.yaml.
config:
  aws:region: us-east-1  # yours
  # What everything is called by. Its tags, gateway:project and gateway:stack, are the program's own:
  # a clean-up goes by them, and so do the rights of who deploys. Yours: aws:defaultTags.
  pulumi:autonaming:
    pattern: ${{stack}}-${{name}}-${{hex(7)}}
    providers:
      aws:
        resources:
          "aws:s3/bucket:Bucket":  # small letters only
            pattern: ${{stack}}-gateway-${{hex(7)}}
"""
    told = "".join(
        f"  gateway:{camel(key)}: {quoted(value)}  # {why}\n" for key, value, why in rows
    )
    return head + told + (ALARMS if protected and "alarm_actions" not in gone else "")


def quoted(value: str) -> str:
    """As Pulumi writes it: every value is a text."""
    return value if value.isalpha() and value not in ("true", "false") else f'"{value}"'
