//! A server elsewhere: the workspace over real HTTP in this process, with everything that its other users can do.

use std::time::Duration;

use client::{ApiAddress, Client};
use protocol::crypto::DeviceIdentity;
use protocol::secret::AccessToken;
use protocol::{DeviceId, Moment};
use service::{Context, LinkedDevice, fulfil_all, fulfillable};
use tokio::runtime::Runtime;
use workspace::{LocalSignIn, Workspace};

use crate::{data, fill, program};
use testkit::Vault;
use testkit::driver::{App, Desktop, DesktopBuilder, State};
use testkit::{TestWorkspace, any_port, http_client, options};

/// A browser that only notes which page it was asked for.
const BROWSER: &str = "#!/bin/sh\nprintf '%s' \"$1\" > \"$HOME/opened-page\"\n";

pub struct Server {
    pub runtime: Runtime,
    pub site: TestWorkspace,
}

impl Server {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let site = runtime.block_on(TestWorkspace::start());
        Self { runtime, site }
    }

    pub fn api(&self) -> String {
        self.site.running.api_url()
    }

    /// How its user signs in.
    pub fn user(&self) -> LocalSignIn {
        self.site.local().sign_in.clone().unwrap()
    }

    /// The window on this server.
    pub fn open(&self, desktop: &std::sync::Arc<Desktop>) -> App {
        desktop.launch(program(), &["--data", &data(desktop), "--api", &self.api()])
    }

    /// The window on this server at an address of it, where the owner is signed in on the workspace's own device, once its table
    /// is there; and its desktop.
    pub fn owners_window(&self, api: &str) -> (std::sync::Arc<Desktop>, App) {
        let desktop = Desktop::new()
            .env("GHOSTABLE_TOKEN", self.site.user_token())
            .start();
        let folder = self.site.folder.path().display().to_string();
        let app = desktop.launch(program(), &["--data", &folder, "--api", api]);
        app.find("table", "Deploy tokens");
        (desktop, app)
    }

    /// The window on this server, where the first person with this role has signed in by password and is asked to link.
    pub fn open_as(&self, desktop: &std::sync::Arc<Desktop>, role: &str) -> App {
        let email: String = self
            .site
            .database()
            .query_row(
                "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.role = ?1
                ORDER BY u.rowid LIMIT 1",
                [role],
                |row| row.get(0),
            )
            .unwrap();
        let app = self.open(desktop);
        app.find("push button", "Sign in").press();
        app.find("push button", "Use e-mail and password").press();
        app.find("password text", "Password");
        fill(&app, "entry", "E-mail address", &email);
        fill(&app, "password text", "Password", self.user().password.expose());
        app.find("push button", "Sign in")
            .wait(State::Enabled, true)
            .press();
        app.find("dialog", "Link this machine");
        app
    }

    /// The context of its own device, which holds every key.
    pub fn colleague(&self) -> Context {
        let local = self.site.local();
        self.context(Some(LinkedDevice {
            id: local.device_id.clone(),
            identity: local.identity.clone(),
        }))
    }

    pub fn context(&self, device: Option<LinkedDevice>) -> Context {
        Context::new(self.client(), device)
    }

    fn client(&self) -> Client {
        let address = ApiAddress::parse(&self.api()).unwrap();
        let token = AccessToken::new(self.site.user_token().to_owned());
        Client::new(address, &token).unwrap()
    }

    /// Shares every key that somebody waits for, and gives how many.
    pub fn fulfil_all(&self) -> usize {
        let context = self.colleague();
        self.runtime.block_on(async {
            let waiting = fulfillable(&context).await.unwrap().requests.list;
            for done in fulfil_all(&context, &waiting, &|_| {}).await {
                done.outcome.unwrap();
            }
            waiting.len()
        })
    }

    /// The current devices, by name, with their ids.
    pub fn devices(&self) -> Vec<(String, DeviceId, bool)> {
        let client = self.client();
        let project = self.site.local().project_id.clone();
        let environment = protocol::EnvironmentName::new("production");
        let devices = self
            .runtime
            .block_on(client.devices(&project, &environment))
            .unwrap();
        devices
            .list
            .into_iter()
            .map(|device| {
                let active = device.recipient_key().is_some();
                (device.label().to_owned(), device.id, active)
            })
            .collect()
    }

    /// Ids of the recipients of an environment's key, in order.
    pub fn entries(&self, environment: &str) -> Vec<String> {
        let path = self.site.environment(environment, "/key");
        let (status, body) = self.runtime.block_on(self.site.get(&path));
        assert_eq!(status, 200, "{body}");
        let envelope = &body["data"]["relationships"]["envelope"]["data"]["attributes"];
        let entries = envelope["recipients"].as_array().unwrap().iter();
        entries.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }

    pub fn register(&self, name: &str) -> (DeviceId, DeviceIdentity) {
        self.runtime.block_on(self.site.register_device(name))
    }

    /// Whether one of the user's own devices may hold keys.
    pub fn is_active(&self, id: &DeviceId) -> bool {
        let own = self.runtime.block_on(self.client().own_devices()).unwrap();
        own.list
            .iter()
            .any(|it| it.device.id == *id && it.device.recipient_key().is_some())
    }

    pub fn revoke_device(&self, id: &DeviceId) {
        self.runtime.block_on(self.client().revoke_device(id)).unwrap();
    }

    /// Ends every session, as somebody who changes the password elsewhere.
    pub fn end_sessions(&self) {
        let own = self.site.user_token();
        let ended = self
            .site
            .database()
            .execute(
                "DELETE FROM access_tokens WHERE id NOT IN (SELECT id FROM access_tokens ORDER BY rowid LIMIT 1)",
                [],
            )
            .unwrap();
        assert!(ended > 0, "there was a session beside {} characters", own.len());
    }

    /// Confirms or cancels the sign-in of a page, as a browser does with its form.
    pub fn decide(&self, page: &str, decision: &str, password: &str) -> u16 {
        let page = reqwest::Url::parse(page).unwrap();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("decision", decision)
            .append_pair("password", password)
            .finish();
        self.runtime.block_on(async {
            let request = http_client()
                .post(page.clone())
                .header("origin", page.origin().ascii_serialization())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form);
            request.send().await.unwrap().status().as_u16()
        })
    }

    /// Confirms the sign-in whose page the browser was asked for.
    pub fn confirm(&self, app: &App) {
        let page = opened_page(app);
        assert_eq!(self.decide(&page, "allow", self.user().password.expose()), 200);
    }

    /// Stops answering meanwhile, and is there again at the same address.
    pub fn gone_while(&mut self, look: impl FnOnce()) {
        let (runtime, site) = (&self.runtime, &mut self.site);
        let address = site.running.address();
        let elsewhere = tempfile::tempdir().unwrap();
        let serve = |folder: &std::path::Path, address| {
            let workspace = Workspace::open(options(folder)).unwrap();
            runtime.block_on(workspace.serve(address)).unwrap()
        };
        // Something has to be in its place.
        let gone = std::mem::replace(&mut site.running, serve(elsewhere.path(), any_port()));
        runtime.block_on(gone.shutdown());
        look();
        site.running = serve(site.folder.path(), address);
    }

    /// The one-time code of this moment.
    pub fn code(&self) -> String {
        self.user().totp.code_at(Moment::now()).expose().to_owned()
    }
}

/// A desktop with a browser.
pub fn with_browser(desktop: DesktopBuilder) -> std::sync::Arc<Desktop> {
    use std::os::unix::fs::PermissionsExt as _;
    let desktop = desktop.start();
    let path = browser(&desktop);
    std::fs::write(&path, BROWSER).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    desktop.set("BROWSER", &path.display().to_string());
    desktop
}

fn browser(desktop: &Desktop) -> std::path::PathBuf {
    desktop.home().join("browser")
}

/// The page that the browser was asked for last; it is then forgotten.
pub fn opened_page(app: &App) -> String {
    let file = app.home().join("opened-page");
    app.wait_for("the browser to be asked for a page", || {
        let page = std::fs::read_to_string(&file)
            .ok()
            .filter(|page| !page.is_empty())?;
        std::fs::remove_file(&file).ok()?;
        Some(page)
    })
}

/// What is in the keyring of a desktop.
pub fn vault(desktop: &Desktop) -> Vault {
    Vault {
        address: desktop.bus().to_owned(),
    }
}

/// A pause for what must not happen.
pub fn a_while() {
    std::thread::sleep(Duration::from_millis(1500));
}
