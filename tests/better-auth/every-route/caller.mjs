// Requests to the service, with a token or without.

export class ServiceResponse {
  constructor(request, response, text) {
    Object.assign(this, { request, text, url: response.url, status: response.status, headers: response.headers });
  }

  get json() {
    return JSON.parse(this.text);
  }

  get described() {
    const headers = [...this.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    return `${this.request} -> ${this.status}\n${headers}\n\n${this.text}`;
  }

  // The response without the parts that differ between any two responses.
  get anonymous() {
    const id = this.headers.get("x-request-id");
    const headers = [...this.headers].filter(([name]) => !["date", "x-request-id"].includes(name));
    return { status: this.status, headers, text: id ? this.text.replaceAll(id, "…") : this.text };
  }
}

export class Caller {
  constructor(base, token) {
    Object.assign(this, { base, token });
  }

  // `body` is sent as JSON, `raw` as it is.
  async send(method, path, { body, raw, type = "application/json", headers = {} } = {}) {
    const all = new Headers(headers);
    if (this.token && !all.has("authorization")) all.set("authorization", `Bearer ${this.token}`);
    const content = body === undefined ? raw : JSON.stringify(body);
    if (content !== undefined && type) all.set("content-type", type);
    const response = await fetch(new URL(path, this.base), { method, headers: all, body: content, redirect: "manual" });
    return new ServiceResponse(`${method} ${path}`, response, await response.text());
  }

  get = (path, options) => this.send("GET", path, options);
  post = (path, body, options) => this.send("POST", path, { body, ...options });
  put = (path, body, options) => this.send("PUT", path, { body, ...options });
  patch = (path, body, options) => this.send("PATCH", path, { body, ...options });
  delete = (path, options) => this.send("DELETE", path, options);
}

// Every route on tasks, each as one request that would succeed for the owner of `id`.
export const routes = (root, id) => [
  ["GET", root],
  ["POST", root, { body: { title: "not to be created" } }],
  ["GET", `${root}/${id}`],
  ["PUT", `${root}/${id}`, { body: { title: "not to be written" } }],
  ["PATCH", `${root}/${id}`, { body: { title: "not to be written" } }],
  ["PATCH", `${root}/${id}/complete`],
  ["DELETE", `${root}/${id}`],
  ["POST", `${root}/${id}/restore`],
  ["POST", `${root}/${id}/move`, { body: { to: "last" } }],
  ["GET", `${root}/trash/${id}`],
  ["DELETE", `${root}/trash/${id}`],
  ["POST", `${root}/bulk`, { body: { operations: [{ op: "update", id, task: { title: "not to be written" } }] } }],
  ["GET", `${root}/changes`],
  ["GET", `${root}/tags`],
  ["GET", `${root}/trash`],
  ["DELETE", `${root}/trash`],
];

// Every route on lists, likewise.
export const routesOfLists = (root, id) => [
  ["GET", root],
  ["POST", root, { body: { name: "not to be created" } }],
  ["GET", `${root}/${id}`],
  ["PUT", `${root}/${id}`, { body: { name: "not to be written" } }],
  ["PATCH", `${root}/${id}`, { body: { name: "not to be written" } }],
  ["POST", `${root}/${id}/move`, { body: { to: "last" } }],
  ["DELETE", `${root}/${id}`],
];

// The lists of the user whose tasks are below this path.
export const listsBeside = (tasks) => tasks.replace(/tasks$/, "lists");

// Operations on one task, each of which would succeed for its owner.
export const operationsOnOne = (id) => [
  { op: "update", id, task: { title: "not to be written" } },
  { op: "complete", id },
  { op: "delete", id },
  { op: "restore", id },
];

// Those with the id in their path.
export const routesOfOne = (root, id) => routes(root, id).filter(([, path]) => path.includes(`/${id}`));
