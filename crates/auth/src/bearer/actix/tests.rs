use std::cell::Cell;
use std::rc::Rc;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::ServiceFactory;
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, http::header, web};

use super::*;
use crate::MaybeIdentity;
use crate::support::{ScriptedSource, assert_missing_guard, credentials_of, guard, jwks, logged, rejections};

/// Counts its calls, and responds with the user's id, the identity in the extensions and the body.
async fn echo(calls: web::Data<Cell<u32>>, caller: Identity, request: HttpRequest, body: String) -> String {
    calls.set(calls.get() + 1);
    let left = request.extensions().get::<Identity>().map(|identity| identity.user_id().to_owned());
    format!("{} {left:?} {body}", caller.user_id())
}

async fn seen(request: HttpRequest) -> String {
    request.extensions().get::<Identity>().is_some().to_string()
}

struct Answered {
    status: u16,
    headers: header::HeaderMap,
    body: Vec<u8>,
}

impl Answered {
    fn values(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

/// One request to a new application.
async fn ask<F, B>(app: App<F>, request: TestRequest) -> Answered
where
    F: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody,
{
    let response =
        init_service(app).await.call(request.to_request()).await.expect("a response, not an error");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let Ok(body) = to_bytes(response.into_body()).await else { panic!("the body cannot be read") };
    Answered { status, headers, body: body.to_vec() }
}

fn get(authorization: &[String]) -> TestRequest {
    let request = TestRequest::get().uri("/echo");
    authorization
        .iter()
        .fold(request, |request, value| request.append_header(("Authorization", value.as_str())))
}

fn handler(calls: &web::Data<Cell<u32>>) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let calls = web::Data::clone(calls);
    |config| {
        config.app_data(calls).route("/echo", web::route().to(echo));
    }
}

#[actix_web::test]
async fn a_good_token_reaches_the_handler_with_its_identity() {
    let calls = web::Data::new(Cell::new(0));
    let app = App::new().configure(handler(&calls)).wrap(RequireToken::new(guard()));
    let request = TestRequest::post().uri("/echo").set_payload("a body");
    let answer = ask(app, request.insert_header(("authorization", credentials_of("user-a")))).await;
    assert_eq!((answer.status, &answer.body[..]), (200, b"user-a Some(\"user-a\") a body".as_slice()));
    assert_eq!(calls.get(), 1);
}

#[actix_web::test]
async fn rejections_pass_outer_middlewares_and_skip_the_handler() {
    for rejection in rejections() {
        let calls = web::Data::new(Cell::new(0));
        let app = App::new()
            .configure(handler(&calls))
            .wrap(RequireToken::new(Arc::clone(&rejection.verifier)))
            .wrap(DefaultHeaders::new().add(("x-outer", "applied")));
        let answer = ask(app, get(&rejection.authorization)).await;
        rejection.assert_is(answer.status, |name| answer.values(name), &answer.body);
        assert_eq!((answer.values("x-outer"), calls.get()), (vec!["applied".to_owned()], 0));
    }
}

#[actix_web::test]
async fn the_extractor_verifies_without_the_middleware() {
    let calls = web::Data::new(Cell::new(0));
    let verifier = web::Data::<dyn TokenVerifier>::from(guard());
    let app = App::new().configure(handler(&calls)).app_data(verifier);
    let answer = ask(app, get(&[credentials_of("user-a")])).await;
    assert_eq!((answer.status, &answer.body[..]), (200, b"user-a None ".as_slice()));
    for rejection in rejections() {
        let verifier = web::Data::<dyn TokenVerifier>::from(Arc::clone(&rejection.verifier));
        let app = App::new().configure(handler(&calls)).app_data(verifier);
        let answer = ask(app, get(&rejection.authorization)).await;
        rejection.assert_is(answer.status, |name| answer.values(name), &answer.body);
    }
    assert_eq!(calls.get(), 1);
}

#[actix_web::test]
async fn each_scope_has_its_own_verifier_for_extractors() {
    let verifier = |verifier: Arc<dyn TokenVerifier>| web::Data::from(verifier);
    let partners = web::scope("/partner")
        .app_data(verifier(Arc::new(jwks(&ScriptedSource::down()))))
        .route("/user", web::get().to(async |user: Identity| user.user_id().to_owned()));
    let logged = from_fn(async |_: MaybeIdentity, request, next: Next<BoxBody>| next.call(request).await);
    let app = App::new().app_data(verifier(guard())).service(partners).wrap(logged);
    let request = get(&[credentials_of("user-a")]).uri("/partner/user");
    assert_eq!(ask(app, request).await.status, 401);
}

#[test]
fn a_missing_guard_is_a_bare_500_and_logged() {
    let lines = logged(|| {
        let calls = web::Data::new(Cell::new(0));
        let app = App::new().configure(handler(&calls));
        let answer = pollster::block_on(ask(app, get(&[credentials_of("user-a")])));
        assert_missing_guard(answer.status, &answer.body);
        assert_eq!(calls.get(), 0);
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("ERROR") && lines[0].contains("RequireToken"), "{lines:?}");
    assert!(lines[0].contains("path=/echo"), "{lines:?}");
}

#[actix_web::test]
async fn the_identity_of_one_request_is_not_there_in_the_next() {
    let guarded = web::scope("/guarded").wrap(RequireToken::new(guard())).route("/seen", web::get().to(seen));
    let app = init_service(App::new().service(guarded).route("/seen", web::get().to(seen))).await;
    let opened = ("authorization", credentials_of("user-a"));
    for (path, expected) in [("/guarded/seen", "true"), ("/seen", "false"), ("/guarded/seen", "true")] {
        let request = TestRequest::get().uri(path).insert_header(opened.clone()).to_request();
        let response = app.call(request).await.unwrap();
        assert_eq!(to_bytes(response.into_body()).await.unwrap(), expected, "{path}");
    }
}

#[actix_web::test]
async fn an_error_of_the_service_within_is_passed_on() {
    let service = actix_web::dev::fn_service(async |_: ServiceRequest| Err::<ServiceResponse, _>("broken"));
    let service = service.new_service(()).await.unwrap();
    let guarded = RequireToken::new(guard()).new_transform(service).await.unwrap();
    let request = get(&[credentials_of("user-a")]).to_srv_request();
    assert_eq!(guarded.call(request).await.err(), Some("broken"));
}

#[test]
fn a_handler_can_return_the_same_rejection() {
    let error = AuthError::from(crate::CredentialsError::Malformed);
    assert_eq!(error.status_code(), 400);
    assert_eq!(error.error_response().headers().get("content-type").unwrap(), AuthError::PROBLEM_TYPE);
    let rc: Rc<dyn ResponseError> = Rc::new(MissingGuard);
    assert_eq!(rc.status_code(), 500);
}
