//! A path of the table, and what applies to every route: 405, OPTIONS, the deadline, panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{self, Any};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest, Handler, HttpResponse, Responder, Route, web};
use futures_util::FutureExt;

use crate::http::problem::{Problem, ProblemKind};

/// A path and its methods.
pub(crate) struct Endpoint {
    path: String,
    routes: Vec<(Method, Route)>,
}

/// A path that has no methods yet.
pub(super) fn path(path: impl Into<String>) -> Endpoint {
    Endpoint { path: path.into(), routes: Vec::new() }
}

/// Methods named as the HTTP method that they add.
macro_rules! methods {
    ($($name:ident $method:ident)*) => { $(
        pub(super) fn $name<F, Args>(self, handler: F) -> Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.on(Method::$method, Route::new().to(handler))
        }
    )* };
}

impl Endpoint {
    methods! { get GET  post POST  put PUT  patch PATCH  delete DELETE }

    fn on(mut self, method: Method, route: Route) -> Self {
        self.routes.push((method, route));
        self
    }

    /// The path, with the names of its parameters in braces.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The methods with a handler, in the order of the table.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().map(|(method, _)| method.as_str())
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    pub(crate) fn allow(&self) -> String {
        let with_handler = self
            .methods()
            .flat_map(|method| if method == "GET" { vec!["GET", "HEAD"] } else { vec![method] });
        with_handler.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
    }

    /// The path with and without a trailing slash.
    pub(super) fn into_resource(self) -> impl HttpServiceFactory + 'static {
        // Instead of the 404 that actix gives when no method matches (RFC 9110 §15.5.6).
        let others = other_methods(self.allow());
        let mut paths = vec![self.path.clone()];
        if !self.path.ends_with('/') {
            paths.push(format!("{}/", self.path));
        }
        let mut resource = web::resource(paths);
        for (method, route) in self.routes {
            resource = resource.route(for_method(route, method));
        }
        resource.default_service(others).wrap(from_fn(timeout))
    }
}

/// RFC 9110 §9.3.2: HEAD is GET without the body, which the server omits.
fn for_method(route: Route, method: Method) -> Route {
    if method == Method::GET {
        return route.guard(Any(guard::Get()).or(guard::Head()));
    }
    route.guard(guard::Method(method))
}

/// Responds to unknown paths.
pub(crate) async fn no_route() -> Result<HttpResponse, Problem> {
    Err(Problem::no_route())
}

/// Responds to methods without a handler: OPTIONS with the list of methods, others with 405.
fn other_methods(allow: String) -> Route {
    let allow: Arc<str> = allow.into();
    web::to(move |method: Method| {
        let allow = Arc::clone(&allow);
        async move {
            if method != Method::OPTIONS {
                return Err(Problem::method_not_allowed(&allow));
            }
            Ok(HttpResponse::NoContent().insert_header((header::ALLOW, &*allow)).finish())
        }
    })
}

/// Maximum duration of a request after its headers.
const DEADLINE: Duration = Duration::from_secs(15);

/// Bounds the duration of a handler and catches its panics. It wraps resources and not the application, since the router
/// panics when another handle of the request exists while it matches.
async fn timeout(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let handle = request.request().clone();
    let is_safe = request.method().is_safe();
    let response = AssertUnwindSafe(next.call(request)).catch_unwind();
    let problem = match tokio::time::timeout(DEADLINE, response).await {
        Ok(Ok(response)) => return response.map(ServiceResponse::map_into_boxed_body),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Problem::internal()
        }
        Err(_) if is_safe => Problem::retryable(
            ProblemKind::Overloaded,
            "The request was not served in time; retry after the given delay.",
            None,
        ),
        // A body can take so long to arrive that the write begins shortly before the deadline.
        Err(_) => Problem::outcome_unknown("The request was not served in time."),
    };
    Ok(ServiceResponse::from_err(problem, handle))
}
