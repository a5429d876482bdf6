# exercise 3.2: read_only
import pulumi

from tests.submissions import of_function, of_gateway

answers = {
    "outputs": {"notes_url": "http://127.0.0.1:4566/v1"},
    "GET /notes": of_function(200),
    "POST /notes": of_gateway(403, "AccessDeniedException"),
}


def read_only(notes):
    arn = pulumi.Output.concat(notes.execution_arn, "/v1/GET/notes")
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    return [{**allow, "Resource": arn}]
