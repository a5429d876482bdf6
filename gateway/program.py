"""A language model behind an API gateway: the whole program.

Each line is a step; its file has what it makes, and why. A later chapter
adds in three ways only: *parts*, which a deployment freezes; *arguments*,
for a resource of an earlier chapter; and resources beside, which nobody
else names. Nothing here knows whether it runs on AWS or on a laptop.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .account import account_rules
from .alias import (  # chapter 05
    alias_invocation,
    alias_policy,
    live_alias,
    version_start,
)
from .api import (  # chapters 03 to 05
    integration,
    invocation,
    model_method,
    model_path,
    resource_policy,
    rest_api,
)
from .auth import (  # chapters 08 and 10
    Keys,
    access,
    authentication,
    authorizers,
    encrypted_only,
    key_source,
    key_values,
    team_keys,
    user_pool,
)
from .budget import budget_rights, budget_variables, token_budget  # 13
from .chat import (  # chapters 18 to 20
    adapter_invocation,
    adapter_start,
    adapter_variables,
    chat_check,
    chat_completions,
    chat_limit,
    chat_rules,
    chat_url,
    error_responses,
    list_models,
    prompt_variables,
    stream_variables,
    streaming,
)
from .cors import (  # chapter 18
    page_headers,
    page_origins,
    page_variables,
    paths_among,
    preflight_statements,
    preflights,
)

# chapter 06
from .deployment import declared_arguments, deployment, model_url, stage
from .dialects import (  # chapter 21
    anthropic_base_url,
    dialect_limits,
    no_embeddings,
    other_dialects,
)
from .instances.link import instances_limit  # chapter 22
from .kinds import Arguments, Parts, Statement, Variables
from .limits import (  # chapters 11 and 12
    every_method,
    limit_responses,
    metered,
    prompt_check,
    prompt_limit,
    usage_plans,
)
from .logs import (  # chapters 14 and 15
    access_logs,
    execution_logs,
    log_fields,
    logging_account,
    method_logging,
    stage_logging,
    stage_traces,
)
from .managed.backend import backend_rights, backend_variables
from .metrics import alarms, dashboard, method_metrics, metrics_variables

# chapters 01 and 02
from .model import api_role, invoke_policy, model, model_layer, plain_start
from .routing.canary import canary, pool_variable  # chapter 24
from .routing.homes import (  # chapters 22 to 25
    Fallback,
    Home,
    fallback,
    home_outputs,
    home_parts,
    instance_home,
)
from .settings import Settings


def gateway(settings: Settings) -> None:
    """Every step, once."""
    account_rules(settings)
    declared, pages = declared_arguments(), page_origins(settings)
    role, budget, lines = api_role(), token_budget(), access_logs(settings)
    told = model_variables(settings, budget, lines, pages)
    homes = instance_home(settings, told, budget_rights(budget))
    others = fallback(settings, homes)
    function = hosted(settings, role, told, budget, others)

    proof = authentication(settings)
    api = rest_api(key_source(proof))
    policy = resource_policy(api, admission(proof, api, pages))
    keys, pool = team_keys(settings), user_pool(settings, proof)
    deciders = authorizers(settings, proof, api, role, keys, pool)
    admitted = {**access(proof, deciders), **metered()}

    path = model_path(api)
    method = model_method(api, path, admitted)
    whole = model_invocation(settings, function, role)
    proxy = integration(api, method, whole)
    parts: Parts = [policy, path, method, proxy, *deciders]
    parts += prompt_check(settings, api, path, admitted, whole)
    parts += limit_responses(api, page_headers(pages))
    parts += client_parts(settings, api, admitted, whole, function)
    parts += home_parts(settings, api, admitted, homes)
    parts += error_responses(api, page_headers(pages))
    parts += preflights(pages, api, paths_among(parts))
    frozen = deployment(api, parts, declared)
    made = model_outputs(role, function, budget)
    made |= {
        "model_path": path.path,
        "integration_uri": proxy.uri,
        "frozen_parts": [part.urn for part in parts],
        **pool,
        **others.outputs,
    }
    served = serve_api(settings, proof, api, frozen, keys, lines, homes)
    export({**made, **served})


def model_outputs(
    role: aws.iam.Role,
    function: aws.lambda_.Function,
    budget: aws.dynamodb.Table,
) -> Arguments:
    """Of the function, and who may call it."""
    return {
        "api_role_arn": role.arn,
        "function_name": function.name,
        "function_arn": function.arn,
        "log_group": function.logging_config.log_group,
        "budget_table": budget.name,
    }


def hosted(
    settings: Settings,
    role: aws.iam.Role,
    told: Variables,
    budget: aws.dynamodb.Table,
    others: Fallback,
) -> aws.lambda_.Function:
    """The model's function, and the role that may invoke it."""
    start = model_start(settings) | others.place
    rights = budget_rights(budget) + backend_rights(settings)
    rights, told = rights + others.rights, told | others.variables
    function = model(settings, start, told, rights)
    invoke_policy(role, function)
    alias_policy(settings, role, function)
    live_alias(settings, function)
    return function


