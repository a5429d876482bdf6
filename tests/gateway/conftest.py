"""The program under Pulumi's mocks, and the function's folder as Lambda sees it."""

import contextvars
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

from lab.mocks.mocks import event_loop

ROOT = Path(__file__).resolve().parents[2]
FUNCTION = ROOT / "gateway" / "functions" / "model"
for folder in (ROOT, FUNCTION):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

API = "arn:aws:execute-api:us-east-1:123456789012:api1"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:made"
INVOKE_ARN = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
STREAMING_ARN = "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{}/response-streaming-invocations"

# What AWS would add to each type's arguments.
COMPUTED = {
    "aws:lambda/layerVersion:LayerVersion": {"arn": "arn:{name}"},
    "aws:iam/role:Role": {"arn": "arn:aws:iam::123456789012:role/{name}"},
    "aws:cloudwatch/logGroup:LogGroup": {
        "name": "logs",
        "arn": "arn:aws:logs:us-east-1:123456789012:log-group:logs",
    },
    "aws:lambda/function:Function": {
        "name": "made",
        "arn": FUNCTION_ARN,
        "version": "7",
        "invokeArn": INVOKE_ARN.format(FUNCTION_ARN),
        "responseStreamingInvokeArn": STREAMING_ARN.format(FUNCTION_ARN),
    },
    "aws:apigateway/restApi:RestApi": {"executionArn": API, "rootResourceId": "root"},
    "aws:apigateway/resource:Resource": {"path": "/model"},
    "aws:apigateway/stage:Stage": {"invokeUrl": "https://api1.example.com/v1"},
    "aws:apigateway/apiKey:ApiKey": {"value": "value-of-{name}"},
    "aws:dynamodb/table:Table": {
        "name": "budgets",
        "arn": "arn:aws:dynamodb:us-east-1:123456789012:table/budgets",
    },
    "aws:lb/loadBalancer:LoadBalancer": {
        "arn": "arn:{name}",
        "arnSuffix": "app/{name}",
        "dnsName": "{name}.elb",
    },
    "aws:lb/targetGroup:TargetGroup": {"arn": "arn:{name}", "arnSuffix": "targetgroup/{name}"},
    "aws:lb/listener:Listener": {"arn": "arn:{name}"},
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 3},
    "aws:s3/bucket:Bucket": {"bucket": "{name}"},
    "aws:s3/bucketObjectv2:BucketObjectv2": {"arn": "arn:{name}"},
    "aws:iam/instanceProfile:InstanceProfile": {"arn": "arn:{name}"},
    "aws:cognito/userPool:UserPool": {
        "arn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/pool1"
    },
}


class Declared(pulumi.runtime.Mocks):
    """What a program declares: arguments, options and calls, by name."""

    def __init__(self, changes, missing, last_time):
        self.changes = changes
        self.missing = missing
        self.last_time = last_time
        self.triggers = {}
        self.inputs = {}
        self.types = {}
        self.depends_on = {}
        self.deleted_first = set()
        self.resources = {}
        self.outputs = {}
        self.read = {}
        self.calls = {}

    def new_resource(self, args):
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": self.last_time}
        if args.typ == "aws:apigateway/account:Account" and args.resource_id:
            role = {} if args.name in self.missing else {"cloudwatchRoleArn": "arn:role"}
            return args.resource_id, role
        if args.resource_id:
            self.read[args.name] = args.resource_id
            return args.resource_id, existing(args.resource_id)
        self.inputs[args.name] = args.inputs
        self.types[args.name] = args.typ
        computed = {} if args.name in self.missing else COMPUTED.get(args.typ, {})
        filled = {
            key: value.replace("{name}", args.name) if isinstance(value, str) else value
            for key, value in computed.items()
        }
        if args.name == "KeyAuthorizerLambda":
            filled = {key: value.replace("made", "authorizer") for key, value in filled.items()}
        return "" if args.name in self.missing else f"{args.name}-id", {**args.inputs, **filled}

    def call(self, args):
        known = {
            "aws:index/getRegion:getRegion": {"region": "us-east-1"},
            "aws:index/getPartition:getPartition": {"partition": "aws"},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
            "aws:ec2/getVpc:getVpc": {"id": "vpc-1"},
            "aws:ec2/getSubnets:getSubnets": {"ids": ["subnet-1", "subnet-2"]},
        }
        self.calls.setdefault(args.token, []).append(args.args)
        return known[args.token]

    @property
    def protected(self):
        """The names of what Pulumi refuses to delete."""
        return {name for name, made in self.resources.items() if made._protect}

    def note(self, args):
        """A stack transformation: note the dependencies, make the test's changes."""
        waited_for = args.opts.depends_on or []
        self.depends_on[args.name] = {resource._name for resource in waited_for}
        self.resources[args.name] = args.resource
        if args.opts.delete_before_replace:
            self.deleted_first.add(args.name)
        if args.opts.replacement_trigger is not None:
            self.triggers[args.name] = pulumi.Output.from_input(args.opts.replacement_trigger)
        if args.name in self.changes:
            props = {**args.props, **self.changes[args.name]}
            return pulumi.ResourceTransformationResult(props, args.opts)
        return None


def existing(name):
    """What AWS knows of a function that somebody else has made."""
    arn = FUNCTION_ARN.replace("made", name)
    return {
        "name": name,
        "arn": arn,
        "invokeArn": INVOKE_ARN.format(arn),
        "responseStreamingInvokeArn": STREAMING_ARN.format(arn),
        "loggingConfig": {"logFormat": "Text", "logGroup": "theirs"},
    }


@pytest.fixture(scope="session")
def declare():
    """Run a program under mocks: declare(program, changes={name: {argument: value}})."""

    def run(*args, **kwargs):
        # Pulumi's settings belong to a context: in one of its own, the mocks end with the run. In a
        # thread of its own the stack is short, which Pulumi reads anew for each resource.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(contextvars.copy_context().run, inside, *args, **kwargs).result()

    def inside(program, changes=None, preview=False, missing=(), last_time=None):
        declared = Declared(changes or {}, missing, last_time or {})

        @pulumi.runtime.test
        def body():
            pulumi.runtime.register_stack_transformation(declared.note)
            program()
            known = (declared.outputs, declared.triggers)
            return pulumi.Output.all(
                *(pulumi.Output.all(**each).apply(each.update) for each in known)
            )

        with event_loop(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(pulumi, "export", declared.outputs.__setitem__)
            # Where a resource is declared is for who reads an error; to find out takes a seventh.
            patch.setattr(resource, "_get_stack_trace", source_pb2.StackTrace)
            pulumi.runtime.set_mocks(declared, project="gateway", stack="test", preview=preview)
            # The mocks' root outlives a test, and with it what earlier programs registered.
            pulumi.runtime.get_root_resource()._transformations = []
            body()
        return declared

    return run
