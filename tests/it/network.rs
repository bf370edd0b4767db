//! The way to a server: certificates, own CAs, real proxies, a server that asks to slow down, and clocks that differ.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse as _, Response};
use testkit::{Endpoint, Fault, FaultProxy, TestWorkspace, assert_code, said};

use super::tls::{self, Authority, Serving};

const LIST: [&str; 3] = ["list", "--env", "production"];
const LONG_AGO: &str = "20200101000000Z";
const SOON: &str = "20490101000000Z";

/// A workspace behind a front with a certificate.
struct Site {
    world: TestWorkspace,
    authority: Authority,
}

/// Where the front passes requests on to, and the date that it gives to answers, in seconds from now.
#[derive(Clone)]
struct Front {
    http: reqwest::Client,
    upstream: SocketAddr,
    ahead: i64,
}

async fn pass_on(
    State(front): State<Front>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = front
        .http
        .request(method, format!("http://{}{uri}", front.upstream))
        .body(body);
    for (name, value) in &headers {
        if !["host", "connection", "content-length"].contains(&name.as_str()) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.unwrap();
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(front.ahead);
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let (status, json) = (answer.status(), answer.bytes().await.unwrap());
    (
        status,
        [("date", date), ("content-type", "application/json".to_owned())],
        json,
    )
        .into_response()
}

impl Site {
    async fn start() -> Self {
        Self {
            world: TestWorkspace::start().await,
            authority: Authority::new(),
        }
    }

    /// Serves it with a certificate for a name that is valid between two times; its clock is `ahead` of this machine's.
    async fn front(&self, name: &str, begins: &str, ends: &str, ahead: i64) -> Serving {
        let (certificate, key) = self.authority.certificate(name, begins, ends);
        let front = Front {
            http: testkit::http_client(),
            upstream: self.world.running.address(),
            ahead,
        };
        let app = Router::new().fallback(pass_on).with_state(front);
        tls::serve(app, &certificate, &key).await
    }

    async fn usual(&self) -> Serving {
        self.front("localhost", LONG_AGO, SOON, 0).await
    }

    /// The same on a machine that is not linked, with nothing of a workspace.
    fn run_elsewhere(&self, front: &Serving, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let data = tempfile::tempdir().unwrap();
        let mut command = testkit::commands();
        command.arg("--data").arg(data.path());
        self.name_server(&mut command, front);
        command.args(arguments).envs(variables.iter().copied());
        tokio::task::block_in_place(|| command.output().unwrap())
    }

    /// A command that lists there, or a shell that runs it after something else, in a view of the files of its own.
    fn command_elsewhere(&self, front: &Serving, first: Option<&str>) -> Command {
        let program = testkit::commands();
        let mut command = match first {
            None => program,
            Some(first) => {
                let mut shell = Command::new("unshare");
                shell
                    .args(["-rm", "sh", "-c", first, "sh"])
                    .arg(program.get_program());
                shell
            }
        };
        self.name_server(&mut command, front);
        command.args(LIST);
        command
    }

    fn name_server(&self, command: &mut Command, front: &Serving) {
        command
            .args(["--api", &format!("https://localhost:{}/api/v2", front.port)])
            // Exposed to sign in as a script does.
            .env("GHOSTABLE_TOKEN", self.world.local().access_token.expose())
            .env("SSL_CERT_FILE", self.authority.file())
            .env("NO_PROXY", "localhost");
    }

    /// Runs a command through a front, with an own CA and further variables.
    fn run(&self, front: &Serving, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let url = format!("https://localhost:{}/api/v2", front.port);
        let trusted = self.authority.file();
        // Nothing of the proxies of whoever runs the tests.
        let mut all = vec![("SSL_CERT_FILE", trusted.as_str())];
        for name in [
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
            "NO_PROXY",
            "no_proxy",
        ] {
            all.push((name, ""));
        }
        all.extend(variables);
        tokio::task::block_in_place(|| self.world.run_at(&url, arguments, "", &all))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_said_to_be_what_it_is_and_not_asked_for_again() {
    let site = Site::start().await;
    let trusted = site.usual().await;
    assert_code(&site.run(&trusted, &LIST, &[]), 0);

    let other = Authority::new().file();
    let expired = site.front("localhost", LONG_AGO, "20210203040506Z", 0).await;
    let future = site.front("localhost", "20480203040506Z", SOON, 0).await;
    let elsewhere = site.front("elsewhere.example", LONG_AGO, SOON, 0).await;
    for (front, variables, says, mends) in [
        (
            &trusted,
            vec![("SSL_CERT_FILE", other.as_str())],
            "nobody whom this machine trusts has signed it",
            "SSL_CERT_FILE",
        ),
        (
            &expired,
            vec![],
            "it ended on 3 Feb 2021",
            "This machine's clock says",
        ),
        (&future, vec![], "it begins on 3 Feb 2048", "set the clock"),
        (
            &elsewhere,
            vec![],
            "it is for elsewhere.example",
            "Check the server's address",
        ),
    ] {
        let before = front.connections.load(SeqCst);
        let refused = site.run_elsewhere(front, &LIST, &variables);
        assert_code(&refused, 6);
        let told = said(&refused);
        assert!(told.contains(says) && told.contains(mends), "{told}");
        assert!(told.contains("Nothing was sent"), "{told}");
        assert_eq!(told.matches("certificate cannot be trusted").count(), 1, "{told}");
        assert_eq!(front.connections.load(SeqCst) - before, 1, "once: {told}");
    }
    // A change says the same: it was not done.
    let refused = site.run(&expired, &["create", "--env", "production"], &[]);
    assert_code(&refused, 6);
}

/// Who signs for an organisation is trusted by a file, by a folder as `openssl rehash` makes it, or by the system's own store.
#[tokio::test(flavor = "multi_thread")]
async fn own_authorities_come_from_a_file_a_folder_or_the_system() {
    let site = Site::start().await;
    let front = site.usual().await;
    let folder = site.authority.folder();
    let empty = tempfile::tempdir().unwrap().path().display().to_string();
    let run = |variables: &[(&str, &str)], inside: Option<&str>| {
        let mut command = site.command_elsewhere(&front, inside);
        command
            .env_remove("SSL_CERT_FILE")
            .envs(variables.iter().copied());
        tokio::task::block_in_place(|| command.output().unwrap())
    };
    assert_code(&run(&[("SSL_CERT_DIR", &folder)], None), 0);
    let refused = run(&[("SSL_CERT_DIR", &empty)], None);
    assert!(matches!(refused.status.code(), Some(4 | 6)), "{}", said(&refused));
    // What the system has does not know it, until it is put there: in a view of the files that nobody else has.
    assert_code(&run(&[], None), 6);
    let store = format!("mount --bind '{folder}' /etc/ssl/certs && exec \"$@\"");
    if can_have_an_own_view() {
        assert_code(&run(&[], Some(&store)), 0);
    } else {
        println!("skipped: there is no right to an own view of the files");
    }
}

fn can_have_an_own_view() -> bool {
    let tried = Command::new("unshare").args(["-rm", "true"]).output();
    tried.is_ok_and(|it| it.status.success())
}

/// A program that serves until the test ends.
struct Daemon {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Daemon {
    /// Starts it on a free port, and waits until it listens. Another program may take the port in between: then once more.
    fn start(command: impl Fn(u16, &std::path::Path) -> Command) -> Self {
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            let folder = tempfile::tempdir().unwrap();
            let mut command = command(port, folder.path());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let program = command.get_program().to_owned();
            let child = command.spawn().unwrap_or_else(|error| {
                panic!("{program:?}: {error}; scripts/system-packages test installs it")
            });
            let mut daemon = Self {
                child,
                port,
                _folder: folder,
            };
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(10) && daemon.child.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return daemon;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        panic!("it does not listen");
    }

    /// A proxy of HTTP that lets those with the password through to one port.
    fn tinyproxy(to: u16) -> Self {
        Self::start(|port, folder| {
            let settings = format!(
                "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nBasicAuth mara p4ss-w0rd\nConnectPort {to}\nTimeout 60\n"
            );
            let file = folder.join("settings");
            std::fs::write(&file, settings).unwrap();
            let mut command = Command::new("tinyproxy");
            command.arg("-d").arg("-c").arg(file);
            command
        })
    }

    fn microsocks() -> Self {
        Self::start(|port, _| {
            let mut command = Command::new("microsocks");
            command.args([
                "-i",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-u",
                "mara",
                "-P",
                "p4ss-w0rd",
            ]);
            command
        })
    }
}

/// A port on which nobody listens.
fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_http_is_gone_through_and_named() {
    let site = Site::start().await;
    let front = site.usual().await;
    let proxy = Daemon::tinyproxy(front.port);
    let at = format!("127.0.0.1:{}", proxy.port);
    let with = |name: &str| format!("http://{name}@{at}");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let through = site.run(&front, &LIST, &[(variable, &with("mara:p4ss-w0rd"))]);
        assert_code(&through, 0);
    }
    let elsewhere = Daemon::tinyproxy(closed());
    let dead = closed();
    for (proxy, says) in [
        (
            format!("http://{at}"),
            format!("The proxy http://{at} wants a user name and a password"),
        ),
        (
            // This proxy answers 401 to a wrong password, as if it were the server.
            with("mara:wr0ng"),
            format!("The proxy http://{at} does not reach the server, or does not let you through"),
        ),
        (
            format!("http://mara:p4ss-w0rd@127.0.0.1:{}", elsewhere.port),
            format!(
                "The proxy http://127.0.0.1:{} does not reach the server",
                elsewhere.port
            ),
        ),
        (
            format!("http://mara:p4ss-w0rd@127.0.0.1:{dead}"),
            format!("The proxy http://127.0.0.1:{dead} cannot be reached"),
        ),
    ] {
        let refused = site.run_elsewhere(&front, &LIST, &[("HTTPS_PROXY", &proxy), ("NO_PROXY", "")]);
        assert_code(&refused, 4);
        let told = said(&refused);
        assert!(told.contains(&says), "{told}");
        assert!(!told.contains("p4ss-w0rd") && !told.contains("wr0ng"), "{told}");
    }
    let around = site.run(
        &front,
        &LIST,
        &[
            ("HTTPS_PROXY", &format!("http://127.0.0.1:{dead}")),
            ("NO_PROXY", "localhost"),
        ],
    );
    assert_code(&around, 0);
    // A certificate is looked at through a proxy, too.
    let other = Authority::new().file();
    let untrusted = [("HTTPS_PROXY", with("mara:p4ss-w0rd")), ("SSL_CERT_FILE", other)];
    let untrusted: Vec<_> = untrusted
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_code(&site.run(&front, &LIST, &untrusted), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_socks_is_gone_through_and_named() {
    let site = Site::start().await;
    let front = site.usual().await;
    let proxy = Daemon::microsocks();
    let at = format!("127.0.0.1:{}", proxy.port);
    for scheme in ["socks5", "socks5h"] {
        let through = format!("{scheme}://mara:p4ss-w0rd@{at}");
        assert_code(&site.run(&front, &LIST, &[("ALL_PROXY", &through)]), 0);
    }
    let dead = closed();
    for (proxy, says) in [
        (
            format!("socks5h://mara:wr0ng@{at}"),
            format!("The proxy socks5h://{at} wants a user name and a password"),
        ),
        (format!("socks5h://{at}"), format!("The proxy socks5h://{at} ")),
        (
            format!("socks5h://127.0.0.1:{dead}"),
            format!("The proxy socks5h://127.0.0.1:{dead} cannot be reached"),
        ),
    ] {
        let refused = site.run_elsewhere(&front, &LIST, &[("ALL_PROXY", &proxy), ("NO_PROXY", "")]);
        assert_code(&refused, 4);
        assert!(said(&refused).contains(&says), "{}", said(&refused));
    }
    let nobody = Serving {
        port: closed(),
        connections: front.connections.clone(),
    };
    let through = format!("socks5h://mara:p4ss-w0rd@{at}");
    let refused = site.run_elsewhere(&nobody, &LIST, &[("ALL_PROXY", &through), ("NO_PROXY", "")]);
    assert_code(&refused, 4);
    assert!(
        said(&refused).contains("does not reach the server"),
        "{}",
        said(&refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_this_machine_goes_through_no_proxy() {
    let site = TestWorkspace::start().await;
    let dead = format!("http://127.0.0.1:{}", closed());
    let variables =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, dead.as_str()));
    assert_code(&site.run_at(&site.running.api_url(), &LIST, "", &variables), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_differs_is_said_where_times_are_told() {
    let site = Site::start().await;
    let create = ["create", "--env", "staging", "--no-verify"];
    for (ahead, says) in [
        (0, None),
        (100, None),
        (-100, None),
        (610, Some("10 minutes behind the server's")),
        (-610, Some("10 minutes ahead of the server's")),
    ] {
        let front = site.front("localhost", LONG_AGO, SOON, ahead).await;
        for arguments in [&LIST[..], &["activity", "--env", "production"], &create] {
            let output = site.run(&front, arguments, &[]);
            assert_code(&output, 0);
            let told = said(&output);
            match says {
                None => assert!(!told.contains("clock"), "{told}"),
                Some(says) => assert_eq!(told.matches(says).count(), 1, "{told}"),
            }
        }
    }
}

/// A server that asks to slow down, whether it says for how long or not, is waited for, and is no server that does not answer.
#[tokio::test(flavor = "multi_thread")]
async fn one_revocation_waits_for_a_server_that_asks_to_slow_down() {
    let site = TestWorkspace::start().await;
    let revoke = Endpoint {
        method: "POST",
        ending: "/revoke",
        from: 1,
    };
    for headers in ["", "retry-after: 1\r\n"] {
        let issued = site.issue("production", "leaked").await;
        let id = issued.issuance.token.id.to_string();
        let proxy = FaultProxy::at(site.running.address(), revoke, Fault::Status(429, headers, ""));
        let arguments = ["revoke", "--env", "production", id.as_str()];
        let output = std::thread::scope(|scope| {
            let running = scope.spawn(|| site.run_at(&proxy.url, &arguments, "", &[]));
            let begun = Instant::now();
            while !proxy.fired() && begun.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(5));
            }
            proxy.mend();
            running.join().unwrap()
        });
        assert!(proxy.fired());
        assert_code(&output, 0);
    }
    // A refusal is told once.
    let issued = site.issue("production", "kept").await;
    let proxy = FaultProxy::at(
        site.running.address(),
        revoke,
        Fault::Status(403, "", "{\"message\":\"Not today.\"}"),
    );
    let id = issued.issuance.token.id.to_string();
    let refused = site.run_at(&proxy.url, &["revoke", "--env", "production", &id], "", &[]);
    assert_code(&refused, 3);
    assert_eq!(
        said(&refused).matches("Not today").count(),
        1,
        "{}",
        said(&refused)
    );
}
