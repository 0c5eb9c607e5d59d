"""Contradictions between valid parts of a request, which OpenAPI cannot describe.

A request that is meant to be valid loses the part that contradicts another. One that is meant to be invalid is unchanged.
"""

import base64
import json
import uuid

import schemathesis
from schemathesis.generation.modes import GenerationMode

ORDERS = ("order", "sort_order", "sort_direction", "sort_dir")
OFFSETS = ("offset", "skip", "page")
FILTERS = ("priority", "tags", "tag", "due_date", "due_after", "due_before", "overdue", "tz")
OF_CURSOR = ("status", "completed", "search", "sort", "sort_by", *ORDERS, *OFFSETS, *FILTERS)
COLLECTIONS = ("list_tasks", "list_trash", "list_tags", "list_lists")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None:
        return
    operation = case.operation.definition.raw.get("operationId", "").removeprefix("own_")
    is_valid = case.meta.generation.mode == GenerationMode.POSITIVE
    if operation == "bulk_tasks" and isinstance(case.body, dict):
        prepare_operations(case.body, is_valid)
    if not is_valid:
        return
    # A key belongs to one request.
    for name in [name for name in case.headers or {} if name.lower() == "idempotency-key"]:
        case.headers[name] = str(uuid.uuid4())
    if operation == "update_task" and not is_new_task(case.body):
        # The header asks for a new task.
        remove_star(case.headers)
    if operation == "update_list" and not isinstance(case.body.get("name"), str):
        remove_star(case.headers)
    # Of the ids that the schema allows, none is that of a list.
    if operation in ("create_task", "update_task", "patch_task"):
        if case.body.get("list_id"):
            del case.body["list_id"]
        # At most 20 after those that are the same are dropped.
        if case.body.get("tags"):
            case.body["tags"] = case.body["tags"][:20]
    if operation in COLLECTIONS:
        # The entity tags of collections are weak, which never match there.
        for name in [name for name in case.headers or {} if name.lower() == "if-match"]:
            if case.headers[name].strip() != "*":
                del case.headers[name]
    if operation in ("move_task", "move_list"):
        name_own_id(case.body, case.path_parameters["id"])
    if not case.query:
        return
    if operation in ("list_tasks", "list_trash"):
        remove_contradictions(case.query, operation == "list_trash")
    # The service has not issued any other text.
    if operation == "list_changes" and not is_position(case.query.get("since")):
        case.query.pop("since", None)
    if operation == "complete_task" and isinstance(case.body, dict):
        values = [as_text(case.body[name]) for name in ("completed", "is_completed") if name in case.body]
        if "status" in case.body:
            values.append(as_text(as_text(case.body["status"]) == "completed"))
        if values and values[0] != as_text(case.query.get("completed")):
            case.query.pop("completed", None)


def prepare_operations(body, is_valid):
    """An invalid operation fails a list that is atomic, and only such a list. Valid ones fail for the state of the tasks."""
    if is_valid:
        body["atomic"] = False
    elif body.get("atomic") is False:
        del body["atomic"]
    operations = body.get("operations")
    for operation in operations if is_valid and isinstance(operations, list) else []:
        # Which operation may be named cannot be described.
        if isinstance(operation.get("if_match"), dict):
            del operation["if_match"]


def is_new_task(body):
    """Whether a change is also valid as a new task."""
    completed = [body[name] for name in ("completed", "is_completed") if name in body]
    return isinstance(body.get("title"), str) and None not in completed


def name_own_id(body, own):
    """Of the tasks or lists that a move can name, only its own is known to exist."""
    for name in ("before", "after"):
        try:
            if body.get(name):
                body[name] = str(uuid.UUID(own))
        except (ValueError, TypeError):
            continue


def remove_star(headers):
    for name in [name for name in headers or {} if name.lower() == "if-none-match"]:
        if headers[name].strip() == "*":
            del headers[name]


def remove_contradictions(query, is_trash):
    if is_cursor(query.get("cursor"), is_trash):
        # A cursor contains the other parameters.
        for name in OF_CURSOR:
            query.pop(name, None)
        return
    # Of the names that the pattern allows, few are those of time zones.
    if "tz" in query and query["tz"] not in ZONES:
        query["tz"] = ZONES[len(query["tz"]) % len(ZONES)]
    # The service has not issued any other text.
    query.pop("cursor", None)
    status = {"active": "pending"}.get(query.get("status"), query.get("status", "all"))
    completed = {"true": "completed", "false": "pending"}.get(as_text(query.get("completed")))
    if "all" not in (status, completed) and status != completed:
        query.pop("completed", None)
    keys = [query[name].replace("_at", "") for name in ("sort", "sort_by") if name in query]
    if len(set(keys)) > 1:
        del query["sort_by"]
    for aliases in (ORDERS, OFFSETS):
        for name in [name for name in aliases if name in query][1:]:
            del query[name]
    if any(key.startswith("-") for key in keys[:1]):
        for name in ORDERS:
            if query.get(name) == "asc":
                del query[name]


def is_cursor(text, is_trash):
    """Whether the service may have issued it, for this list."""
    try:
        version, *parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        extra = parts[6] if len(parts) > 6 else {}
        return version == 1 and extra.get("trash", False) == is_trash
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def is_position(text):
    """Whether the service may have issued it."""
    try:
        position = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, TypeError):
        return False
    return position[:1] == b"\x01" and len(position) in (25, 42)


def as_text(value):
    return str(value).lower()
