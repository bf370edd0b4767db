//! Sign-in over real HTTP: the browser flow with its page, passwords and one-time codes, their limits, and failures.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use client::{ApiAddress, BrowserTicket, Client, PasswordOutcome, PollOutcome, SignIn};
use model::{CallError, Problem, SignInEnd, Waiting};
use protocol::Moment;
use protocol::secret::{AccessToken, SecretText};
use reqwest::StatusCode;
use service::sign_in::{self, BrowserOutcome, Clock};
use testkit::{TestWorkspace, any_port, http_client, options};
use workspace::{LocalSignIn, Workspace};

/// A clock on which waiting takes no time.
#[derive(Default)]
struct Fast {
    ahead: AtomicI64,
    pauses: Mutex<Vec<Duration>>,
}

impl Clock for Fast {
    fn now(&self) -> Moment {
        Moment::now().plus_seconds(self.ahead.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.ahead
            .fetch_add(i64::try_from(duration.as_secs()).unwrap(), Ordering::SeqCst);
        self.pauses.lock().unwrap().push(duration);
        Box::pin(tokio::time::sleep(Duration::from_millis(20)))
    }
}

fn api_of(site: &TestWorkspace) -> SignIn {
    SignIn::new(ApiAddress::parse(&site.running.api_url()).unwrap()).unwrap()
}

fn user(site: &TestWorkspace) -> LocalSignIn {
    site.local().sign_in.clone().unwrap()
}

async fn started(client: &SignIn) -> BrowserTicket {
    client.start_browser().await.unwrap().unwrap()
}

async fn start_browser(client: &SignIn) -> Result<Option<sign_in::BrowserTicket>, Problem> {
    sign_in::start_browser(&client.clone().into()).await
}

async fn wait_for_browser(
    client: &SignIn,
    ticket: &BrowserTicket,
    clock: &Fast,
    tell: &(dyn Fn(Waiting) + Send + Sync),
) -> Result<BrowserOutcome, Problem> {
    sign_in::wait_for_browser(&client.clone().into(), &ticket.clone().into(), clock, tell).await
}

async fn works(site: &TestWorkspace, token: &AccessToken) -> bool {
    let address = ApiAddress::parse(&site.running.api_url()).unwrap();
    let user = Client::new(address, token).unwrap().user().await;
    user.is_ok_and(|user| user.email.as_deref() == Some("sam@northwind.example"))
}

fn page(ticket: &BrowserTicket) -> url::Url {
    url::Url::parse(&ticket.login_url).unwrap()
}

/// Sends the page's form as a browser does.
async fn press(ticket: &BrowserTicket, decision: &str, password: &str) -> (StatusCode, String) {
    let origin = page(ticket).origin().ascii_serialization();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("decision", decision)
        .append_pair("password", password)
        .finish();
    let answer = http_client()
        .post(page(ticket))
        .header("origin", origin)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_browser_flow_signs_in_and_gives_its_token_again() {
    let site = TestWorkspace::start().await;
    let api = api_of(&site);
    let ticket = started(&api).await;
    assert_eq!(ticket.poll_interval, Duration::from_secs(3));
    let lasts = ticket.expires_at.unwrap().seconds_since(Moment::now());
    assert!((295..=300).contains(&lasts), "{lasts}");
    // Exposed to see that the address that a browser keeps is not the ticket.
    assert!(!ticket.login_url.as_str().contains(ticket.ticket.expose()));
    assert!(matches!(api.poll(&ticket).await.unwrap(), PollOutcome::Pending));

    let page = http_client().get(ticket.login_url.clone()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    for part in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(page.headers()["cache-control"], "no-store");
    let html = page.text().await.unwrap();
    assert!(html.contains("sam@northwind.example") && html.contains("Allow") && !html.contains("Cancel"));
    assert!(!html.contains("<script") && !html.contains("http://"), "{html}");

    let password = user(&site).password;
    let (status, html) = press(&ticket, "allow", password.expose()).await;
    assert_eq!(status, 200, "{html}");
    let outcome = wait_for_browser(&api, &ticket, &Fast::default(), &|_| {})
        .await
        .unwrap();
    let BrowserOutcome::SignedIn(token) = &outcome else {
        panic!("{outcome:?}")
    };
    assert!(works(&site, token).await);
    let PollOutcome::SignedIn(again) = api.poll(&ticket).await.unwrap() else {
        panic!("a lost answer costs nothing")
    };
    assert!(again.ct_eq(token));
    assert_eq!(press(&ticket, "allow", password.expose()).await.0, 410);
    assert_eq!(
        http_client().get(ticket.login_url).send().await.unwrap().status(),
        410
    );
    let db = site.database();
    let plain: i64 = db
        .query_row(
            "SELECT count(*) FROM access_tokens WHERE token_hash = CAST(?1 AS BLOB)",
            [token.expose()],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(plain, 0, "stored as a hash");
    db.execute(
        "UPDATE access_tokens SET revoked_at = created_at WHERE id > 1",
        [],
    )
    .unwrap();
    assert!(!works(&site, token).await, "a session can be ended");
}

#[tokio::test]
async fn what_the_server_has_forgotten_is_started_again() {
    let site = TestWorkspace::start().await;
    let (api, user) = (api_of(&site), user(&site));
    let ticket = started(&api).await;
    assert_eq!(press(&ticket, "cancel", "").await.0, 422, "there is no declining");
    assert_eq!(press(&ticket, "allow", user.password.expose()).await.0, 200);
    // Its token was given to a server process that is gone.
    site.database()
        .execute("UPDATE sign_in_tickets SET status = 'used'", [])
        .unwrap();
    assert!(matches!(api.poll(&ticket).await.unwrap(), PollOutcome::Expired));
    site.database()
        .execute("DELETE FROM sign_in_tickets", [])
        .unwrap();
    let outcome = wait_for_browser(&api, &ticket, &Fast::default(), &|_| {})
        .await
        .unwrap();
    assert!(
        matches!(outcome, BrowserOutcome::Ended(SignInEnd::Expired)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn tickets_end_on_either_clock() {
    let site = TestWorkspace::start().await;
    let api = api_of(&site);
    let ticket = started(&api).await;
    let clock = Fast::default();
    clock.ahead.store(291, Ordering::SeqCst);
    let outcome = wait_for_browser(&api, &ticket, &clock, &|_| {}).await.unwrap();
    assert!(
        matches!(outcome, BrowserOutcome::Ended(SignInEnd::Expired)),
        "{outcome:?}"
    );
    let pauses = clock.pauses.lock().unwrap().clone();
    assert!((2..=4).contains(&pauses.len()) && pauses.iter().all(|pause| *pause == Duration::from_secs(3)));

    let ticket = started(&api).await;
    let past = Moment::now().plus_seconds(-1).to_wire();
    site.database()
        .execute("UPDATE sign_in_tickets SET expires_at = ?1", [past])
        .unwrap();
    let outcome = wait_for_browser(&api, &ticket, &Fast::default(), &|_| {})
        .await
        .unwrap();
    assert!(
        matches!(outcome, BrowserOutcome::Ended(SignInEnd::Expired)),
        "{outcome:?}"
    );
    let password = user(&site).password;
    assert_eq!(press(&ticket, "allow", password.expose()).await.0, 410);
}

#[tokio::test]
async fn the_page_takes_the_right_password_from_itself_only() {
    let site = TestWorkspace::start().await;
    let api = api_of(&site);
    let ticket = started(&api).await;
    let (host, url) = (site.running.address().to_string(), ticket.login_url.clone());
    let post = |origin: &str, host: &str| {
        let request = http_client()
            .post(url.clone())
            .header("origin", origin)
            .header("host", host);
        request.body("decision=perhaps").send()
    };
    for (origin, named) in [
        ("https://evil.example", host.as_str()),
        ("null", &host),
        (&format!("https://{host}"), &host),
        ("http://127.0.0.1:1", &host),
        ("http://evil.example", "evil.example"),
    ] {
        assert_eq!(
            post(origin, named).await.unwrap().status(),
            403,
            "{origin} {named}"
        );
    }
    let get = http_client().get(url.clone()).header("host", "evil.example");
    assert_eq!(get.send().await.unwrap().status(), 403);
    let api_call = http_client().post(format!("{}/cli/login/start", site.running.api_url()));
    let api_call = api_call.header("origin", format!("http://{host}"));
    assert_eq!(
        api_call.send().await.unwrap().status(),
        403,
        "the API is called from no page"
    );

    assert_eq!(press(&ticket, "perhaps", "").await.0, 422);
    for _ in 0..5 {
        let (status, html) = press(&ticket, "allow", "guess").await;
        assert_eq!((status.as_u16(), html.contains("password is wrong")), (422, true));
    }
    let password = user(&site).password;
    assert_eq!(
        press(&ticket, "allow", password.expose()).await.0,
        429,
        "too many guesses"
    );
    assert!(matches!(api.poll(&ticket).await.unwrap(), PollOutcome::Pending));
    let mut unknown = page(&ticket);
    unknown.set_path("/sign-in/unknown");
    assert_eq!(http_client().get(unknown).send().await.unwrap().status(), 410);
}

#[tokio::test]
async fn an_unverified_address_gets_no_session() {
    let site = TestWorkspace::start().await;
    let (api, user) = (api_of(&site), user(&site));
    site.database()
        .execute("UPDATE users SET email_verified_at = NULL", [])
        .unwrap();
    let ticket = started(&api).await;
    press(&ticket, "allow", user.password.expose()).await;
    let outcome = wait_for_browser(&api, &ticket, &Fast::default(), &|_| {})
        .await
        .unwrap();
    assert!(
        matches!(outcome, BrowserOutcome::Ended(SignInEnd::VerificationRequired)),
        "{outcome:?}"
    );
    let code = user.totp.code_at(Moment::now());
    let answer = api
        .password(&user.email, &user.password, Some(&code))
        .await
        .unwrap();
    assert!(
        matches!(&answer, PasswordOutcome::Refused { detail: Some(text) } if text.contains("not verified")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_password_needs_a_code_and_each_code_works_once() {
    let site = TestWorkspace::start().await;
    let (api, user) = (api_of(&site), user(&site));
    let needed = api.password(&user.email, &user.password, None).await.unwrap();
    assert!(matches!(needed, PasswordOutcome::CodeNeeded), "{needed:?}");
    let refused = |outcome: PasswordOutcome| matches!(outcome, PasswordOutcome::Refused { detail: Some(_) });
    let wrong = SecretText::new("000000x".to_owned());
    assert!(
        refused(
            api.password(&user.email, &user.password, Some(&wrong))
                .await
                .unwrap()
        ),
        "wrong code"
    );
    let old = user.totp.code_at(Moment::now().plus_seconds(-300));
    assert!(
        refused(
            api.password(&user.email, &user.password, Some(&old))
                .await
                .unwrap()
        ),
        "old code"
    );

    let code = user.totp.code_at(Moment::now());
    let shouted = format!(" {} ", user.email.to_uppercase());
    let signed_in = api.password(&shouted, &user.password, Some(&code)).await.unwrap();
    let PasswordOutcome::SignedIn(token) = signed_in else {
        panic!("{signed_in:?}")
    };
    assert!(works(&site, &token).await);
    assert!(
        refused(
            api.password(&user.email, &user.password, Some(&code))
                .await
                .unwrap()
        ),
        "replayed code"
    );
    let next = user.totp.code_at(Moment::now().plus_seconds(30));
    let next = api
        .password(&user.email, &user.password, Some(&next))
        .await
        .unwrap();
    assert!(
        matches!(next, PasswordOutcome::SignedIn(_)),
        "a clock may be a step ahead: {next:?}"
    );
}

#[tokio::test]
async fn guessing_is_slowed_down_by_the_general_limit() {
    let site = TestWorkspace::start_with(|options| options.requests_per_minute = NonZeroU32::new(5)).await;
    let (api, user) = (api_of(&site), user(&site));
    let wrong = SecretText::new("guess".to_owned());
    for _ in 0..5 {
        let answer = api.password(&user.email, &wrong, None).await.unwrap();
        assert!(matches!(answer, PasswordOutcome::Refused { .. }), "{answer:?}");
    }
    let error = api.password(&user.email, &user.password, None).await.unwrap_err();
    let CallError::TooManyRequests {
        retry_after: Some(wait),
    } = error
    else {
        panic!("{error:?}")
    };
    assert!((30..=60).contains(&wait.as_secs()), "{wait:?}");
    let kept: String = site
        .database()
        .query_row(
            "SELECT password_hash FROM users WHERE password_hash IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(kept.starts_with("$argon2id$"), "{kept}");
}

/// The people of the sample sign in with the password of the workspace's own user; only that one needs codes.
#[tokio::test]
async fn each_role_of_the_sample_signs_in() {
    use workspace::SampleRole::{Admin, Auditor, Developer, ReadOnly};
    let site = TestWorkspace::start().await;
    let (api, user) = (api_of(&site), user(&site));
    let reopened = Workspace::open(options(site.folder.path())).unwrap();
    for (role, named) in [
        (Admin, "admin"),
        (Developer, "developer"),
        (ReadOnly, "developer_read_only"),
        (Auditor, "auditor"),
    ] {
        let email = reopened.email_of(role).unwrap();
        let answer = api.password(email, &user.password, None).await.unwrap();
        if role == Admin {
            assert!(matches!(answer, PasswordOutcome::CodeNeeded), "{answer:?}");
            continue;
        }
        let PasswordOutcome::SignedIn(token) = answer else {
            panic!("{email}: {answer:?}")
        };
        let members = format!("/organizations/{}/members", site.organization());
        let (_, members) = site
            .send(reqwest::Method::GET, &members, Some(token.expose()), None)
            .await;
        let own = members["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["email"] == email);
        assert_eq!(own.unwrap()["role"], named);
    }
}

#[tokio::test]
async fn malformed_credentials_are_refused_and_not_repeated() {
    let site = TestWorkspace::start().await;
    for body in [
        r#"{"email":"sam@northwind.example","password":12345678}"#,
        r#"{"email":["x"],"password":"hunter2"}"#,
        "{}",
        "",
        "[]",
    ] {
        let (status, answer) = site
            .send(reqwest::Method::POST, "/cli/login", None, Some(body.to_owned()))
            .await;
        assert_eq!(status, 422, "{body}");
        let text = answer.to_string();
        assert!(!text.contains("12345678") && !text.contains("hunter2"), "{text}");
    }
    for path in ["/cli/register/start", "/cli/register/poll"] {
        let (status, _) = site
            .send(reqwest::Method::POST, path, None, Some("{}".to_owned()))
            .await;
        assert_eq!(status, 501, "{path}");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_meanwhile_may_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let running = Workspace::open(options(folder.path()))
        .unwrap()
        .serve(any_port())
        .await
        .unwrap();
    let (address, password) = (
        running.address(),
        running.local().sign_in.clone().unwrap().password,
    );
    let api = SignIn::new(ApiAddress::parse(&running.api_url()).unwrap()).unwrap();
    let ticket = started(&api).await;
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let waiting = tokio::spawn({
        let (api, ticket) = (api.clone(), ticket.clone());
        async move {
            let tell = move |waiting| assert!(told.send(waiting).is_ok());
            let clock = Fast::default();
            // It stays behind, so that the ticket does not end.
            clock.ahead.store(-100_000, Ordering::SeqCst);
            wait_for_browser(&api, &ticket, &clock, &tell).await
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.shutdown().await;
    assert_eq!(heard.recv().await, Some(Waiting::ForServer));
    let again = Workspace::open(options(folder.path()))
        .unwrap()
        .serve(address)
        .await
        .unwrap();
    assert_eq!(heard.recv().await, Some(Waiting::ForPerson));
    assert_eq!(press(&ticket, "allow", password.expose()).await.0, 200);
    let outcome = waiting.await.unwrap().unwrap();
    assert!(matches!(outcome, BrowserOutcome::SignedIn(_)), "{outcome:?}");
    again.shutdown().await;
    let gone = start_browser(&api).await.unwrap_err();
    assert!(
        matches!(gone, Problem::Call(CallError::Unreachable { .. })),
        "{gone:?}"
    );
}

/// A server that answers the same to everything.
async fn answering(status: u16, body: &'static str) -> SignIn {
    let answer = move || async move { (axum::http::StatusCode::from_u16(status).unwrap(), body) };
    let listener = tokio::net::TcpListener::bind(any_port()).await.unwrap();
    let address = format!("http://{}/api/v2", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    SignIn::new(ApiAddress::parse(&address).unwrap()).unwrap()
}

#[tokio::test]
async fn servers_without_a_browser_flow_are_told_apart_from_broken_ones() {
    for status in [404, 405, 409, 410, 422, 501] {
        assert!(
            start_browser(&answering(status, "{}").await)
                .await
                .unwrap()
                .is_none(),
            "{status}"
        );
    }
    for status in [401, 403, 500] {
        assert!(
            start_browser(&answering(status, "{}").await).await.is_err(),
            "{status}"
        );
    }
    let unsafe_page = answering(200, r#"{"ticket":"t","login_url":"file:///etc/passwd"}"#).await;
    let error = start_browser(&unsafe_page).await.unwrap_err();
    assert!(text::explain(&error).what.contains("login_url"), "{error:?}");

    let offer = r#"{"ticket":"t","login_url":"https://ghostable.example/x"}"#;
    let ticket = started(&answering(200, offer).await).await;
    let refused = wait_for_browser(&answering(403, "{}").await, &ticket, &Fast::default(), &|_| {}).await;
    assert!(
        matches!(refused, Err(Problem::Call(CallError::Refused(_)))),
        "it does not pass by itself"
    );
    let clock = Fast::default();
    let server = answering(503, "").await;
    let broken = wait_for_browser(&server, &ticket, &clock, &|_| {});
    let outcome = tokio::time::timeout(Duration::from_millis(300), broken).await;
    assert!(
        outcome.is_err(),
        "it may pass, and waiting can be given up at any time"
    );
}

#[tokio::test]
async fn an_older_workspace_gets_its_credentials_when_it_is_opened() {
    let site = TestWorkspace::start().await;
    let file = site.folder.path().join("local-keys.json");
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    // As earlier releases wrote it: without a sum of the rest.
    kept["format"] = 1.into();
    for later in ["sign_in", "check"] {
        kept.as_object_mut().unwrap().remove(later).unwrap();
    }
    std::fs::write(&file, kept.to_string()).unwrap();
    site.database()
        .execute("UPDATE users SET password_hash = NULL, totp_secret = NULL", [])
        .unwrap();
    let running = Workspace::open(options(site.folder.path()))
        .unwrap()
        .serve(any_port())
        .await
        .unwrap();
    let user = running.local().sign_in.clone().unwrap();
    let api = SignIn::new(ApiAddress::parse(&running.api_url()).unwrap()).unwrap();
    let answer = api.password(&user.email, &user.password, None).await.unwrap();
    assert!(matches!(answer, PasswordOutcome::CodeNeeded), "{answer:?}");
    let again = Workspace::open(options(site.folder.path())).unwrap();
    let same = again.local().sign_in.clone().unwrap();
    assert!(same.password.ct_eq(&user.password), "they stay");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
