//! The configurations for nginx, Apache and Caddy in `config`, with the real servers: compression is on, and the API is
//! available below a path prefix.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::json;
use tasknook_tests::{
    BetterAuth, Client, Environment, EventStream, Request, Response, Server, Service, eventually, run_to_exit,
};

use crate::database::Database;
use crate::node::node;

const LIMIT: Duration = Duration::from_secs(20);

/// A proxy in front of a service.
struct Proxy {
    environment: Environment,
    _service: Service,
    _server: Server,
    url: String,
}

impl Proxy {
    fn start(file: &str, command: fn(&Path, &str) -> Command) -> Self {
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}/backend");
        let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__PUBLIC_URL", &url);
        // As the tests of the JavaScript client require.
        let environment = environment.set("TASKNOOK_LIMITS__TASKS_PER_OWNER", "20");
        let environment = environment.set("TASKNOOK_AUTH__LEEWAY_SECONDS", "0");
        let service = environment.serve();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let shipped = fs::read_to_string(root.join("config").join(file)).unwrap();
        assert!(shipped.contains("127.0.0.1:8000"));
        let adapted = shipped.replace("127.0.0.1:8000", service.address());
        let adapted = adapted.replace("listen 80;", &format!("listen 127.0.0.1:{port};"));
        let adapted = adapted.replace("*:80>", &format!("127.0.0.1:{port}>"));
        let adapted = adapted.replace("\n:80 {", &format!("\nhttp://127.0.0.1:{port} {{"));
        let folder = tasknook_tests::folder("proxy");
        let server = Server::start(&mut command(&folder, &adapted));
        let ready = || Client::new(&url).request("GET", &format!("{url}/readyz")).try_send().ok();
        let ready = eventually(LIMIT, || ready().filter(|response| response.status == 200));
        assert!(ready.is_some(), "the proxy does not serve\n{}", server.log());
        Self { environment, _service: service, _server: server, url }
    }

    fn alice(&self) -> Client {
        Client::new(&self.url).with_token(&self.environment.token("alice"))
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program(names: [&str; 2]) -> PathBuf {
    let found = names.map(PathBuf::from).into_iter().find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{} is not installed: `make test` installs it", names[0]))
}

fn nginx(folder: &Path, shipped: &str) -> Command {
    let file = folder.join("nginx.conf");
    let folder = folder.display();
    let main = format!(
        "daemon off; pid {folder}/pid; error_log stderr; events {{}}\nhttp {{ access_log off;\n\
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n\
         uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n{shipped} }}"
    );
    fs::write(&file, main).unwrap();
    let mut command = Command::new(program(["/usr/sbin/nginx", "/usr/bin/nginx"]));
    command.arg("-c").arg(file);
    command
}

fn apache(folder: &Path, shipped: &str) -> Command {
    let file = folder.join("apache.conf");
    let modules = ["mpm_event", "authz_core", "alias", "filter", "deflate", "headers", "proxy", "proxy_http"];
    let modules = modules.map(|name| format!("LoadModule {name}_module modules/mod_{name}.so\n")).concat();
    let address = shipped.split("<VirtualHost ").nth(1).unwrap().split('>').next().unwrap().to_owned();
    let folder = folder.display();
    let main = format!(
        "ServerRoot /usr/lib/apache2\nServerName localhost\nPidFile {folder}/pid\nDefaultRuntimeDir {folder}\n\
         ErrorLog /dev/stderr\nListen {address}\n{modules}User www-data\nGroup www-data\n{shipped}"
    );
    fs::write(&file, main).unwrap();
    let mut command = Command::new(program(["/usr/sbin/apache2", "/usr/sbin/httpd"]));
    command.args(["-D", "FOREGROUND", "-f"]).arg(file);
    command
}

fn caddy(folder: &Path, shipped: &str) -> Command {
    let file = folder.join("Caddyfile");
    fs::write(&file, format!("{{\n\tadmin off\n\tauto_https off\n}}\n{shipped}")).unwrap();
    let mut command = Command::new(program(["/usr/bin/caddy", "/usr/local/bin/caddy"]));
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    command.env("HOME", folder);
    command
}

/// Sends the request with `Accept-Encoding`, checks that the proxy compressed the response, and decodes it.
fn compressed(request: Request<'_>) -> Response {
    let mut response = request.header("Accept-Encoding", "gzip").send();
    assert_eq!(response.header("content-encoding"), Some("gzip"), "{response}");
    let mut body = Vec::new();
    GzDecoder::new(response.body.as_slice()).read_to_end(&mut body).unwrap();
    response.body = body;
    response
}

/// A client edits a task: each write with the tag of the last response.
fn task_is_edited_twice_with_if_match(proxy: &Proxy) {
    let alice = proxy.alice();
    let long = "long ".repeat(150);
    let body = json!({"title": "one", "description": long});
    // nginx and Apache do not compress a 201.
    let created = alice.post("/api/tasks", &body).expect(201);
    let location = created.header("location").unwrap().to_owned();
    assert!(location.starts_with(&format!("{}/api/tasks/", proxy.url)), "{location}");

    let read = compressed(alice.request("GET", &location)).expect(200);
    let mut tag = read.header("etag").unwrap().to_owned();
    for title in ["two", "three"] {
        let write = alice.request("PATCH", &location).json(&json!({"title": title}));
        let written = compressed(write.header("If-Match", &tag)).expect(200);
        let stale =
            alice.request("PATCH", &location).json(&json!({"title": "lost"})).header("If-Match", &tag);
        let _ = stale.send().expect(412);
        written.header("etag").unwrap().clone_into(&mut tag);
    }
    let unchanged = alice.request("GET", &location).header("Accept-Encoding", "gzip");
    let _ = unchanged.header("If-None-Match", &tag).send().expect(304);
    let read = compressed(alice.request("GET", &location)).expect(200);
    assert_eq!(read.json()["title"], "three");
    let delete = alice.request("DELETE", &location).header("If-Match", read.header("etag").unwrap());
    let _ = delete.send().expect(204);
}

fn list_is_followed_by_link(proxy: &Proxy) {
    let alice = proxy.alice();
    let long = "long ".repeat(150);
    for title in ["a", "b", "c"] {
        let _ = alice
            .post("/api/tasks", &json!({"title": title, "description": long, "tags": ["at home"]}))
            .expect(201);
    }
    let (mut url, mut titles) = (Some("/api/tasks?limit=1&sort=title".to_owned()), Vec::new());
    while let Some(target) = url {
        let page = compressed(alice.request("GET", &target)).expect(200);
        titles.push(page.json()[0]["title"].as_str().unwrap().to_owned());
        let next = page.header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
        url = next.map(|(url, _)| url.to_owned());
    }
    assert_eq!(titles, ["a", "b", "c"]);
    // The service compresses a long list, the proxy a short one.
    for target in ["/api/tasks", "/api/tasks?limit=1", "/api/tasks/tags"] {
        let page = alice.request("GET", target).header("Accept-Encoding", "gzip").send().expect(200);
        let tag = page.header("etag").unwrap();
        let again = alice.request("GET", target).header("Accept-Encoding", "gzip");
        let _ = again.header("If-None-Match", tag).send().expect(304);
    }
    let document = compressed(alice.request("GET", "/openapi.json")).expect(200).json();
    assert_eq!(document["servers"][0]["url"], proxy.url);
    let docs = alice.get("/docs").expect(308);
    let _ = alice.get(docs.header("location").unwrap()).expect(200);
}

/// An event comes through before the stream ends, and the stream lasts.
fn events_are_received(proxy: &Proxy) {
    let alice = proxy.alice();
    let bearer = format!("Bearer {}", proxy.environment.token("alice"));
    let address = proxy.url.trim_start_matches("http://").trim_end_matches("/backend");
    let headers = [("Authorization", bearer.as_str()), ("Accept-Encoding", "gzip")];
    let mut stream = EventStream::open(address, "/backend/api/tasks/events", &headers).unwrap();
    let mut next = || stream.event().unwrap().unwrap();
    assert_eq!(next().name, "ready");
    for title in ["first", "second"] {
        let _ = alice.post("/api/tasks", &json!({"title": title})).expect(201);
        assert_eq!(next().data["task"]["title"], title);
    }
}

/// The JavaScript client, which asks for compressed responses.
fn client_passes_its_tests(proxy: &Proxy) {
    let files = ["api", "changes", "events", "idempotency", "versions"];
    let files = files.map(|name| format!("client/tests/{name}.test.ts"));
    let mut arguments = vec!["node_modules/vitest/vitest.mjs", "run", "--project=service"];
    arguments.extend(files.iter().map(String::as_str));
    let mut vitest = node(&proxy.environment, "frontend", &arguments);
    vitest.env("TASKNOOK_URL", &proxy.url).env("TASKNOOK_SECRET", BetterAuth::SECRET);
    let ran = run_to_exit(&mut vitest, Duration::from_mins(5)).success();
    assert!(ran.stdout.contains("passed"), "{}", ran.stdout);
}

mod tasks_are_used_through {
    use super::*;

    #[test]
    fn nginx() {
        run("nginx/tasknook.conf", super::nginx);
    }

    #[test]
    fn apache() {
        run("apache/tasknook.conf", super::apache);
    }

    #[test]
    fn caddy() {
        run("caddy/Caddyfile", super::caddy);
    }

    fn run(file: &str, command: fn(&Path, &str) -> Command) {
        let proxy = Proxy::start(file, command);
        task_is_edited_twice_with_if_match(&proxy);
        list_is_followed_by_link(&proxy);
        events_are_received(&proxy);
        client_passes_its_tests(&proxy);
    }
}
