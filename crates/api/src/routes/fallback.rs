//! What answers when no route does.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, Route, web};

use crate::problem::{Kind, Problem};

/// No such path.
pub(crate) async fn no_route() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Kind::NoRoute, "There is no such route."))
}

/// The path is there and the method is not: OPTIONS is told which ones are, everything else is 405.
pub(crate) fn other_methods(allow: &'static str) -> Route {
    web::to(move |method: Method| async move {
        if method == Method::OPTIONS {
            let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
            return Ok(response);
        }
        let detail = format!("This route has the methods {allow}.");
        Err(Problem::new(Kind::MethodNotAllowed, detail).with_header(header::ALLOW, allow))
    })
}
