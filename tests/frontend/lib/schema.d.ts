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
         * Says what this is
         * @description A page for those who prefer `text/html`, as browsers do; JSON for those who do not say.
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
         * Lists the caller's tasks
         * @description Newest first. A page has 1000 tasks unless `limit` says less; `Link` and `X-Next-Cursor` lead to the next one, and
         *     nothing is skipped or repeated while others write. Parameters that contradict each other are 422, unknown ones are
         *     ignored.
         */
        get: operations["list_tasks"];
        put?: never;
        /**
         * Creates a task
         * @description Members that are unknown, or that only the service writes, are ignored.
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
         * @description 304 when `If-None-Match` lists the revision that the task has.
         */
        get: operations["get_task"];
        /**
         * Updates a task
         * @description What is not mentioned is kept, and so is what is null, but for `description`, which a null clears. An object that
         *     changes nothing leaves `updated_at` and `ETag` alone.
         */
        put: operations["update_task"];
        post?: never;
        /**
         * Deletes a task
         * @description 204; or 200 with a body, for `Prefer: return=representation` (RFC 7240) or where the service is configured so.
         */
        delete: operations["delete_task"];
        options?: never;
        head?: never;
        /**
         * Patches a task
         * @description A JSON Merge Patch (RFC 7396): what is not mentioned is kept. `"description": null` clears it; a null anywhere else is
         *     422. An object that changes nothing leaves `updated_at` and `ETag` alone.
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
         * Completes a task, or opens it again
         * @description Without a body, or with an empty one or `{}`, what `completed` says is flipped, in one atomic step. A body or a query
         *     that says to what sets it.
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
         * Lists the caller's tasks
         * @description Newest first. A page has 1000 tasks unless `limit` says less; `Link` and `X-Next-Cursor` lead to the next one, and
         *     nothing is skipped or repeated while others write. Parameters that contradict each other are 422, unknown ones are
         *     ignored.
         */
        get: operations["own_list_tasks"];
        put?: never;
        /**
         * Creates a task
         * @description Members that are unknown, or that only the service writes, are ignored.
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
         * @description 304 when `If-None-Match` lists the revision that the task has.
         */
        get: operations["own_get_task"];
        /**
         * Updates a task
         * @description What is not mentioned is kept, and so is what is null, but for `description`, which a null clears. An object that
         *     changes nothing leaves `updated_at` and `ETag` alone.
         */
        put: operations["own_update_task"];
        post?: never;
        /**
         * Deletes a task
         * @description 204; or 200 with a body, for `Prefer: return=representation` (RFC 7240) or where the service is configured so.
         */
        delete: operations["own_delete_task"];
        options?: never;
        head?: never;
        /**
         * Patches a task
         * @description A JSON Merge Patch (RFC 7396): what is not mentioned is kept. `"description": null` clears it; a null anywhere else is
         *     422. An object that changes nothing leaves `updated_at` and `ETag` alone.
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
         * Completes a task, or opens it again
         * @description Without a body, or with an empty one or `{}`, what `completed` says is flipped, in one atomic step. A body or a query
         *     that says to what sets it.
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
         * Leads to the page
         * @description The page to read and try the API lies in a folder, so that its files have relative names.
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
         * Reads a file of the page
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
         * Says how the service is
         * @description The same body as `/readyz`, and always 200 while the process serves.
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
         * Says that the process serves
         * @description Nothing else is asked, of the database in particular.
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
         * Reads the figures
         * @description OpenMetrics text, as Prometheus scrapes it. `metrics.address` moves this route to a listener of its own.
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
         * Describes the API
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
         * Says whether a request would be served
         * @description 503 while the database is away or the process is ending.
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
        /** @description What this is, and where to go. */
        About: {
            /** @description The page to read and try the API. */
            docs: string;
            /** @description How the service is. */
            health: string;
            /** @description The name of the service. */
            name: string;
            /** @description The description in OpenAPI 3.1. */
            openapi: string;
            /** @description Its version. */
            version: string;
        };
        /** @description What is said of a process that serves. */
        Alive: {
            /**
             * @description There is nothing else to say.
             * @enum {string}
             */
            status: "ok";
        };
        /** @description What `completed` becomes; flipped when neither stands. */
        Completion: {
            /** @description Whether it is done. */
            completed?: boolean;
            /** @description Another spelling of `completed`; when both stand, they must agree. */
            is_completed?: boolean;
        };
        /** @description What a deletion says when it is asked to say something. */
        Deleted: {
            /** @description Always true. */
            deleted: boolean;
            /**
             * Format: uuid
             * @description The deleted task.
             */
            id: string;
            /**
             * @description A sentence for people.
             * @example Task deleted
             */
            message: string;
            /**
             * Format: uuid
             * @description The same, under the name that older clients read.
             */
            task_id: string;
        };
        /** @description What is wrong with one part of the input, in the shape that FastAPI's clients read. */
        FieldError: {
            /** @description Where: `["body", "title"]`, `["query", "limit"]`, or `["body"]` for all of it. */
            loc: string[];
            /** @description What, in words. */
            msg: string;
            /** @description What, for a program: `missing`, `null_not_allowed`, `string_type`, `string_too_long`, `value_error`, …. */
            type: string;
        };
        /** @description What a probe reads. */
        Health: {
            /**
             * @description `ok` when the database answers and its schema is this version's.
             * @enum {string}
             */
            database: "ok" | "unavailable";
            /**
             * @description `ok` when it can serve.
             * @enum {string}
             */
            status: "ok" | "unavailable" | "draining";
            /** @description The version of the service. */
            version: string;
        };
        /** @description A task to create. */
        NewTask: {
            /** @description Whether it is done. */
            completed?: boolean;
            /** @description More about it; null or empty when there is nothing. At most 1000 Unicode scalar values, unless the service is configured for more. */
            description?: string | null;
            /** @description Another spelling of `completed`; when both stand, they must agree. */
            is_completed?: boolean;
            /** @description What is to be done. Trimmed of white space at both ends, then 1 to 200 Unicode scalar values, unless the service is configured for more. */
            title: string;
        };
        /** @description The body of every error (RFC 9457, with members of this service's own). */
        Problem: {
            /**
             * @description Names the problem for programs.
             * @enum {string}
             */
            code: "malformed_request" | "invalid_json" | "malformed_credentials" | "missing_token" | "invalid_token" | "other_user" | "task_not_found" | "route_not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "precondition_failed" | "body_too_large" | "unsupported_media_type" | "validation" | "too_many_scans" | "internal" | "overloaded" | "unavailable" | "outcome_unknown" | "keys_unavailable";
            /** @description What is wrong with this request, in words that may be shown to people. Always a string. */
            detail: string;
            /** @description Each thing that is wrong with the input. Stands on 422 alone. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Finds the request in the log; the same as `X-Request-Id`. */
            request_id: string;
            /**
             * Format: int32
             * @description The status of the answer.
             */
            status: number;
            /** @description Names it for people; always the same for one type. */
            title: string;
            /**
             * Format: uri
             * @description Names the problem as a URI. It identifies, and need not be fetched.
             */
            type: string;
        };
        /** @description A task as JSON. */
        Task: {
            /** @description Whether it is done. */
            completed: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, milliseconds.
             * @example 2026-11-21T09:15:17.465Z
             */
            created_at: string;
            /** @description More about it. */
            description: string | null;
            /**
             * Format: uuid
             * @description UUID, version 7.
             * @example 019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11
             */
            id: string;
            /**
             * @description What is to be done.
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
             * @description The owner, as the token names them.
             * @example Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF
             */
            user_id: string;
        };
        /** @description A change of a task, as a JSON Merge Patch (RFC 7396). */
        TaskPatch: {
            /** @description Whether it is done. */
            completed?: boolean;
            /** @description More about it; null or empty when there is nothing. At most 1000 Unicode scalar values, unless the service is configured for more. */
            description?: string | null;
            /** @description Another spelling of `completed`; when both stand, they must agree. */
            is_completed?: boolean;
            /** @description What is to be done. Trimmed of white space at both ends, then 1 to 200 Unicode scalar values, unless the service is configured for more. */
            title?: string;
        };
        /** @description A change of a task. A null `title` or `completed` is as if it were not there. */
        TaskUpdate: {
            /** @description Whether it is done. */
            completed?: boolean | null;
            /** @description More about it; null or empty when there is nothing. At most 1000 Unicode scalar values, unless the service is configured for more. */
            description?: string | null;
            /** @description Another spelling of `completed`; when both stand, they must agree. */
            is_completed?: boolean | null;
            /** @description What is to be done. Trimmed of white space at both ends, then 1 to 200 Unicode scalar values, unless the service is configured for more. */
            title?: string | null;
        };
    };
    responses: {
        /** @description `malformed_request`: The request cannot be read. `invalid_json`: The body is not JSON. `malformed_credentials`: The Authorization header cannot be read. */
        BadRequest: {
            headers: {
                /** @description `Bearer`, and what was wrong with the token (RFC 6750 §3). */
                "WWW-Authenticate"?: string;
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `other_user`: The path names another user. */
        Forbidden: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal`: Something went wrong. */
        InternalServerError: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `method_not_allowed`: The route does not have this method. */
        MethodNotAllowed: {
            headers: {
                /** @description The methods that the route has. */
                Allow?: string;
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `not_acceptable`: The answer cannot take an accepted form. */
        NotAcceptable: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `task_not_found`: There is no such task. `route_not_found`: There is no such route. */
        NotFound: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `body_too_large`: The body is too large. */
        PayloadTooLarge: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `precondition_failed`: The task has changed. */
        PreconditionFailed: {
            headers: {
                /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                ETag?: string;
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `request_timeout`: The request took too long to arrive. */
        RequestTimeout: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `overloaded`: Too much is going on. `unavailable`: The database is unavailable. `outcome_unknown`: The outcome of the write is unknown. `keys_unavailable`: Tokens cannot be verified now. */
        ServiceUnavailable: {
            headers: {
                /** @description Seconds after which to try again. */
                "Retry-After"?: number;
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_scans`: Too many scans at once. */
        TooManyRequests: {
            headers: {
                /** @description Seconds after which to try again. */
                "Retry-After"?: number;
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `missing_token`: A token is needed. `invalid_token`: The token is not valid. */
        Unauthorized: {
            headers: {
                /** @description `Bearer`, and what was wrong with the token (RFC 6750 §3). */
                "WWW-Authenticate"?: string;
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `validation`: The request is not valid. */
        UnprocessableEntity: {
            headers: {
                /** @description Names the request in the log: the caller's own id, or a new one. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: The body is not of a supported type. */
        UnsupportedMediaType: {
            headers: {
                /** @description The media types that a body may have. */
                Accept?: string;
                /** @description How a body may be compressed. */
                "Accept-Encoding"?: string;
                /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What this is, and where to go. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
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
                /** @description Which tasks: `true` is `status=completed`, `false` is `status=pending`. */
                completed?: boolean;
                /** @description Whether to count all that match, on all pages, in `X-Total-Count`. */
                count?: boolean;
                /** @description Where to go on: `X-Next-Cursor` of the page before. It carries that page's filter and order; repeat them or leave them out, others are 422. */
                cursor?: string;
                /** @description The most tasks on a page; a larger number is 422. */
                limit?: number;
                /** @description How many tasks to pass over; not together with `cursor`, which does not skip or repeat any. */
                offset?: number;
                /** @description Which end comes first, in any case. */
                order?: "asc" | "desc";
                /** @description Found anywhere in title or description, without regard to case; no wildcards. */
                search?: string;
                /** @description By what the list is ordered, `-` before it for descending. `created_at` and `updated_at` are other spellings. Newest first when neither this nor `order` stands. */
                sort?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Another name of `sort`. */
                sort_by?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Which tasks, in any case; `active` is another spelling of `pending`. */
                status?: "all" | "pending" | "active" | "completed";
            };
            header?: {
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the caller's tasks. */
            200: {
                headers: {
                    /** @description `<…>; rel="next"`: the next page, when more tasks remain. */
                    Link?: string;
                    /** @description The `cursor` of the next page, when more tasks remain. */
                    "X-Next-Cursor"?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    /** @description How many tasks match on all pages, when `count=true` asked. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
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
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
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
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description The caller has this revision already. */
            304: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description What is to change. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskUpdate"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description `return=representation` asks for a body, `return=minimal` for none. Others are ignored. */
                Prefer?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted; the body says so. */
            200: {
                headers: {
                    /** @description `return=representation`, when that was asked. */
                    "Preference-Applied"?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description What is to change. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
                "application/merge-patch+json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Sets `completed` to this instead of flipping it; 422 when the body says otherwise. */
                completed?: boolean;
            };
            header?: {
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
                /** @description The caller's own id, as the token has it, percent-encoded. Any other is 403. */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description What `completed` becomes. Without it, the opposite of what it is. */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Completion"];
                "application/merge-patch+json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Which tasks: `true` is `status=completed`, `false` is `status=pending`. */
                completed?: boolean;
                /** @description Whether to count all that match, on all pages, in `X-Total-Count`. */
                count?: boolean;
                /** @description Where to go on: `X-Next-Cursor` of the page before. It carries that page's filter and order; repeat them or leave them out, others are 422. */
                cursor?: string;
                /** @description The most tasks on a page; a larger number is 422. */
                limit?: number;
                /** @description How many tasks to pass over; not together with `cursor`, which does not skip or repeat any. */
                offset?: number;
                /** @description Which end comes first, in any case. */
                order?: "asc" | "desc";
                /** @description Found anywhere in title or description, without regard to case; no wildcards. */
                search?: string;
                /** @description By what the list is ordered, `-` before it for descending. `created_at` and `updated_at` are other spellings. Newest first when neither this nor `order` stands. */
                sort?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Another name of `sort`. */
                sort_by?: "created" | "-created" | "updated" | "-updated" | "title" | "-title" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                /** @description Which tasks, in any case; `active` is another spelling of `pending`. */
                status?: "all" | "pending" | "active" | "completed";
            };
            header?: {
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the caller's tasks. */
            200: {
                headers: {
                    /** @description `<…>; rel="next"`: the next page, when more tasks remain. */
                    Link?: string;
                    /** @description The `cursor` of the next page, when more tasks remain. */
                    "X-Next-Cursor"?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    /** @description How many tasks match on all pages, when `count=true` asked. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
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
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
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
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description The caller has this revision already. */
            304: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
            };
            cookie?: never;
        };
        /** @description What is to change. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskUpdate"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description `return=representation` asks for a body, `return=minimal` for none. Others are ignored. */
                Prefer?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted; the body says so. */
            200: {
                headers: {
                    /** @description `return=representation`, when that was asked. */
                    "Preference-Applied"?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
            };
            cookie?: never;
        };
        /** @description What is to change. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
                "application/merge-patch+json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Sets `completed` to this instead of flipping it; 422 when the body says otherwise. */
                completed?: boolean;
            };
            header?: {
                /** @description Only when the task has one of these entity tags, else 412; `*` when it is there at all. */
                "If-Match"?: string;
                /** @description Only when the task has none of these entity tags: else 304 for a GET, 412 for a write. */
                "If-None-Match"?: string;
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The task's id, a UUID. Whatever else names no task, and is 404. */
                id: string;
            };
            cookie?: never;
        };
        /** @description What `completed` becomes. Without it, the opposite of what it is. */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Completion"];
                "application/merge-patch+json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    /** @description The revision of the task, quoted: for `If-Match` and `If-None-Match`. */
                    ETag?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page is elsewhere. */
            308: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The name of the file, as `index.html`. */
                file: "index.html" | "docs.css" | "docs.js" | "icon.svg" | "root.css" | "swagger-ui-bundle.js" | "swagger-ui.css";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process serves. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All figures. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The description. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
                /** @description Names the request in answers and in the log: 1 to 128 letters, digits, `-`, `_` or `.`. Otherwise the service makes an id. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A request would be served. */
            200: {
                headers: {
                    /** @description Names the request in the log: the caller's own id, or a new one. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            405: components["responses"]["MethodNotAllowed"];
            500: components["responses"]["InternalServerError"];
            /** @description A request would not be served. */
            503: {
                headers: {
                    /** @description Seconds after which to ask again. */
                    "Retry-After"?: number;
                    /** @description Names the request in the log: the caller's own id, or a new one. */
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
