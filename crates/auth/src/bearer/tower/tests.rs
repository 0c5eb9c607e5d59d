use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};

use super::*;
use crate::support::{credentials_of, guard, rejections};

/// Responds with the user's id and the body, counts its calls, and panics when it was not ready.
#[derive(Default)]
struct Echo {
    calls: Arc<AtomicU32>,
    is_ready: bool,
}

impl Clone for Echo {
    fn clone(&self) -> Self {
        Self { calls: Arc::clone(&self.calls), is_ready: false }
    }
}

impl Service<Request<String>> for Echo {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        assert!(self.is_ready, "called without having been ready");
        self.is_ready = false;
        self.calls.fetch_add(1, Ordering::SeqCst);
        let user = request.extensions().get::<Identity>().map(|identity| identity.user_id().to_owned());
        ready(Ok(Response::new(format!("{user:?} {}", request.body()))))
    }
}

fn request(authorization: &[String]) -> Request<String> {
    let mut request = Request::new("a body".to_owned());
    for value in authorization {
        request.headers_mut().append(AUTHORIZATION, value.parse().unwrap());
    }
    request
}

#[test]
fn a_good_token_reaches_the_service_with_its_identity() {
    let mut guarded = RequireToken::new(guard()).layer(Echo::default());
    for user in ["user-a", "user-b"] {
        let request = request(&[credentials_of(user)]);
        let answer =
            pollster::block_on(async { guarded.ready().await.unwrap().call(request).await.unwrap() });
        assert_eq!(*answer.body(), format!("Some({user:?}) a body"));
    }
}

#[test]
fn rejections_pass_outer_layers_and_skip_the_service() {
    for rejection in rejections() {
        let echo = Echo::default();
        let service = ServiceBuilder::new()
            .map_response(|mut response: Response<String>| {
                response.headers_mut().insert("x-outer", HeaderValue::from_static("applied"));
                response
            })
            .layer(RequireToken::new(Arc::clone(&rejection.verifier)))
            .service(echo.clone());
        let answer = pollster::block_on(service.oneshot(request(&rejection.authorization))).unwrap();
        let values = |name: &str| {
            let values = answer.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        rejection.assert_is(answer.status().as_u16(), values, answer.body().as_bytes());
        assert_eq!((values("x-outer"), echo.calls.load(Ordering::SeqCst)), (vec!["applied".to_owned()], 0));
    }
}

#[test]
fn the_identity_of_one_request_is_not_there_in_the_next() {
    let echo = Echo::default();
    let guarded = RequireToken::new(guard()).layer(echo.clone());
    let answer = pollster::block_on(guarded.oneshot(request(&[credentials_of("user-a")]))).unwrap();
    assert_eq!(answer.body(), "Some(\"user-a\") a body");
    let answer = pollster::block_on(echo.oneshot(request(&[credentials_of("user-a")]))).unwrap();
    assert_eq!(answer.body(), "None a body");
}

#[test]
fn an_error_of_the_service_within_is_passed_on() {
    let broken = service_fn(async |_: Request<String>| Err::<Response<String>, _>("broken"));
    let guarded = RequireToken::new(guard()).layer(broken);
    let answer = pollster::block_on(guarded.oneshot(request(&[credentials_of("user-a")])));
    assert_eq!(answer.err(), Some("broken"));
}
