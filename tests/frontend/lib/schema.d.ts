// Made by `npm run types` from the API's own description. Not edited by hand.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describes the service
         * @description A page for clients that prefer `text/html`, as browsers do; JSON for others.
         */
        get: operations["get_root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the user's tasks
         * @description Newest first. A page has up to 1000 tasks, or up to `limit`; `Link` and `X-Next-Cursor` point to the next page.
         *     Concurrent writes do not cause skipped or repeated tasks. Contradicting parameters are 422; unknown ones are ignored.
         */
        get: operations["list_tasks"];
        put?: never;
        /**
         * Creates a task
         * @description Unknown and read-only members are ignored.
         */
        post: operations["create_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads one task
         * @description 304 if `If-None-Match` lists the current revision.
         */
        get: operations["get_task"];
        /**
         * Updates a task
         * @description Omitted members are unchanged, and so are null ones, except that null clears `description`. If nothing changes,
         *     `updated_at` and `ETag` remain the same.
         */
        put: operations["update_task"];
        post?: never;
        /**
         * Deletes a task
         * @description 204, or 200 with a body for `Prefer: return=representation` (RFC 7240) or if the service is configured so.
         */
        delete: operations["delete_task"];
        options?: never;
        head?: never;
        /**
         * Patches a task
         * @description A JSON Merge Patch (RFC 7396): omitted members are unchanged. `"description": null` clears it; null for another member
         *     is 422. If nothing changes, `updated_at` and `ETag` remain the same.
         */
        patch: operations["patch_task"];
        trace?: never;
    };
    "/api/{user_id}/tasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Completes or reopens a task
         * @description Toggles `completed` atomically, or sets it to the value in the body or the query.
         */
        patch: operations["complete_task"];
        trace?: never;
    };
    "/api/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the user's tasks
         * @description Newest first. A page has up to 1000 tasks, or up to `limit`; `Link` and `X-Next-Cursor` point to the next page.
         *     Concurrent writes do not cause skipped or repeated tasks. Contradicting parameters are 422; unknown ones are ignored.
         */
        get: operations["own_list_tasks"];
        put?: never;
        /**
         * Creates a task
         * @description Unknown and read-only members are ignored.
         */
        post: operations["own_create_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads one task
         * @description 304 if `If-None-Match` lists the current revision.
         */
        get: operations["own_get_task"];
        /**
         * Updates a task
         * @description Omitted members are unchanged, and so are null ones, except that null clears `description`. If nothing changes,
         *     `updated_at` and `ETag` remain the same.
         */
        put: operations["own_update_task"];
        post?: never;
        /**
         * Deletes a task
         * @description 204, or 200 with a body for `Prefer: return=representation` (RFC 7240) or if the service is configured so.
         */
        delete: operations["own_delete_task"];
        options?: never;
        head?: never;
        /**
         * Patches a task
         * @description A JSON Merge Patch (RFC 7396): omitted members are unchanged. `"description": null` clears it; null for another member
         *     is 422. If nothing changes, `updated_at` and `ETag` remain the same.
         */
        patch: operations["own_patch_task"];
        trace?: never;
    };
    "/api/tasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Completes or reopens a task
         * @description Toggles `completed` atomically, or sets it to the value in the body or the query.
         */
        patch: operations["own_complete_task"];
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Redirects to the interactive documentation
         * @description To `/docs/index.html`, so that its files have relative URLs.
         */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads a file of the interactive documentation
         * @description `index.html` is the page itself.
         */
        get: operations["get_docs_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads the health of the service
         * @description The same body as `/readyz`, always with 200.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Checks liveness
         * @description Does not check the database.
         */
        get: operations["get_livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads the metrics
         * @description OpenMetrics text, for Prometheus. `metrics.address` moves this route to a separate listener.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads the OpenAPI document
         * @description This document, in OpenAPI 3.1. `tasknook openapi` prints the same.
         */
        get: operations["get_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Checks readiness
         * @description 503 while the database is unavailable or the process is shutting down.
         */
        get: operations["get_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The value of `completed`; toggled if absent. */
        Completion: {
            /** @description Whether the task is done. */
            completed?: boolean;
            /** @description Alias of `completed`; if both are present, they must agree. */
            is_completed?: boolean;
        };
        /** @description The optional body of a deletion. */
        Deleted: {
            /** @description Always true. */
            deleted: boolean;
            /**
             * Format: uuid
             * @description The deleted task.
             */
            id: string;
            /**
             * @description A message for people.
             * @example Task deleted
             */
            message: string;
            /**
             * Format: uuid
             * @description The same, under the name that older clients use.
             */
            task_id: string;
        };
        /** @description An error of one part of the input, in the format of FastAPI. */
        FieldError: {
            /** @description The location: `["body", "title"]`, `["query", "limit"]`, or `["body"]` for the whole body. */
            loc: string[];
            /** @description A description. */
            msg: string;
            /** @description A code: `missing`, `null_not_allowed`, `string_type`, `string_too_long`, `value_error`, …. */
            type: string;
        };
        /** @description The body of `/readyz` and `/health`. */
        Health: {
            /**
             * @description `ok` when the database responds and has the schema of this version.
             * @enum {string}
             */
            database: "ok" | "unavailable";
            /**
             * @description `ok` when the service is ready.
             * @enum {string}
             */
            status: "ok" | "unavailable" | "draining";
            /** @description The version of the service. */
            version: string;
        };
        /** @description The body of `/livez`. */
        Liveness: {
            /**
             * @description Always `ok`.
             * @enum {string}
             */
            status: "ok";
        };
        /** @description A task to create. */
        NewTask: {
            /** @description Whether the task is done. */
            completed?: boolean;
            /** @description Details; null or empty for none. At most 1000 Unicode scalar values, unless the service is configured otherwise. */
            description?: string | null;
            /** @description Alias of `completed`; if both are present, they must agree. */
            is_completed?: boolean;
            /** @description What to do. 1 to 200 Unicode scalar values after trimming white space at both ends, unless the service is configured otherwise. */
            title: string;
        };
        /** @description The body of every error (RFC 9457, with `code`, `request_id` and `errors` as extension members). */
        Problem: {
            /**
             * @description Identifies the problem for programs.
             * @enum {string}
             */
            code: "malformed_request" | "invalid_json" | "malformed_credentials" | "missing_token" | "invalid_token" | "other_user" | "task_not_found" | "route_not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "precondition_failed" | "body_too_large" | "unsupported_media_type" | "validation" | "too_many_scans" | "internal" | "overloaded" | "unavailable" | "outcome_unknown" | "keys_unavailable";
            /** @description Explains the problem of this request; can be shown to people. */
            detail: string;
            /** @description The errors of the input; only with 422. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Identifies the request in the log; same as `X-Request-Id`. */
            request_id: string;
            /**
             * Format: int32
             * @description The status of the response.
             */
            status: number;
            /** @description A title for people, always the same for one type. */
            title: string;
            /**
             * Format: uri
             * @description Identifies the problem type as a URI, which need not resolve.
             */
            type: string;
        };
        /** @description The body of `/`: the service and its main URLs. */
        ServiceInfo: {
            /** @description The interactive documentation. */
            docs: string;
            /** @description The health of the service. */
            health: string;
            /** @description The name of the service. */
            name: string;
            /** @description The OpenAPI 3.1 document. */
            openapi: string;
            /** @description Its version. */
            version: string;
        };
        /** @description A task as JSON. */
        Task: {
            /** @description Whether the task is done. */
            completed: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds.
             * @example 2026-11-21T09:15:17.465Z
             */
            created_at: string;
            /** @description Details. */
            description: string | null;
            /**
             * Format: uuid
             * @description UUID, version 7.
             * @example 019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11
             */
            id: string;
            /**
             * @description What to do.
             * @example Buy milk
             */
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds.
             * @example 2026-11-21T09:15:17.465Z
             */
            updated_at: string;
            /**
             * @description The owner's user id, as in the token.
             * @example Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF
             */
            user_id: string;
        };
        /** @description A change of a task, as a JSON Merge Patch (RFC 7396). */
        TaskPatch: {
            /** @description Whether the task is done. */
            completed?: boolean;
            /** @description Details; null or empty for none. At most 1000 Unicode scalar values, unless the service is configured otherwise. */
            description?: string | null;
            /** @description Alias of `completed`; if both are present, they must agree. */
            is_completed?: boolean;
            /** @description What to do. 1 to 200 Unicode scalar values after trimming white space at both ends, unless the service is configured otherwise. */
            title?: string;
        };
        /** @description A change of a task. A null `title` or `completed` is ignored. */
        TaskUpdate: {
            /** @description Whether the task is done. */
            completed?: boolean | null;
            /** @description Details; null or empty for none. At most 1000 Unicode scalar values, unless the service is configured otherwise. */
            description?: string | null;
            /** @description Alias of `completed`; if both are present, they must agree. */
            is_completed?: boolean | null;
            /** @description What to do. 1 to 200 Unicode scalar values after trimming white space at both ends, unless the service is configured otherwise. */
            title?: string | null;
        };
    };
    responses: {
        /** @description `malformed_request`: Malformed request. `invalid_json`: Body is not valid JSON. `malformed_credentials`: Malformed Authorization header. */
        BadRequest: {
            headers: {
                /** @description `Bearer`, and the error of the token (RFC 6750 §3). */
                "WWW-Authenticate"?: string;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `other_user`: Path of another user. */
        Forbidden: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal`: Internal error. */
        InternalServerError: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `method_not_allowed`: Method not allowed. */
        MethodNotAllowed: {
            headers: {
                /** @description The methods of the route. */
                Allow?: string;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `not_acceptable`: No acceptable representation. */
        NotAcceptable: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `task_not_found`: Task not found. `route_not_found`: Route not found. */
        NotFound: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `body_too_large`: Body too large. */
        PayloadTooLarge: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `precondition_failed`: Precondition failed. */
        PreconditionFailed: {
            headers: {
                /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                ETag?: string;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `request_timeout`: Request timeout. */
        RequestTimeout: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `overloaded`: Service overloaded. `unavailable`: Database unavailable. `outcome_unknown`: Outcome of the write unknown. `keys_unavailable`: Signing keys unavailable. */
        ServiceUnavailable: {
            headers: {
                /** @description Seconds after which to retry. */
                "Retry-After"?: number;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_scans`: Too many expensive queries. */
        TooManyRequests: {
            headers: {
                /** @description Seconds after which to retry. */
                "Retry-After"?: number;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `missing_token`: Authentication required. `invalid_token`: Invalid token. */
        Unauthorized: {
            headers: {
                /** @description `Bearer`, and the error of the token (RFC 6750 §3). */
                "WWW-Authenticate"?: string;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `validation`: Invalid request. */
        UnprocessableEntity: {
            headers: {
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: Unsupported media type. */
        UnsupportedMediaType: {
            headers: {
                /** @description The accepted media types of a body. */
                Accept?: string;
                /** @description The accepted encodings of a body. */
                "Accept-Encoding"?: string;
                /** @description Identifies the request in the log: the client's id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_root: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service and its main URLs. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceInfo"];
                    "text/html": string;
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /** @description `true` is `status=completed`, `false` is `status=pending`. */
                completed?: boolean;
                /** @description Returns the number of matching tasks on all pages in `X-Total-Count`. */
                count?: boolean;
                /** @description `X-Next-Cursor` of the previous page. It contains filter and order; repeat or omit them, others are 422. */
                cursor?: string;
                /** @description Maximum number of tasks on a page. */
                limit?: number;
                /** @description Number of tasks to skip; cannot be combined with `cursor`. */
                offset?: number;
                /** @description The sort direction, case-insensitive. */
                order?: "asc" | "desc";
                /** @description Text in title or description, case-insensitive; no wildcards. */
                search?: string;
                /** @description The sort key, with `-` for descending. `created_at` and `updated_at` are aliases. Newest first without this and `order`. */
                sort?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Alias of `sort`. */
                sort_by?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Filters by status, case-insensitive; `active` is an alias of `pending`. */
                status?: "all" | "pending" | "active" | "completed";
            };
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the user's tasks. */
            200: {
                headers: {
                    /** @description `<…>; rel="next"`: the next page, when more tasks remain. */
                    Link?: string;
                    /** @description The `cursor` of the next page, when more tasks remain. */
                    "X-Next-Cursor"?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    /** @description Number of matching tasks on all pages, with `count=true`. */
                    "X-Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description The new task. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description The new task. */
            201: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description The path of the new task. */
                    Location?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description The client has the current revision. */
            304: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    update_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description The changes. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskUpdate"];
            };
        };
        responses: {
            /** @description The changed task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description `return=representation` requests a body, `return=minimal` none; others are ignored. */
                Prefer?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    /** @description `return=representation`, if requested. */
                    "Preference-Applied"?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patch_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description The changes. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
                "application/merge-patch+json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description The changed task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    complete_task: {
        parameters: {
            query?: {
                /** @description Sets `completed` instead of toggling it; 422 if the body contradicts. */
                completed?: boolean;
            };
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
                /** @description The user id of the token, percent-encoded; any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description The value of `completed`; without a body, it is toggled. */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Completion"];
                "application/merge-patch+json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The changed task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_list_tasks: {
        parameters: {
            query?: {
                /** @description `true` is `status=completed`, `false` is `status=pending`. */
                completed?: boolean;
                /** @description Returns the number of matching tasks on all pages in `X-Total-Count`. */
                count?: boolean;
                /** @description `X-Next-Cursor` of the previous page. It contains filter and order; repeat or omit them, others are 422. */
                cursor?: string;
                /** @description Maximum number of tasks on a page. */
                limit?: number;
                /** @description Number of tasks to skip; cannot be combined with `cursor`. */
                offset?: number;
                /** @description The sort direction, case-insensitive. */
                order?: "asc" | "desc";
                /** @description Text in title or description, case-insensitive; no wildcards. */
                search?: string;
                /** @description The sort key, with `-` for descending. `created_at` and `updated_at` are aliases. Newest first without this and `order`. */
                sort?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Alias of `sort`. */
                sort_by?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Filters by status, case-insensitive; `active` is an alias of `pending`. */
                status?: "all" | "pending" | "active" | "completed";
            };
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the user's tasks. */
            200: {
                headers: {
                    /** @description `<…>; rel="next"`: the next page, when more tasks remain. */
                    Link?: string;
                    /** @description The `cursor` of the next page, when more tasks remain. */
                    "X-Next-Cursor"?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    /** @description Number of matching tasks on all pages, with `count=true`. */
                    "X-Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_create_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The new task. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description The new task. */
            201: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description The path of the new task. */
                    Location?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_get_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description The client has the current revision. */
            304: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_update_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
            };
            cookie?: never;
        };
        /** @description The changes. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskUpdate"];
            };
        };
        responses: {
            /** @description The changed task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_delete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description `return=representation` requests a body, `return=minimal` none; others are ignored. */
                Prefer?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    /** @description `return=representation`, if requested. */
                    "Preference-Applied"?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_patch_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
            };
            cookie?: never;
        };
        /** @description The changes. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
                "application/merge-patch+json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description The changed task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    own_complete_task: {
        parameters: {
            query?: {
                /** @description Sets `completed` instead of toggling it; 422 if the body contradicts. */
                completed?: boolean;
            };
            header?: {
                /** @description Requires one of these entity tags, else 412; `*` requires that the task exists. */
                "If-Match"?: string;
                /** @description Requires none of these entity tags, else 304 for a GET and 412 for a write. */
                "If-None-Match"?: string;
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID; anything else is 404. */
                id: string;
            };
            cookie?: never;
        };
        /** @description The value of `completed`; without a body, it is toggled. */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Completion"];
                "application/merge-patch+json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The changed task. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Redirect to the documentation. */
            308: {
                headers: {
                    /** @description The path of the documentation. */
                    Location?: string;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_docs_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The name of the file, such as `index.html`. */
                file: "index.html" | "docs.css" | "docs.js" | "icon.svg" | "root.css" | "swagger-ui-bundle.js" | "swagger-ui.css";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                    "text/css": string;
                    "text/html": string;
                    "text/javascript": string;
                };
            };
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The health of the service. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_livez: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is running. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All metrics. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_openapi: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_readyz: {
        parameters: {
            query?: never;
            header?: {
                /** @description Identifies the request in responses and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service generates an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service is ready. */
            200: {
                headers: {
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            /** @description The service is not ready. */
            503: {
                headers: {
                    /** @description Seconds after which to retry. */
                    "Retry-After"?: number;
                    /** @description Identifies the request in the log: the client's id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
