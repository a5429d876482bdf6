# exercise 3.2: read_only
# says: POST /notes gets 200: whoever calls may write, too.
import pulumi

from tests.submissions import of_function

answers = {
    "outputs": {"notes_url": "http://127.0.0.1:4566/v1"},
    "GET /notes": of_function(200),
    "POST /notes": of_function(200),
}


def read_only(notes):
    arn = pulumi.Output.concat(notes.execution_arn, "/*")
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    return [{**allow, "Resource": arn}]
