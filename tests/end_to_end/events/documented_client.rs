//! The client in the documentation, as it is there.

use std::fs;
use std::process::Command;

use tasknook_tests::run_to_exit;

use super::LIMIT;
use crate::database::Database;
use crate::node;

/// Uses the client: over a token that expires, and over the deletion of everything.
const USE: &str = r#"
const base = "https://api.example.com";
const tokens = process.env.TOKENS.split(" ");
const getToken = async () => tokens.length > 1 ? tokens.shift() : tokens[0];
const send = async (method, path, body, more) => {
  const headers = { Authorization: `Bearer ${tokens.at(-1)}`, "Content-Type": "application/json", ...more };
  const response = await fetch(base + path, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
};
let changes = 0;
const changed = () => { changes += 1; };
const until = async (condition) => { while (!condition()) await seconds(0.05); };
const has = (title) => [...known.values()].some((object) => object.title === title);

await send("POST", "/api/tasks", { title: "before" });
const abort = new AbortController();
const listening = listen(getToken, changed, abort.signal);
await until(() => has("before"));
await send("POST", "/api/tasks", { title: "one" });
await until(() => has("one"));
await until(() => tokens.length === 1);
for (const title of ["two", "line \u2028 separator", "three"]) {
  await send("POST", "/api/tasks", { title });
  await until(() => has(title));
}
await send("DELETE", "/api/alice", undefined, { "X-Confirm-Delete": "alice" });
await until(() => known.size === 0);
await send("POST", "/api/tasks", { title: "another life" });
await until(() => has("another life"));
await until(() => changes > 5);
abort.abort();
await listening;
console.log([...known.values()].map((object) => object.title).join());
"#;

#[test]
fn the_documented_client_follows_over_every_end() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let document = fs::read_to_string(node::folder("../docs/reference/api.md")).unwrap();
    let sections = ["## Changes\n", "## Events\n"].map(|title| document.split(title).nth(1).unwrap());
    let code = sections.map(|section| section.split("```js\n").nth(1).unwrap().split("```").next().unwrap());
    let program = format!("{}{}{USE}", code[0], code[1]).replace("https://api.example.com", service.url());
    let file = environment.folder().join("client.mjs");
    fs::write(&file, program).unwrap();
    let short = environment.run(&["token", "--user", "alice", "--expires-in", "2"]).success().stdout;
    let tokens = format!("{} {}", short.trim(), environment.token("alice"));
    let ran = run_to_exit(Command::new("node").arg(&file).env("TOKENS", tokens), LIMIT).success();
    assert_eq!(ran.stdout.trim(), "another life", "{}", ran.stderr);
}
