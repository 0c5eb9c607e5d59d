//! A path of the table, and what applies to every route: HEAD, OPTIONS, 405, the deadline, panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::{Error, FromRequest, Handler, HttpResponse, Responder, Route, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

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

    /// What serves it in a worker.
    pub(super) async fn start(&self) -> Result<Started, ()> {
        let mut handlers = Vec::with_capacity(self.routes.len());
        for (method, route) in &self.routes {
            handlers.push((method.clone(), route.new_service(()).await?));
        }
        let others = other_methods(self.allow()).new_service(()).await?;
        Ok(Started { handlers, others })
    }
}

type HandlerService = <Route as ServiceFactory<ServiceRequest>>::Service;

/// An endpoint of a worker.
pub(super) struct Started {
    handlers: Vec<(Method, HandlerService)>,
    /// Of methods without a handler (RFC 9110 §15.5.6).
    others: HandlerService,
}

impl Started {
    /// Serves a request for its path.
    pub(super) fn serve(
        &self,
        request: ServiceRequest,
    ) -> LocalBoxFuture<'static, Result<ServiceResponse, Error>> {
        // RFC 9110 §9.3.2: HEAD is GET without the body, which the server omits.
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        let handler = self.handlers.iter().find(|(own, _)| own == method);
        let handler = handler.map_or(&self.others, |(_, handler)| handler);
        let (handle, is_safe) = (request.request().clone(), request.method().is_safe());
        let response = handler.call(request);
        Box::pin(async move {
            let response = within_deadline(response, is_safe).await;
            response.unwrap_or_else(|problem| Ok(ServiceResponse::from_err(problem, handle)))
        })
    }
}

/// Responds to unknown paths.
pub(super) async fn no_route() -> Result<HttpResponse, Problem> {
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

/// Bounds the duration of a handler and catches its panics.
async fn within_deadline<T>(response: impl Future<Output = T>, is_safe: bool) -> Result<T, Problem> {
    match tokio::time::timeout(DEADLINE, AssertUnwindSafe(response).catch_unwind()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Err(Problem::internal())
        }
        Err(_) if is_safe => Err(Problem::retryable(
            ProblemKind::Overloaded,
            "The request was not served in time; retry after the given delay.",
            None,
        )),
        // A body can take so long to arrive that the write begins shortly before the deadline.
        Err(_) => Err(Problem::outcome_unknown("The request was not served in time.")),
    }
}
