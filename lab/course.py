"""The chapters of the course: one table that navigation, checks, notebooks and tests read."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import NoChapter


@dataclass(frozen=True)
class Chapter:
    """One chapter, its notebook, and the steps of gateway/ that it adds.

    Attributes:
        number: as in the file name; 99 cleans up and adds nothing.
        minutes: how long a learner takes, not how long it runs; the lint counts them.
        steps: names of functions in gateway/, which its program calls.
        files: of gateway/ that have them, without their ending; as paths.
    """

    number: int
    slug: str
    title: str
    minutes: int
    steps: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The notebook's file name without its ending: `03_rest_api`."""
        return f"{self.number:02d}_{self.slug}"

    @property
    def teaches(self) -> bool:
        """Whether it asks something: a prediction, and exercises. The first page does not."""
        return self.number > 0


CHAPTERS = (
    Chapter(0, "start", "Start", 10),
    Chapter(1, "iam_role", "The role that the API assumes", 35, ("api_role",), ("model",)),
    Chapter(
        2,
        "model_function",
        "The model in a function",
        35,
        ("plain_start", "model_layer", "model", "invoke_policy"),
        ("model",),
    ),
    Chapter(3, "rest_api", "The REST API", 35, ("rest_api", "resource_policy"), ("api",)),
    Chapter(
        4, "path_and_method", "A path and its method", 35, ("model_path", "model_method"), ("api",)
    ),
    Chapter(
        5,
        "integration",
        "The integration",
        35,
        (
            "invocation",
            "integration",
            "version_start",
            "live_alias",
            "alias_invocation",
            "alias_policy",
        ),
        ("api", "alias"),
    ),
    Chapter(
        6,
        "deployment_and_stage",
        "Deployment and stage",
        30,
        ("declared_arguments", "deployment", "stage", "model_url"),
        ("deployment",),
    ),
    Chapter(7, "what_is_served", "What is served", 35),
    Chapter(
        8,
        "who_may_call",
        "Who may call",
        30,
        (
            "authentication",
            "key_source",
            "encrypted_only",
            "team_keys",
            "authorizers",
            "access",
            "key_values",
        ),
        ("auth",),
    ),
    Chapter(9, "what_a_key_is_worth", "What a key is worth", 35),
    Chapter(10, "people_and_machines", "People and machines", 35, ("user_pool",), ("auth",)),
    Chapter(
        11,
        "how_many_requests",
        "How many requests",
        35,
        ("metered", "limit_responses", "every_method", "usage_plans"),
        ("limits",),
    ),
    Chapter(
        12,
        "what_may_be_asked",
        "What may be asked",
        30,
        ("prompt_check", "prompt_limit"),
        ("limits",),
    ),
    Chapter(
        13,
        "how_many_tokens",
        "How many tokens",
        35,
        ("token_budget", "budget_variables", "budget_rights"),
        ("budget",),
    ),
    Chapter(
        14,
        "one_request",
        "One request",
        30,
        ("access_logs", "logging_account", "log_fields", "stage_logging"),
        ("logs",),
    ),
    Chapter(
        15,
        "step_by_step",
        "Step by step",
        35,
        ("execution_logs", "stage_traces", "method_logging"),
        ("logs",),
    ),
    Chapter(16, "numbers", "Numbers", 30, ("metrics_variables", "method_metrics"), ("metrics",)),
    Chapter(17, "alarms", "Alarms", 35, ("alarms", "dashboard"), ("metrics",)),
    Chapter(
        18,
        "speak_openai",
        "Speak OpenAI",
        40,
        (
            "list_models",
            "chat_completions",
            "chat_limit",
            "error_responses",
            "chat_url",
            "prompt_variables",
            "page_origins",
            "preflights",
            "preflight_statements",
            "page_headers",
            "page_variables",
        ),
        ("chat", "cors"),
    ),
    Chapter(
        19,
        "schemas_and_tools",
        "Schemas and tools",
        40,
        ("chat_check", "chat_rules"),
        ("chat",),
    ),
    Chapter(
        20,
        "the_stream",
        "The stream",
        35,
        (
            "streaming",
            "stream_variables",
            "adapter_start",
            "adapter_variables",
            "adapter_invocation",
        ),
        ("chat",),
    ),
    Chapter(
        21,
        "other_dialects",
        "Other dialects",
        35,
        ("other_dialects", "no_embeddings", "dialect_limits", "anthropic_base_url"),
        ("dialects",),
    ),
    Chapter(
        22,
        "behind_a_load_balancer",
        "Behind a load balancer",
        40,
        (
            "network",
            "doors",
            "instance_logs",
            "instance_code",
            "instance_variables",
            "instance_profile",
            "balancer",
            "target_group",
            "forward",
            "listener",
            "user_data",
            "launch_template",
            "instance_group",
            "vpc_link",
            "told_headers",
            "instances_route",
            "instances_limit",
            "instances_url",
        ),
        (
            "instances/network",
            "instances/machine",
            "instances/balancer",
            "instances/pool",
            "instances/link",
            "instances/hosts",
        ),
    ),
    Chapter(
        23,
        "instances_come_and_go",
        "Instances come and go",
        40,
        ("scaling_policy",),
        ("instances/pool",),
    ),
    Chapter(
        24,
        "two_versions",
        "Two versions",
        35,
        (
            "candidate_variables",
            "candidate_rights",
            "candidate_pool",
            "shares",
            "pool_rules",
            "pool_header",
            "pool_variable",
            "canary",
        ),
        ("routing/candidate", "routing/canary"),
    ),
    Chapter(
        25,
        "failing_well",
        "Failing well",
        35,
        (
            "drawn_pools",
            "breaker_table",
            "first_backends",
            "fallback_rights",
            "function_network",
        ),
        ("routing/canary", "routing/fallback", "routing/homes"),
    ),
    Chapter(26, "take_it_home", "Take it home", 35),
    Chapter(99, "clean_up", "Clean up", 30),
)

LAST = max(chapter.number for chapter in CHAPTERS if chapter.steps)

# The files of gateway/ that its program is made of, without their ending; as paths.
FILES = (
    "settings",
    "kinds",
    "policies",
    "account",
    *dict.fromkeys(file for chapter in CHAPTERS for file in chapter.files),
    "program",
)


def find(key: int | str) -> Chapter:
    """The chapter with this number, slug or notebook name: 3, "03", "rest_api", "03_rest_api".

    Raises:
        NoChapter: there is no such chapter; the message lists those that exist.
    """
    text = str(key).rsplit("/", 1)[-1].removesuffix(".ipynb").removesuffix(".py")
    for chapter in CHAPTERS:
        if text in (str(chapter.number), f"{chapter.number:02d}", chapter.slug, chapter.name):
            return chapter
    known = ", ".join(str(chapter.number) for chapter in CHAPTERS)
    raise NoChapter(f"There is no chapter {key!r}. The chapters are {known}.")


def steps(through: int, after: int = -1) -> tuple[str, ...]:
    """The steps of the chapters after `after` up to and with `through`, in order."""
    return tuple(
        step for chapter in CHAPTERS if after < chapter.number <= through for step in chapter.steps
    )


def that_makes(step: str) -> Chapter:
    """The chapter that adds a step."""
    return next(chapter for chapter in CHAPTERS if step in chapter.steps)


def to_make(step: str) -> str:
    """What to do to have what a step makes, as the fix of an error."""
    chapter = that_makes(step)
    return f"Run up({chapter.number}): chapter {chapter.number:02d}, {chapter.title}, makes it."
