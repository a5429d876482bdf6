# exercise 99.2: afternoon
# says: It is destroyed, and still there: hello, its URL, which answers 200.
import json
from datetime import date, timedelta

import pulumi_aws as aws

from tests.submissions import of_function, stood

answers = {"stood": stood(left=["hello"]), "GET /hello": of_function(200)}


def afternoon(document, tags):
    tags = {**tags, "gateway:expires": (date.today() + timedelta(days=1)).isoformat()}
    hello = aws.apigateway.RestApi("hello", body=json.dumps(document), tags=tags)
    copy = aws.apigateway.Deployment("helloCopy", rest_api=hello.id)
    stage = aws.apigateway.Stage(
        "helloStage", rest_api=hello.id, deployment=copy.id, stage_name="v1", tags=tags
    )
    return stage.invoke_url
