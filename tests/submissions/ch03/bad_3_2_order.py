# exercise 3.2: read_only
# says: GET /notes gets 403: No.
import pulumi

from tests.submissions import of_gateway

answers = {
    "outputs": {"notes_url": "http://127.0.0.1:4566/v1"},
    "GET /notes": of_gateway(403, "AccessDeniedException"),
    "POST /notes": of_gateway(403, "AccessDeniedException"),
}


def read_only(notes):
    arn = pulumi.Output.concat(notes.execution_arn, "/GET/v1/notes")
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    return [{**allow, "Resource": arn}]
