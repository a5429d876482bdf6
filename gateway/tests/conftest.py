"""What the tests share. The folder above is a package called `here`, as in __main__.py."""

import asyncio
import sys
from pathlib import Path
from types import ModuleType

import pulumi
import pytest

FOLDER = Path(__file__).resolve().parent.parent
here = ModuleType("here")
here.__path__ = [str(FOLDER)]
sys.modules["here"] = here


class Cloud(pulumi.runtime.Mocks):
    """Answers each resource with its own arguments and what steps read of it."""

    def __init__(self):
        self.made = {}

    def new_resource(self, args):
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": {}}
        self.made[args.name] = (args.typ, args.inputs)
        computed = {
            "name": args.name,
            "arn": f"arn:aws:made-up:us-east-1:123456789012:{args.name}",
            "invokeArn": f"arn:aws:apigateway:us-east-1:lambda:path/{args.name}",
            "executionArn": "arn:aws:execute-api:us-east-1:123456789012:api1",
            "rootResourceId": "root",
            "invokeUrl": "https://api1.example.com/v1",
            "value": f"value-of-{args.name}",
            "cloudwatchRoleArn": "arn:aws:iam::123456789012:role/logs",
            "dnsName": "internal-balancer.example.com",
            "arnSuffix": args.name,
            "latestVersion": 1,
            "bucket": args.name,
        }
        return f"{args.name}-id", {**computed, **args.inputs}

    def call(self, args):
        network = {"id": "vpc-1", "ids": ["subnet-1", "subnet-2"]}
        return {"region": "us-east-1", "partition": "aws", **network}


@pytest.fixture
def declared():
    """What the program declares with some settings: type and arguments of each resource."""
    from here.program import gateway
    from here.settings import Settings

    def run(**settings):
        cloud = Cloud()
        pulumi.runtime.set_mocks(cloud, project="gateway", stack="test", preview=False)
        pulumi.runtime.test(lambda: gateway(Settings(**{"model_layer": False, **settings})))()
        return cloud.made

    # Pulumi asks for the thread's event loop, which Python makes by itself only until 3.13.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield run
    asyncio.set_event_loop(None)
    loop.close()
