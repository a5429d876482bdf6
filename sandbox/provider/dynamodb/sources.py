"""DynamoDB: tables that begin with the items of another table, or with those of files in S3."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.provider.core.answers import given
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs
from sandbox.provider.core.waiting import until
from sandbox.provider.dynamodb import arguments

PATIENCE = 600.0  # seconds that an import may take


def restores(inputs: Inputs) -> bool:
    return bool(inputs.get("restoreSourceName") or inputs.get("restoreSourceTableArn"))


def restore(ctx: Context, name: str, inputs: Inputs) -> None:
    """Make a table of what another one was at a moment."""
    moment = inputs.get("restoreDateTime")
    by_name = not inputs.get("restoreSourceTableArn")
    ctx.client("dynamodb").restore_table_to_point_in_time(
        TargetTableName=name,
        BillingModeOverride=arguments.billing_mode(inputs),
        **given(
            ProvisionedThroughputOverride=arguments.throughput(inputs, inputs),
            RestoreDateTime=datetime.fromisoformat(moment.replace("Z", "+00:00"))
            if moment
            else None,
            SSESpecificationOverride=arguments.encryption(inputs.get("serverSideEncryption")),
            SourceTableArn=inputs.get("restoreSourceTableArn"),
            SourceTableName=inputs.get("restoreSourceName") if by_name else None,
            UseLatestRestorableTime=inputs.get("restoreToLatestTime"),
        ),
    )


def load(ctx: Context, name: str, inputs: Inputs) -> None:
    """Make a table of the items in files, and wait until all are there."""
    client, wanted = ctx.client("dynamodb"), inputs["importTable"]
    source, csv = wanted["s3BucketSource"], (wanted.get("inputFormatOptions") or {}).get("csv")
    options = given(
        Delimiter=(csv or {}).get("delimiter"), HeaderList=(csv or {}).get("headerLists") or None
    )
    found = client.import_table(
        InputFormat=wanted["inputFormat"],
        S3BucketSource=given(
            S3Bucket=source["bucket"],
            S3BucketOwner=source.get("bucketOwner") or None,
            S3KeyPrefix=source.get("keyPrefix") or None,
        ),
        TableCreationParameters={
            "TableName": name,
            "AttributeDefinitions": arguments.attributes(inputs),
            "KeySchema": arguments.keys(inputs["hashKey"], inputs.get("rangeKey")),
            "BillingMode": arguments.billing_mode(inputs),
            **given(
                GlobalSecondaryIndexes=[
                    arguments.index_request(each, inputs)
                    for each in inputs.get("globalSecondaryIndexes") or ()
                ]
                or None,
                OnDemandThroughput=arguments.on_demand(inputs.get("onDemandThroughput")),
                ProvisionedThroughput=arguments.throughput(inputs, inputs),
                SSESpecification=arguments.encryption(inputs.get("serverSideEncryption")),
            ),
        },
        **given(
            InputCompressionType=wanted.get("inputCompressionType"),
            InputFormatOptions={"Csv": options} if csv else None,
        ),
    )["ImportTableDescription"]
    ctx.made(name, {"name": name})
    _wait(ctx, name, found)


def _wait(ctx: Context, name: str, found: dict[str, Any]) -> None:
    def ended() -> Any:
        call = ctx.client("dynamodb").describe_import
        now = call(ImportArn=found["ImportArn"])["ImportTableDescription"]
        return None if now["ImportStatus"] == "IN_PROGRESS" else now

    found = until(ctx, ended, PATIENCE) or found
    if found["ImportStatus"] != "COMPLETED":
        why = found.get("FailureMessage") or found["ImportStatus"]
        raise CallError(f"creating DynamoDB Table ({name}): importing its items: {why}")
