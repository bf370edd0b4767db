//! Settings: what is chosen there is so at once and after a restart; notifications reach the system's service over the bus.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::{open, open_with};
use testkit::driver::{App, Desktop, State};
use zbus::zvariant::OwnedValue;

/// What was shown, title and text.
type Shown = Arc<Mutex<Vec<(String, String)>>>;

/// A small notification service.
struct Service(Shown);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the specification says so")]
    fn notify(
        &self,
        _app_name: String,
        _replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        self.0.lock().unwrap().push((summary, body));
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "body-markup".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let text = |it: &str| it.to_owned();
        (text("test"), text("test"), text("1"), text("1.2"))
    }
}

/// Serves it on a desktop's bus until it is dropped.
struct Served {
    shown: Shown,
    _connection: zbus::Connection,
    _runtime: tokio::runtime::Runtime,
}

impl Served {
    fn on(desktop: &Desktop) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let shown = Shown::default();
        let service = Service(Arc::clone(&shown));
        let connect = async {
            let builder = zbus::connection::Builder::address(desktop.bus())?
                .name("org.freedesktop.Notifications")?
                .serve_at("/org/freedesktop/Notifications", service)?;
            builder.build().await
        };
        Self {
            shown,
            _connection: runtime.block_on(connect).unwrap(),
            _runtime: runtime,
        }
    }

    fn wait(&self, app: &App, title: &str) -> String {
        app.wait_for(&format!("the notification {title:?}"), || {
            let shown = self.shown.lock().unwrap();
            let found = shown.iter().find(|(it, _)| it == title);
            found.map(|(_, body)| body.clone())
        })
    }
}

fn choose(app: &App, group: &str, choice: &str) {
    let button = app.find("panel", group).find("toggle button", choice);
    button.press();
    app.find("panel", group)
        .find("toggle button", choice)
        .wait(State::Pressed, true);
}

#[test]
fn notifications_come_when_they_are_allowed_and_what_is_chosen_stays() {
    let desktop = Desktop::new().start();
    let service = Served::on(&desktop);
    let app = open_with(&desktop, &["--clear-clipboard-after", "30"]);
    app.find("push button", "Settings").press();
    app.find("heading", "Secrets in reach");
    // What a flag has set is said.
    app.wait_text("Now: 30 s, because this window was started with --clear-clipboard-after.");
    assert!(service.shown.lock().unwrap().is_empty());
    choose(&app, "Notifications", "On");
    service.wait(&app, "Notifications are on");
    // The sample workspace has one that ends in a few days.
    let body = service.wait(&app, "nightly-backup ends within 7 days");
    assert!(body.contains("production"), "{body}");
    choose(&app, "Hide an open sheet after", "15 min");
    choose(&app, "Colours", "Dark");
    drop(app);

    let app = open(&desktop);
    app.find("push button", "Settings").press();
    for (group, choice) in [
        ("Notifications", "On"),
        ("Hide an open sheet after", "15 min"),
        ("Colours", "Dark"),
    ] {
        let button = app.find("panel", group).find("toggle button", choice);
        button.wait(State::Pressed, true);
    }
    assert!(!app.text().contains("because this window was started"));
    let shown = service.shown.lock().unwrap();
    let again = shown
        .iter()
        .filter(|(title, _)| title.starts_with("nightly-backup"))
        .count();
    assert_eq!(again, 1, "over two starts");
}
