"""Requests through a balancer: who gets them, what comes back, and what the balancer says itself."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.sandbox.server.farms import Farm, assert_page, until


def attribute(farm: Farm, key: str, value: str) -> None:
    farm.client("elbv2").modify_target_group_attributes(
        TargetGroupArn=farm.group, Attributes=[{"Key": key, "Value": value}]
    )


def test_a_target_sees_where_a_request_came_from(shared: Farm) -> None:
    answer = shared.call("/a%20b?x=1&x=2", "POST", data=b"text", headers={"X-Own": "1", "X-Forwarded-For": "1.2.3.4"})  # fmt: skip
    seen = answer.json()
    assert (seen["path"], seen["body"]) == ("/a%20b?x=1&x=2", "text")
    headers = seen["headers"]
    assert headers["x-own"] == "1" and headers["x-forwarded-for"] == "1.2.3.4, 127.0.0.1"
    assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("http", "80")
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert answer.headers["Server"].startswith("BaseHTTP")  # the target's own


def test_an_internal_balancer_has_an_internal_name_and_answers_there(shared: Farm) -> None:
    name = shared.balancer["DNSName"]
    assert name.startswith(f"internal-{shared.name}-") and shared.balancer["VpcId"]
    answer = requests.get(
        shared.account.running.endpoint + "/there", headers={"Host": name}, timeout=10
    )
    assert answer.json()["headers"]["host"] == name


def test_requests_go_round(shared: Farm) -> None:
    seen = Counter(shared.call().json()["who"] for _ in range(10))
    assert sorted(seen.values()) == [5, 5]


def test_the_one_with_the_fewest_requests_is_asked(shared: Farm) -> None:
    attribute(shared, "load_balancing.algorithm.type", "least_outstanding_requests")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(shared.call, "/sleep/1")
        time.sleep(0.2)
        quick = {shared.call().json()["who"] for _ in range(4)}
        assert quick == {shared.call().json()["who"]} != {slow.result().json()["who"]}
    attribute(shared, "load_balancing.algorithm.type", "round_robin")


def test_a_client_stays_with_its_target_while_that_is_well(shared: Farm) -> None:
    attribute(shared, "stickiness.enabled", "true")
    first = shared.call()
    assert set(first.cookies.keys()) == {"AWSALB", "AWSALBCORS"}
    assert "SameSite=None" in first.headers["Set-Cookie"]
    again = {shared.call(cookies=first.cookies).json()["who"] for _ in range(4)}
    assert again == {first.json()["who"]}
    attribute(shared, "stickiness.enabled", "false")
    assert not shared.call().cookies


def test_a_stream_arrives_as_it_is_written(shared: Farm) -> None:
    answer = shared.call("/stream/5", stream=True)
    times = [time.monotonic() for _ in answer.iter_content(6)]
    assert len(times) == 5 and times[-1] - times[0] > 0.3


def said(farm: Farm, text: str) -> bool:
    return any(text in farm.console(each["InstanceId"]) for each in farm.instances)


def test_a_client_that_leaves_frees_its_target(shared: Farm) -> None:
    answer = shared.call("/stream/100", stream=True)
    assert next(answer.iter_content(6)) == b"piece\n"
    answer.close()
    until(lambda: said(shared, "the client has left"))
    with pytest.raises(requests.ReadTimeout):
        url = f"{shared.account.running.endpoint}/_alb/{shared.name}/silence"
        requests.get(url, timeout=0.5)
    until(lambda: said(shared, "silence ends with b''"))


def test_a_target_that_closes_before_it_answers_is_a_502(shared: Farm) -> None:
    assert_page(shared.call("/hang-up"), "502 Bad Gateway", 122)


def test_silence_longer_than_the_idle_timeout_is_a_504(shared: Farm) -> None:
    def idle(seconds: str) -> None:
        shared.client("elbv2").modify_load_balancer_attributes(
            LoadBalancerArn=shared.balancer["LoadBalancerArn"],
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": seconds}],
        )

    idle("1")
    began = time.monotonic()
    assert_page(shared.call("/sleep/3"), "504 Gateway Time-out", 132)
    assert time.monotonic() - began < 2.5
    assert shared.call("/stream/15").text == "piece\n" * 15  # silent for no second in between
    idle("60")


def test_no_targets_and_no_weights_are_a_503(shared: Farm) -> None:
    elb = shared.client("elbv2")
    empty = elb.create_target_group(
        Name=f"{shared.name}-empty", Protocol="HTTP", Port=80, VpcId=shared.balancer["VpcId"]
    )["TargetGroups"][0]["TargetGroupArn"]
    weights = [{"TargetGroupArn": arn, "Weight": 0} for arn in (empty, shared.group)]
    rules = []
    for number, action in enumerate(
        (
            {"Type": "forward", "TargetGroupArn": empty},
            {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}},
        ),
        1,
    ):
        rule = elb.create_rule(
            ListenerArn=shared.listener,
            Priority=number,
            Conditions=[{"Field": "path-pattern", "Values": [f"/empty{number}"]}],
            Actions=[action],
        )
        rules.append(rule["Rules"][0]["RuleArn"])
        answer = shared.call(f"/empty{number}")
        assert_page(answer, "503 Service Temporarily Unavailable", 162)
    for rule in rules:
        elb.delete_rule(RuleArn=rule)
    elb.delete_target_group(TargetGroupArn=empty)


def test_what_a_balancer_did_is_in_its_metrics(shared: Farm) -> None:
    load_balancer = shared.balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]
    group = shared.group.rpartition(":")[2]

    def total(name: str, statistic: str = "Sum", **dimensions: str) -> float:
        found = shared.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApplicationELB", MetricName=name, Period=3600,
            StartTime=time.time() - 3600, EndTime=time.time() + 60, Statistics=[statistic],
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        )["Datapoints"]  # fmt: skip
        return float(sum(each[statistic] for each in found))

    front = {"LoadBalancer": load_balancer}
    back = {**front, "TargetGroup": group}
    names = ("RequestCount", "HTTPCode_Target_2XX_Count", "HTTPCode_Target_4XX_Count")
    before = [total(name, **where) for where in (front, back) for name in names]
    own = ("HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_502_Count")
    refused = [total(name, **front) for name in own]
    shares = total("RequestCountPerTarget", TargetGroup=group)
    for path in ("/", "/", "/status/404", "/hang-up"):
        shared.call(path)
    after = [total(name, **where) for where in (front, back) for name in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [4, 2, 1, 4, 2, 1]
    assert [total(name, **front) for name in own] == [each + 1 for each in refused]
    assert total("RequestCountPerTarget", TargetGroup=group) == shares + 2  # of two targets
    assert 0 < total("TargetResponseTime", "Average", **back) < 5
    until(lambda: total("HealthyHostCount", "Maximum", **back) == 2)
    assert total("TargetConnectionErrorCount", **back) >= 1
