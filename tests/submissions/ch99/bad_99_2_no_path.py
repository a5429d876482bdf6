# exercise 99.2: afternoon
# says: GET /hello gets 403: No.
import json
from datetime import date, timedelta

import pulumi_aws as aws

from tests.submissions import of_gateway, stood

answers = {"stood": stood(), "GET /hello": of_gateway(403, "MissingAuthenticationTokenException")}


def afternoon(document, tags):
    tags = {**tags, "gateway:expires": (date.today() + timedelta(days=1)).isoformat()}
    hello = aws.apigateway.RestApi("hello", body=json.dumps({**document, "paths": {}}), tags=tags)
    copy = aws.apigateway.Deployment("helloCopy", rest_api=hello.id)
    stage = aws.apigateway.Stage(
        "helloStage", rest_api=hello.id, deployment=copy.id, stage_name="v1", tags=tags
    )
    return stage.invoke_url