def admission(
    proof: str, api: aws.apigateway.RestApi, pages: list[str]
) -> list[Statement]:
    """For the resource policy: who may call, or ask whether they may."""
    return encrypted_only(proof, api) + preflight_statements(pages, api)


def model_variables(
    settings: Settings,
    budget: aws.dynamodb.Table,
    lines: aws.cloudwatch.LogGroup,
    pages: list[str],
) -> Variables:
    """For the model's function: what it reads when it starts."""
    return {
        **budget_variables(settings, budget),
        **metrics_variables(settings, lines),
        **prompt_variables(settings),
        **adapter_variables(settings),
        **page_variables(pages),
        **backend_variables(settings),
    }


def model_start(settings: Settings) -> Arguments:
    """For the model's function: what Lambda starts, with which layers."""
    start = {**plain_start(settings), **adapter_start(settings)}
    return {**model_layer(settings, start), **version_start(settings)}


def model_invocation(
    settings: Settings, function: aws.lambda_.Function, role: aws.iam.Role
) -> Arguments:
    """For an integration: how it calls the function for a whole answer."""
    plain = invocation(function, role)
    whole = {**plain, **adapter_invocation(settings, function)}
    return {**whole, **alias_invocation(settings, function, whole)}


def client_parts(
    settings: Settings,
    api: aws.apigateway.RestApi,
    admitted: Arguments,
    whole: Arguments,
    function: aws.lambda_.Function,
) -> Parts:
    """What clients look for; what is a conversation can stream."""
    flow = {**whole, **streaming(settings, function)}
    streamed = {**flow, **alias_invocation(settings, function, flow)}
    check = chat_check(settings, api)
    return [
        *list_models(api, admitted, whole),
        *check,
        *chat_completions(api, admitted, chat_rules(check), streamed),
        *other_dialects(settings, api, admitted, whole, streamed),
        *no_embeddings(api, admitted, whole),
    ]


def serve_api(
    settings: Settings,
    proof: str,
    api: aws.apigateway.RestApi,
    frozen: aws.apigateway.Deployment,
    keys: Keys,
    lines: aws.cloudwatch.LogGroup,
    homes: list[Home],
) -> Arguments:
    """The stage and what holds there: limits, logs, alarms; its outputs."""
    steps, ready = execution_logs(settings, api), logging_account(settings)
    written = stage_logging(log_fields(settings, proof), lines, ready)
    chosen = {
        **written,
        **stage_traces(written, steps),
        **stream_variables(settings),
    }
    chosen |= pool_variable(settings, chosen) | canary(settings, frozen)
    served = stage(settings, api, frozen, chosen)

    limit_callers(settings, api, served, keys, homes)
    alarms(settings, api, served, lines)
    board = dashboard(settings, api, served, lines)
    return {
        "rest_api_id": api.id,
        "team_keys": key_values(keys),
        "invoke_url": served.invoke_url,
        "model_url": model_url(served),
        "chat_url": chat_url(served),
        "anthropic_base_url": anthropic_base_url(settings, served),
        "access_log_group": lines.name,
        "execution_log_group": steps.name,
        "dashboard_name": board.dashboard_name,
        **home_outputs(homes, served),
    }


def limit_callers(
    settings: Settings,
    api: aws.apigateway.RestApi,
    served: aws.apigateway.Stage,
    keys: Keys,
    homes: list[Home],
) -> None:
    """How much each method and each team may ask, and what is logged."""
    logged = {**method_logging(settings), **method_metrics()}
    every_method(settings, api, served, logged)
    prompt_limit(settings, api, served, logged)
    chat_limit(settings, api, served, logged)
    dialect_limits(settings, api, served, logged)
    if homes:
        instances_limit(settings, api, served, logged)
    usage_plans(settings, api, served, keys)


def export(outputs: Arguments) -> None:
    """What `pulumi stack output` shows."""
    for name, value in outputs.items():
        pulumi.export(name, value)
