"""Where the sandbox differs from AWS: one row for each difference that is known and remains.

The lessons' "what differs on AWS" is made from these rows. A test of a difference is marked with
its row (`@pytest.mark.quirk("tls")`); a row without its test, or a mark without its row, fails.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quirk:
    """One difference; `test` is the test that shows it, `chapters` are those that it touches."""

    id: str
    aws: str
    sandbox: str
    test: str
    chapters: tuple[int, ...]


SERVER = "tests/sandbox/server"
DIFFERENCES = f"{SERVER}/test_differences.py"

QUIRKS = (
    Quirk(
        "url",
        "An API answers at `https://ID.execute-api.REGION.amazonaws.com/STAGE`.",
        "It answers at `http://127.0.0.1:PORT/_aws/execute-api/ID/STAGE`; "
        "the function still sees the host name and the headers of AWS.",
        f"{SERVER}/gateway/test_lambda_proxy.py::test_the_event_has_the_clients_headers_and_the_gateways",
        (6,),
    ),
    Quirk(
        "tls",
        "Every call comes over TLS.",
        "Calls come over plain HTTP from your own machine, and policies take them for TLS.",
        f"{SERVER}/gateway/test_dataplane.py::test_a_policy_that_insists_on_tls_does_not_refuse_a_laptop",
        (6, 8),
    ),
    Quirk(
        "root",
        "The account's root user has keys of its own, which nobody should use.",
        "The root user's key is the one that your notebooks sign with. It is made for your sandbox "
        "alone, and opens nothing else.",
        f"{SERVER}/gateway/test_dataplane.py::test_a_signed_method_wants_a_signature",
        (1, 10),
    ),
    Quirk(
        "at-once",
        "A deployment takes from seconds to two minutes to reach every server; until then, two "
        "calls can meet two editions of the API.",
        "It acts with the next request.",
        f"{SERVER}/gateway/test_dataplane.py::test_the_resource_policy_has_to_allow",
        (7, 9),
    ),
    Quirk(
        "iam-at-once",
        "A new role or policy takes seconds to spread: who uses it at once may be refused, and "
        "Pulumi tries again. One that is taken away acts a while longer.",
        "Both act with the next request.",
        f"{DIFFERENCES}::test_a_role_acts_with_the_next_request_and_so_does_its_end",
        (1, 5, 10),
    ),
    Quirk(
        "account",
        "Every account has a number of its own, which is in its ARNs.",
        "The account is `000000000000`.",
        f"{DIFFERENCES}::test_the_account_is_all_zeros",
        (1,),
    ),
    Quirk(
        "partition",
        "In China and for the US government all ARNs have another partition, such as `aws-cn`.",
        "There, API Gateway's have it, and refuse any other; those of functions, roles and logs begin "
        "with `arn:aws:` everywhere.",
        f"{SERVER}/apigateway/test_integration_uri.py"
        "::test_an_api_in_china_is_addressed_in_chinas_partition",
        (5,),
    ),
    Quirk(
        "ids",
        "An API's id has ten small letters and digits, so has that of its root; other paths and "
        "deployments have six.",
        "All have eight hexadecimal digits.",
        f"{DIFFERENCES}::test_ids_are_eight_hexadecimal_digits",
        (3, 4),
    ),
    Quirk(
        "rates",
        "Changes are rationed: one new API in three seconds, one deployment in five, one API "
        "deleted in thirty; Pulumi waits.",
        "Nothing is rationed.",
        f"{DIFFERENCES}::test_apis_are_made_deployed_and_deleted_as_fast_as_asked",
        (3, 6, 99),
    ),
    Quirk(
        "policy-text",
        "A policy that is read back may be in other words than it was given in: "
        "`execute-api:/*` has become a whole ARN. It means the same.",
        "It is what was given.",
        f"{DIFFERENCES}::test_a_policy_is_read_back_as_it_was_given",
        (3,),
    ),
    Quirk(
        "openapi",
        "API Gateway generates SDKs for a stage, and says in its own words what is wrong with an "
        "OpenAPI document.",
        "No SDK is generated. Documents go in and out; of their faults the first one is told, in "
        "other words.",
        f"{DIFFERENCES}::test_no_sdk_is_generated",
        (3,),
    ),
    Quirk(
        "conflict",
        "Two changes to one API at the same moment can meet a `409 Conflict`; Pulumi tries again.",
        "One waits for the other.",
        f"{DIFFERENCES}::test_paths_made_side_by_side_are_all_made_however_many",
        (4,),
    ),
    Quirk(
        "path-limit",
        "An API holds at most 300 paths, unless you ask for more.",
        "There is no limit.",
        f"{DIFFERENCES}::test_paths_made_side_by_side_are_all_made_however_many",
        (4,),
    ),
    Quirk(
        "mock-binary",
        "What a mock answers when `*/*` is among the binary types is not documented; users report a "
        "500 unless the request, and an answer that has a text, are converted to text.",
        "A template that meets binary content is a 500: the integration takes `CONVERT_TO_TEXT`, and "
        "so does a response with a template.",
        f"{SERVER}/gateway/test_conversions.py"
        "::test_options_of_an_api_whose_bodies_are_all_binary_are_a_500_unless_converted",
        (5,),
    ),
    Quirk(
        "private",
        "A private API answers only inside its VPC.",
        "It answers on your machine, like any other.",
        f"{DIFFERENCES}::test_a_private_api_answers_on_this_machine",
        (9,),
    ),
    Quirk(
        "edge",
        "An edge-optimised API is served through CloudFront, which adds headers of its own.",
        "There is no CloudFront: all APIs answer as regional ones do.",
        f"{SERVER}/gateway/test_requests.py::test_an_edge_optimised_api_has_no_cloudfront_before_it",
        (3,),
    ),
    Quirk(
        "url-length",
        "A URL may have 10,240 bytes (8,192 when edge-optimised), all headers together 20,480; "
        "how a longer one is refused is not documented.",
        "The limits are the same; the refusals are 414 and 431, in words of the sandbox's own.",
        f"{SERVER}/gateway/test_requests.py::test_a_url_and_headers_have_a_limit",
        (4,),
    ),
    Quirk(
        "cache",
        "A stage's cache answers again what it has answered, and costs by the hour.",
        "Its settings are kept; nothing is cached and nothing costs.",
        f"{SERVER}/gateway/test_requests.py"
        "::test_the_flags_of_a_stages_cache_are_accepted_and_nothing_is_cached",
        (6,),
    ),
    Quirk(
        "waf",
        "AWS WAF evaluates all rules of a web ACL; a rate is looked at each ten seconds or so.",
        "Rules on addresses, sizes, texts, expressions, labels and rates act, at once; those on "
        "countries, on attacks (SQL, scripts) and the groups that AWS manages do nothing.",
        f"{SERVER}/guarding/test_firewall.py::test_a_rule_of_a_kind_that_is_not_evaluated_does_nothing",
        (8,),
    ),
    Quirk(
        "throttle-exact",
        "Throttling is best effort: a few requests more may pass, or fewer.",
        "Rate and burst are exact.",
        f"{SERVER}/gateway/test_dataplane.py::test_a_stage_throttles",
        (11,),
    ),
    Quirk(
        "validation-text",
        "The text that says why a body is invalid may quote what is wrong with it: "
        "in an access log, a part of the prompt.",
        "The text leaves the value out.",
        f"{SERVER}/gateway/test_requests.py::test_why_a_prompt_is_invalid_does_not_quote_it",
        (12, 14),
    ),
    Quirk(
        "function-ready",
        "A new role may be refused for seconds, Pulumi tries again; and a new or changed function "
        "takes seconds until it is ready.",
        "Both can be used at once.",
        f"{SERVER}/functions/test_worker.py::test_new_code_gets_a_new_environment",
        (2,),
    ),
    Quirk(
        "function-log-role",
        "A function writes a log only if its role lets it.",
        "Its log is written whatever its role says.",
        f"{SERVER}/functions/test_worker.py::test_the_log_has_start_lines_end_and_report_of_each_invocation",
        (2,),
    ),
    Quirk(
        "memory",
        "A function that needs more than its memory size is ended.",
        "It gets what it asks for; its REPORT line says how much that was.",
        f"{SERVER}/functions/test_worker.py::test_memory_is_reported_and_not_limited",
        (2,),
    ),
    Quirk(
        "environment-text",
        "Who gives a function more than 4 KB of environment is answered with all of it, values and "
        "all.",
        "The answer has the names, not the values.",
        f"{SERVER}/control/test_refusals.py"
        "::test_an_environment_of_more_than_four_kilobytes_is_refused_without_its_values",
        (2,),
    ),
    Quirk(
        "layers",
        "What a function imports must travel with it, in its archive or in at most five layers: "
        "so the model travels in a layer.",
        "A function may import all that this Python has, the model too; the number of layers is "
        "not limited.",
        f"{DIFFERENCES}::test_a_function_imports_what_this_python_has_and_takes_six_layers",
        (2,),
    ),
    Quirk(
        "machine",
        "A function runs in the runtime and on the architecture that it names, with processor "
        "time in proportion to its memory size.",
        "It runs in this machine's Python, with all processors.",
        f"{DIFFERENCES}::test_a_function_runs_in_this_python_on_this_machine",
        (2,),
    ),
    Quirk(
        "cold-start",
        "A cold start fetches the code and starts a virtual machine for it: with a model, seconds.",
        "It starts a process on this machine: a fraction of a second.",
        f"{DIFFERENCES}::test_a_cold_start_is_the_start_of_a_process_here",
        (2,),
    ),
    Quirk(
        "provisioned",
        "Provisioned concurrency keeps environments warm, and costs by the hour.",
        "It keeps as many warm as the machine has cores, and costs nothing; more requests than that "
        "start environments as they would without it.",
        f"{SERVER}/functions/test_provisioned.py"
        "::test_the_first_request_finds_an_environment_that_was_started_before",
        (22,),
    ),
    Quirk(
        "account-concurrency",
        "An account may run 1,000 functions at once, a new one often fewer.",
        "It may run 1,000, of which 100 really run; the others wait for one of those to end, at most "
        "as long as the function may run.",
        f"{SERVER}/functions/test_waiting.py::test_no_more_environments_than_the_machine_holds",
        (13,),
    ),
    Quirk(
        "big-functions",
        "Each concurrent request gets an environment of its own, up to the account's limit.",
        "A function of more than 100 MB gets as many environments as the machine has cores; "
        "more requests wait.",
        f"{SERVER}/functions/test_waiting.py::test_no_more_big_environments_than_cores",
        (13,),
    ),
    Quirk(
        "logs-at-once",
        "Log lines arrive seconds after the request.",
        "They are there before the answer is.",
        f"{SERVER}/watching/test_recorder.py::test_an_access_log_line_is_there_with_the_answer",
        (8, 12, 14, 15),
    ),
    Quirk(
        "trace-secrets",
        "A data trace masks a caller's token among the request's headers; whether it can be read "
        "in the event for the function, which stands below them, is not documented.",
        "Tokens and API keys are masked in the event too.",
        f"{SERVER}/watching/test_recorder.py::test_a_data_trace_shows_no_token_and_no_key",
        (15,),
    ),
    Quirk(
        "x-ray",
        "One request a second is traced and 5% of the others; a trace can be read some seconds "
        "later, and X-Ray draws a map of them.",
        "Every request is traced, and can be read at once; there is no map and no filter.",
        f"{SERVER}/watching/test_tracing.py::test_every_request_of_a_traced_stage_leaves_a_trace",
        (15,),
    ),
    Quirk(
        "metric-labels",
        "Results without a label of yours get one that tells them apart; how is not documented.",
        "It is the metric's name, with the statistic and the period where those differ.",
        f"{SERVER}/watching/test_metric_math.py::test_what_has_no_label_gets_one",
        (16,),
    ),
    Quirk(
        "metrics-at-once",
        "Metrics are published each minute and can be read some minutes later; an alarm is "
        "evaluated each minute, over whole periods.",
        "Metrics can be read at once; an alarm is evaluated each second, over the periods that "
        "end now.",
        f"{SERVER}/watching/test_recorder.py::test_an_alarm_acts_on_the_metric_that_it_names",
        (16, 17),
    ),
    Quirk(
        "stream-python",
        "The managed Python runtime cannot stream an answer: it takes a custom runtime or the "
        "Lambda Web Adapter.",
        "A Python handler that returns a generator streams what it yields.",
        f"{SERVER}/gateway/test_streaming.py::test_each_piece_arrives_when_it_is_written",
        (20,),
    ),
    Quirk(
        "stream-hang-up",
        "A function runs on when its client leaves in the middle of a stream.",
        "Its generator is closed, which frees the model.",
        f"{SERVER}/gateway/test_streaming.py::test_a_client_that_leaves_stops_the_generator",
        (20,),
    ),
    Quirk(
        "stream-rate",
        "After the first 10 MB a stream is slowed to 2 MB a second; a function may send 200 MB.",
        "A stream is as fast as the machine, and as long as it likes.",
        f"{SERVER}/gateway/test_streaming.py::test_a_stream_is_as_fast_and_as_long_as_it_likes",
        (20,),
    ),
    Quirk(
        "instances",
        "An instance is a virtual machine of the type and image that it names, behind its security "
        "groups; its user data may be a script. An account starts with a quota of vCPUs.",
        "It is a process of this machine, at a loopback address that all others reach too, and ends "
        "with the sandbox. Of its user data, the steps of `#cloud-config` that are known are carried "
        "out, below a folder of its own; a script is refused. There are three at most.",
        f"{SERVER}/balancing/test_instances.py::test_an_instance_starts_from_its_user_data_and_serves",
        (22, 23, 24),
    ),
    Quirk(
        "balancer-names",
        "A function reaches an internal load balancer only from the network that it is put into, "
        "and through the doors of its security groups.",
        "It reaches every balancer by its DNS name, at port 80, wherever it is.",
        "tests/sandbox/server/functions/test_balancers.py"
        "::test_names_of_balancers_lead_to_the_sandbox_and_no_others",
        (25,),
    ),
    Quirk(
        "scaling-minutes",
        "A target-tracking policy scales out after three minutes above its target, and in after "
        "fifteen below; a new instance then warms up for minutes.",
        "A minute of these takes 5 seconds, or as many as `KIT_SCALING_MINUTE` says when the "
        "sandbox starts; all answers have AWS's numbers.",
        f"{SERVER}/scaling/test_tracking.py::test_a_policy_follows_the_requests_of_each_target",
        (23,),
    ),
    Quirk(
        "arguments",
        "Pulumi's provider takes every argument of a type.",
        "What the sandbox cannot carry out is refused in the plan: mostly settings of buckets that "
        "have a resource of their own by now, logins and certificates at load balancers, replicas "
        "in other regions, and arguments younger than what the sandbox knows of a type.",
        "tests/sandbox/provider/check/test_lacking.py"
        "::test_each_is_an_argument_and_is_refused_with_the_way_out",
        (22,),
    ),
    Quirk(
        "vpc-link",
        "A VPC link takes some minutes until it is AVAILABLE, and is not offered in every zone "
        "(`use1-az3`). After 60 days without traffic it is INACTIVE.",
        "It is AVAILABLE the next time that somebody looks, in every zone, and stays so.",
        f"{DIFFERENCES}::test_a_vpc_link_is_there_at_once_in_any_zone",
        (22,),
    ),
    Quirk(
        "rights-without-names",
        "IAM decides on each call by its action and by the resource that it is about.",
        "Of some calls the resource is not known (EC2, load balancers, CloudWatch, a function that "
        "is made): a policy that names one refuses them, and one alias is read as `ListAliases`.",
        "tests/lab/account/test_account_sandbox.py"
        "::test_who_has_the_least_policy_deploys_refreshes_and_destroys_all_of_it",
        (26,),
    ),
    Quirk(
        "tagged-ghosts",
        "The tagging API may list what is gone for hours, so a clean-up asks each thing's own service.",
        "It lists what is there; of what is gone, instances that have ended alone.",
        f"{SERVER}/control/test_tagging.py::test_alarms_secrets_parameters_and_web_acls_are_listed_while_they_are_there",
        (99,),
    ),
    Quirk(
        "bill",
        "An account that wants it gets `EstimatedCharges`, a metric of its bill, some times a day.",
        "There is no bill and no such metric: an alarm on it has no data.",
        f"{SERVER}/watching/test_bill.py::test_an_alarm_on_the_bill_has_no_data",
        (99,),
    ),
)


def of_chapter(number: int) -> tuple[Quirk, ...]:
    """The differences that a chapter has to name."""
    return tuple(quirk for quirk in QUIRKS if number in quirk.chapters)
