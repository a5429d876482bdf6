# exercise 3.2: read_only
# says: A statement names no Principal, and a resource policy must.
import pulumi


def read_only(notes):
    arn = pulumi.Output.concat(notes.execution_arn, "/v1/GET/notes")
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke"}
    return [{**allow, "Resource": arn}]
