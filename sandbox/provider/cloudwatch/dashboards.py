"""CloudWatch: dashboards; the id is the dashboard's name."""

from __future__ import annotations

from sandbox.provider.core.answers import by, find
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Outputs, resource

GONE = ("ResourceNotFound", "DashboardNotFoundError")


def _put(ctx: Context, name: str, inputs: Inputs) -> None:
    answered = ctx.client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    problems = answered.get("DashboardValidationMessages") or ()
    if problems:
        told = "; ".join(f"{each.get('DataPath')}: {each.get('Message')}" for each in problems)
        raise CallError(f"putting CloudWatch Dashboard ({name}): {told}")


def create_dashboard(ctx: Context, inputs: Inputs) -> str:
    name = str(inputs["dashboardName"])
    _put(ctx, name, inputs)
    return name


def read_dashboard(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    found = find(ctx.client("cloudwatch").get_dashboard, *GONE, DashboardName=id)
    if found is None:
        return None
    return {
        "dashboardArn": found["DashboardArn"],
        "dashboardBody": found["DashboardBody"],
        "dashboardName": id,
    }


def update_dashboard(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    _put(ctx, id, new)


def delete_dashboard(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("cloudwatch").delete_dashboards, *GONE, DashboardNames=[id])


DASHBOARD = resource(
    "cloudwatch",
    "CloudWatch Dashboard",
    "aws:cloudwatch/dashboard:Dashboard",
    create=create_dashboard,
    read=read_dashboard,
    update=update_dashboard,
    delete=delete_dashboard,
    find=by("dashboardName"),
    called="dashboardName",
)
