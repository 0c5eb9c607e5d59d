//! What answers when no route does.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{HttpResponse, Route, web};

use crate::problem::{Kind, Problem};

/// No such path.
pub(crate) async fn no_route() -> Result<HttpResponse, Problem> {
    Err(Problem::no_route())
}

/// The path is there and the method is not: OPTIONS is told which ones are, everything else is 405.
pub(super) fn other_methods(allow: String) -> Route {
    let allow: Arc<str> = allow.into();
    web::to(move |method: Method| {
        let allow = Arc::clone(&allow);
        async move {
            if method != Method::OPTIONS {
                return Err(not_allowed(&allow));
            }
            Ok(HttpResponse::NoContent().insert_header((header::ALLOW, &*allow)).finish())
        }
    })
}

/// The method is not one of these.
pub(crate) fn not_allowed(allow: &str) -> Problem {
    let detail = format!("This route has the methods {allow}.");
    Problem::new(Kind::MethodNotAllowed, detail).with_header(header::ALLOW, allow)
}
