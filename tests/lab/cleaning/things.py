"""Things as AWS names them, one of each kind, and inventories made of them."""

from __future__ import annotations

from datetime import datetime, timezone

from lab.cleaning.state import EXPIRES, MADE, OWNER, PROJECT, STACK, Cleaning, Inventory, thing_of
from lab.cleaning.view import CleaningView

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
HOME, MADE_THEN = "us-east-1:123456789012", "2026-11-29T09:00:00Z"
BALANCING = f"elasticloadbalancing:{HOME}"
GATEWAY = "apigateway:us-east-1:"
ARNS = {
    "group of instances": f"autoscaling:{HOME}:autoScalingGroup:aa-bb:autoScalingGroupName/pool-1",
    "instance": f"ec2:{HOME}:instance/i-1",
    "listener rule": f"{BALANCING}:listener-rule/app/models/5/6/7",
    "listener": f"{BALANCING}:listener/app/models/5/6",
    "load balancer": f"{BALANCING}:loadbalancer/app/models/5",
    "target group": f"{BALANCING}:targetgroup/models/5",
    "web ACL": f"wafv2:{HOME}:regional/webacl/wall/11",
    "usage plan": f"{GATEWAY}:/usageplans/plan1",
    "API key": f"{GATEWAY}:/apikeys/key1",
    "stage": f"{GATEWAY}:/restapis/api1/stages/v1",
    "REST API": f"{GATEWAY}:/restapis/api1",
    "VPC link": f"{GATEWAY}:/vpclinks/link1",
    "function": f"lambda:{HOME}:function:model-1",
    "launch template": f"ec2:{HOME}:launch-template/lt-1",
    "rule of a security group": f"ec2:{HOME}:security-group-rule/sgr-1",
    "security group": f"ec2:{HOME}:security-group/sg-1",
    "instance profile": "iam::123456789012:instance-profile/path/profile-1",
    "role": "iam::123456789012:role/role-1",
    "alarm": f"cloudwatch:{HOME}:alarm:slow one",
    "table": f"dynamodb:{HOME}:table/budgets",
    "user pool": f"cognito-idp:{HOME}:userpool/us-east-1_1",
    "bucket": "s3:::code-1",
    "secret": f"secretsmanager:{HOME}:secret:key-1",
    "log group": f"logs:{HOME}:log-group:/aws/lambda/model-1",
    "other thing": f"sqs:{HOME}:queue",
}
ARNS = {kind: f"arn:aws:{arn}" for kind, arn in ARNS.items()}


def tags(stack: str = "course", **more: str) -> dict[str, str]:
    """The tags of the gateway."""
    return {PROJECT: "gateway", STACK: stack, OWNER: "ours", **more}


def inventory(text: str = "forgotten", *, known: bool = True, **more: object) -> Inventory:
    """A stack with a role, a balancer and a log; and a log that no state knows, past its day."""
    state = {"course": {ARNS["role"], ARNS["load balancer"], ARNS["log group"]} if known else set()}
    over = f"arn:aws:logs:{HOME}:log-group:{text.replace(':', '')[:2000]}"
    things = [thing_of(ARNS[kind], tags(), state, MADE_THEN) for kind in ("role", "load balancer")]
    things.append(thing_of(ARNS["log group"], tags(**{MADE: "2026-11-20T00:00:00Z"}), state))
    things.append(thing_of(over, tags(**{MADE: text, EXPIRES: "2026-11-28"}), state))
    things.append(thing_of(ARNS["table"], tags("other"), state))
    names = ("apiRole", "logs", "balancer") if known else ()
    return Inventory("course", NOW, names, tuple(things), **more)  # type: ignore[arg-type]


def cleaning_views(text: str) -> dict[str, CleaningView]:
    """A clean-up in each of its states; `text` is what a stranger may write."""
    where = {"where": "aws eu-central-1", "when": "2026-11-29 12:00:00 UTC"}
    full = inventory(text, others=2, other_stacks={"first-look": 1}, unasked=(f"roles: {text}",))
    nothing = Inventory("course", NOW)
    many = tuple(
        thing_of(f"arn:aws:iam::1:role/{number:05}-{text[:50]}", tags(), {}, MADE_THEN)
        for number in range(1000)
    )
    over = [thing.arn for thing in full.leftovers]
    ended = {
        "deleted": ["apiRole", "logs", "balancer", *over],
        "receipt": "/home/x/.kit/receipts/c.json",
    }
    left = inventory(text, known=False)
    refused = dict.fromkeys(over, text)
    return {
        "cleaning_idle": CleaningView(Cleaning(full, **where, confirm="course-aws")),
        "cleaning_nothing": CleaningView(Cleaning(nothing, **where)),
        "cleaning_many": CleaningView(Cleaning(Inventory("course", NOW, (), many), **where)),
        "cleaning_running": CleaningView(Cleaning(full, **where, state="running")),
        "cleaning_done": CleaningView(
            Cleaning(full, **where, state="done", after=nothing, **ended)  # type: ignore[arg-type]
        ),
        "cleaning_failed": CleaningView(
            Cleaning(full, **where, state="failed", after=left, problem=text, refused=refused,
                     **ended)  # type: ignore[arg-type]
        ),
        "cleaning_stopped": CleaningView(
            Cleaning(full, **where, state="stopped", problem="It was stopped.", receipt=text)
        ),
    }  # fmt: skip
