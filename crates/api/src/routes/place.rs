//! One path of the table: what it answers, and how that is registered.

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::{self, Any};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder, Route, web};

use super::fallback::other_methods;

/// A path and its methods.
pub(crate) struct Place {
    path: String,
    routes: Vec<(Method, Route)>,
}

/// A path that has no methods yet.
pub(super) fn at(path: impl Into<String>) -> Place {
    Place { path: path.into(), routes: Vec::new() }
}

/// Each way in which a handler is named in the table.
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

impl Place {
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

    /// The methods that have handlers of their own, in the order of the table.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().map(|(method, _)| method.as_str())
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    pub(crate) fn allow(&self) -> String {
        let own = self
            .methods()
            .flat_map(|method| if method == "GET" { vec!["GET", "HEAD"] } else { vec![method] });
        own.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
    }

    /// The path with or without a slash at its end.
    pub(super) fn into_resource(self) -> impl HttpServiceFactory + 'static {
        let others = other_methods(self.allow());
        let mut paths = vec![self.path.clone()];
        if !self.path.ends_with('/') {
            paths.push(format!("{}/", self.path));
        }
        let mut resource = web::resource(paths);
        for (method, route) in self.routes {
            resource = resource.route(guarded(route, method));
        }
        resource.default_service(others).wrap(from_fn(crate::guard::guard))
    }
}

/// RFC 9110 §9.3.2: HEAD is GET without the body, which the server leaves out by itself.
fn guarded(route: Route, method: Method) -> Route {
    if method == Method::GET {
        return route.guard(Any(guard::Get()).or(guard::Head()));
    }
    route.guard(guard::Method(method))
}
