"""The emulator's insides that we build on, by name, and the check that they are there.

Import this only after the environment is set (settings.py): the emulator reads it when imported.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import Any

Answer = tuple[int, dict[str, Any], bytes]  # status, headers and body, of a call of the emulator
Record = dict[str, Any]  # what it keeps, takes and tells


def _module(name: str) -> Any:
    return import_module(f"ministack.{name}")


app = _module("app")
arn = _module("core.arn")
concurrency = _module("core.concurrency")
iam_actions = _module("core.iam_actions")
iam_evaluator = _module("core.iam_evaluator")
lambda_runtime = _module("core.lambda_runtime")
persistence = _module("core.persistence")
responses = _module("core.responses")
router = _module("core.router")
sigv4 = _module("core.sigv4")
v1 = _module("services.apigateway_v1")
v2 = _module("services.apigateway")
cloudwatch = _module("services.cloudwatch")
cloudwatch_logs = _module("services.cloudwatch_logs")
iam = _module("services.iam")
lambdas = _module("services.lambda_svc")

VERSION = "1.5.33"

NAMES = {
    app: """AUTH SERVICE_HANDLERS SERVICE_REGISTRY SERVICE_NAME_ALIASES _loaded_modules _state_map app
        _build_persistence_save_dict _get_module _get_reset_lock _request_account_scope
        _resolve_custom_domain_request _credential_failure _is_potential_alb_request
        _parse_cloudfront_dataplane_host _parse_execute_api_url _parse_lambda_url _s3_cors_target _send_response _with_date_header extract_access_key_id
        extract_region detect_service""",
    arn: "execute_api_arn",
    concurrency: "run_reentrant",
    iam_actions: """_load_botocore_model access_denied_response anonymous_denial_message extract_resource_arn
        identity_denial_message""",
    iam_evaluator: """AmbiguousAccessKeyError AuthError EvalContext enforce ResolvedCredential
        _SESSION_TOKEN_NOT_CHECKED _invalid_session_token _is_root_key _principal_org_id _served_unsigned
        _signed_request check_credentials is_root_access_key resolve_caller_identity resolve_credential
        _gather_role_policies _query_signed evaluate evaluate_resource_policy pin_request_caller pin_request_origin pin_signed_body
        pin_signed_request request_caller_arn""",
    lambda_runtime: """Worker _LOCAL_WORKER_TTL _PYTHON_WORKER_SCRIPT _account_region_from_function_config _lock _worker_class_for _workers execution_credentials reset
        acquire_worker ensure_spawned release_worker kill_workers _worker_key""",
    persistence: "STATE_DIR _json_default _state_format_version save_state",
    responses: """_BOTOCORE_NAME _service_model AccountRegionScopedDict AccountScopedDict StreamingResponse get_account_id request_scope
        error_response_json get_region json_response now_iso set_request_account_id set_request_client_ip
        set_request_region""",
    router: "_is_aws_service_name",
    sigv4: "decode_header_value foreign_authorization_failure",
    v1: """_rest_apis _resources _authorizers_v1 _models _request_validators _gateway_responses
        _deployed_gateway_responses _deployments_v1 _stages_v1 _v1_tags _api_keys _usage_plans
        _domain_names _base_path_mappings _account_settings _documentation_parts
        _GATEWAY_RESPONSE_TYPES _GatewayError
        _DEFAULT_GATEWAY_RESPONSE_STATUS_CODES _api_key_from_request
        _authorizer_cache _cache_authorizer_result _authorizer_ttl _check_api_key
        _check_passthrough_behavior _check_quota _b64url_decode _cognito_token_from_request
        _json_depth _json_equal _json_schema_valid _JSON_TYPES _MAX_BODY_DEPTH _model_schema
        _SchemaLoop _quota_state _QUOTA_PERIOD_SECONDS _stringify_claims _throttle_state _usage_plans_for_key _validate_cognito_authorizer
        _create_api_key _create_deployment _create_rest_api _create_stage _usage_plan_keys
        _delete_deployment _delete_rest_api _deploy_to_stage _gateway_response_for_type
        _iam_caller_identity _match_greedy_fallback _match_resource_tree _put_integration
        _put_method _resolve_api_key _resolve_v1_tag_resource_arn _rest_api_view _tag_v1_resource
        _try_apply_method_settings_patch _untag_v1_resource _get_v1_tags _v1_error _v1_response
        _compute_path _new_id _now_unix _v1_paginated_response _get_account
        _invoke_lambda_custom_v1 _invoke_sqs_v1 _parse_service_integration_uri _render_request_template_v1 handle_request rest_api_policy_for_arn""",
    v2: "handle_request",
    cloudwatch: """_alarms _calc_stats _describe_alarms _dims_from_list _dims_key
        _get_metric_data _get_metric_statistics _dispatch_alarm_actions _evaluate_alarm _evaluate_parent_alarms _metric_bucket _metrics
        _error _put_metric_alarm _record_history _resource_tags _stat_value handle_request
        record_metric""",
    cloudwatch_logs: """_append_log_events _compile_filter_pattern _create_log_group
        _create_log_stream _fanout_to_live_tail_sessions _fanout_to_subscription_filters
        _log_groups _metric_filters _put_log_events handle_request""",
    iam: "_error _lookup_instance_profile _roles handle_request",
    lambdas: """_LAMBDA_STATE_TRANSITION_DELAY _emit_lambda_logs _emit_lambda_metrics
        _execute_function_dispatch _execute_function_warm _execute_function_with_config_scope _execution_record_for_config _functions _xray_trace_id_for_invocation
        _create_alias _create_function _execute_function _func_arn _invoke _update_alias
        _get_policy _policy_resource_arn _qualifier_from_path_or_query _layer_content_url _presigned_code_url execution_credentials
        _get_func_record_for_ref_in_scope _remove_permission _update_config
        _restore_state _write_code_blob CODE_BLOB_DIR acquire_worker get_state
        _put_provisioned_concurrency _delete_provisioned_concurrency reap_idle_workers
        handle_request invalidate_worker release_worker""",
}


class WrongEmulator(RuntimeError):
    """The installed emulator is not the one that the sandbox was built on."""


def check() -> None:
    """Raise WrongEmulator unless the emulator is the pinned one and has all that we use."""
    found = metadata.version("ministack")
    missing = [
        f"{module.__name__}.{name}"
        for module, names in NAMES.items()
        for name in names.split()
        if not hasattr(module, name)
    ]
    if found != VERSION or missing:
        lacks = f", which lacks {', '.join(missing)}" if missing else ""
        raise WrongEmulator(
            f"The sandbox builds on the insides of ministack {VERSION}, but {found} is "
            f"installed{lacks}. Fix: pip install ministack=={VERSION}"
        )
