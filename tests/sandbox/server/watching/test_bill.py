"""What an account owes: here, nothing, and nobody counts it."""

import pytest


@pytest.mark.quirk("bill")
def test_an_alarm_on_the_bill_has_no_data(account):
    watch = account.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="bill",
        Namespace="AWS/Billing",
        MetricName="EstimatedCharges",
        Dimensions=[{"Name": "Currency", "Value": "USD"}],
        Statistic="Maximum",
        Period=21_600,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="missing",
    )
    assert watch.list_metrics(Namespace="AWS/Billing")["Metrics"] == []
    (alarm,) = watch.describe_alarms(AlarmNames=["bill"])["MetricAlarms"]
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    watch.delete_alarms(AlarmNames=["bill"])
