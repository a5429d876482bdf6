# exercise 3.2: read_only
# says: Nothing is deployed that could be called.
import pulumi

answers = None


def read_only(notes):
    arn = pulumi.Output.concat(notes.execution_arn, "/v1/GET/notes")
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    return [{**allow, "Resource": arn}]
