# exercise 3.2: read_only
# says: A text is made from an output, and the output has no value yet.


def read_only(notes):
    arn = f"{notes.execution_arn}/v1/GET/notes"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    return [{**allow, "Resource": arn}]
