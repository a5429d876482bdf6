# exercise 99.2: afternoon
# says: RestApi hello: the tag gateway:stack is 'course', and 'afternoon' was handed in.
import json

import pulumi_aws as aws


def afternoon(document, tags):
    tags = {**tags, "gateway:stack": "course", "gateway:expires": "2026-12-24"}
    hello = aws.apigateway.RestApi("hello", body=json.dumps(document), tags=tags)
    copy = aws.apigateway.Deployment("helloCopy", rest_api=hello.id)
    stage = aws.apigateway.Stage(
        "helloStage", rest_api=hello.id, deployment=copy.id, stage_name="v1", tags=tags
    )
    return stage.invoke_url
