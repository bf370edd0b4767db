//! Actions without a window: a virtual DOM that nobody sees, a machine and a clipboard that are made up, and a real
//! workspace behind them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deploy_tokens::actions::{
    Actions, Choice, Cleared, Clipboard, LOCAL, Location, Newest, Opened, Platform, Start,
};
use deploy_tokens::intent::{Intent, TokenIntent};
use deploy_tokens::state::{AppState, Connection, KeyState, Load, SessionKind};
use dioxus::core::{NoOpMutations, ScopeId};
use dioxus::prelude::*;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use keychain::{Item, Keychain, Raw, Read, Store, StoreKind};
use model::destinations::Sent;
use model::formats::Format;
use model::{
    Destination, Document, GivenLimits, KeychainError, KnownServer, MachineError, News, Parcel, Passage,
    Preferences, Problem,
};
use protocol::secret::{AccessToken, JournalKey, SecretText};
use protocol::{DeployToken, DeployTokenId, Lifetime, Moment, TokenEntry};
use service::Context;
use service::account::Account;
use service::devices::DeviceRecord;
use service::journal::Journal;
use tempfile::TempDir;
use testkit::{Endpoint, Fault, FaultProxy, TestWorkspace};

/// Nothing here takes longer, on however slow a machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A keychain in memory.
#[derive(Default)]
struct Memory(Mutex<HashMap<Item, String>>);

impl Read for Memory {
    fn read(&self, item: &Item) -> Result<Option<Raw>, KeychainError> {
        let found = self.0.lock().unwrap().get(item).cloned();
        Ok(found.map(|text| Raw::new(text.into_bytes())))
    }
}

impl Store for Memory {
    fn write(&self, item: &Item, value: &SecretText) -> Result<(), KeychainError> {
        // Exposed to keep it, as a keychain does.
        let text = value.expose().to_owned();
        self.0.lock().unwrap().insert(item.clone(), text);
        Ok(())
    }

    fn remove(&self, item: &Item) -> Result<(), KeychainError> {
        self.0.lock().unwrap().remove(item);
        Ok(())
    }

    fn probe(&self) -> Result<(), KeychainError> {
        Ok(())
    }

    fn time_limit(&self) -> Duration {
        PATIENCE
    }

    fn kind(&self) -> StoreKind {
        StoreKind::System
    }
}

/// The machine.
pub struct Machine {
    start: RefCell<Start>,
    address: String,
    keychain: Keychain,
    folder: TempDir,
    local: Context,
    /// The browser's pages, in order.
    pub pages: RefCell<Vec<String>>,
    /// The folder that the file manager showed last.
    pub shown: RefCell<Option<PathBuf>>,
    /// What the user was to choose, in order.
    pub choices: RefCell<Vec<Choice>>,
    /// What the user takes then.
    pub chosen: RefCell<Option<PathBuf>>,
    /// What the user said about checking.
    pub checks: Cell<bool>,
    /// For how long a CI token was asked to work.
    pub lifetime: Cell<Lifetime>,
    /// In which format a block was shown last.
    pub format: Cell<Format>,
    /// Whose session is kept.
    pub person: RefCell<Option<String>>,
    /// What was chosen of the window.
    pub preferences: Cell<Preferences>,
    /// The tokens of whose end was told, and so many days before it.
    pub told_ends: RefCell<BTreeMap<DeployTokenId, u32>>,
    /// The notifications, title and text; `None` where the system shows none.
    pub notices: RefCell<Option<Vec<(String, String)>>>,
    /// The place of the last start.
    pub remembered: RefCell<Option<Location>>,
}

impl Machine {
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The connection to the local workspace.
    pub fn local(&self) -> Context {
        self.local.clone()
    }
}

/// What is put together by the composition root, once more.
struct Shared(Rc<Machine>);

impl Platform for Shared {
    fn start(&self) -> LocalBoxFuture<'static, Start> {
        let start = self.0.start.borrow().clone();
        Box::pin(async { start })
    }

    fn remark(&self) -> Option<Problem> {
        None
    }

    fn has_local(&self) -> bool {
        true
    }

    fn proposed_address(&self) -> String {
        self.0.address.clone()
    }

    fn open_local(&self) -> LocalBoxFuture<'static, Result<Opened, Problem>> {
        let opened = Opened {
            context: self.0.local.clone(),
            origin: LOCAL.to_owned(),
            kind: SessionKind::Local,
            account: None,
            wanted: Location::default(),
            keep: Box::new(()),
        };
        Box::pin(async move { Ok(opened) })
    }

    fn account(&self, address: &str) -> Result<Account, Problem> {
        let journals = self.0.folder().join("journals");
        Ok(Account::at(address, self.0.keychain.clone(), Some(journals))?)
    }

    fn given_token(&self, _: &Account) -> Option<AccessToken> {
        None
    }

    fn open_given(&self, _: Account, _: AccessToken) -> LocalBoxFuture<'static, Result<Opened, Problem>> {
        Box::pin(async { Err(Problem::Stopped) })
    }

    fn known(&self) -> LocalBoxFuture<'static, Vec<KnownServer>> {
        let address = self.0.address.clone();
        let person = self.0.person.borrow().clone();
        Box::pin(async { vec![KnownServer { address, person }] })
    }

    fn remember_person(&self, _: &str, person: Option<String>) {
        self.0.person.replace(person);
    }

    fn preferences(&self) -> LocalBoxFuture<'static, Preferences> {
        let chosen = self.0.preferences.get();
        Box::pin(async move { chosen })
    }

    fn remember_preferences(&self, chosen: Preferences) {
        self.0.preferences.set(chosen);
    }

    fn told_ends(&self) -> LocalBoxFuture<'static, BTreeMap<DeployTokenId, u32>> {
        let told = self.0.told_ends.borrow().clone();
        Box::pin(async { told })
    }

    fn remember_told_end(&self, token: DeployTokenId, days: Option<u32>) {
        let mut told = self.0.told_ends.borrow_mut();
        match days {
            Some(days) => told.insert(token, days),
            None => told.remove(&token),
        };
    }

    fn notify(&self, title: String, text: String) -> BoxFuture<'static, Result<(), Problem>> {
        let mut notices = self.0.notices.borrow_mut();
        let shown = notices.as_mut().map(|it| it.push((title, text)));
        Box::pin(async move { shown.ok_or_else(|| MachineError::NotNotified.into()) })
    }

    fn can_notify(&self) -> bool {
        true
    }

    fn key_file_in_use(&self) -> Option<PathBuf> {
        None
    }

    fn wanted(&self, _: &str) -> LocalBoxFuture<'static, Location> {
        Box::pin(async { Location::default() })
    }

    fn remember(&self, open: Option<(&str, Location)>) {
        self.0.remembered.replace(open.map(|(_, spot)| spot));
    }

    fn lifetime(&self) -> LocalBoxFuture<'static, Lifetime> {
        let lifetime = self.0.lifetime.get();
        Box::pin(async move { lifetime })
    }

    fn remember_lifetime(&self, lifetime: Lifetime) {
        self.0.lifetime.set(lifetime);
    }

    fn format(&self) -> LocalBoxFuture<'static, Format> {
        let format = self.0.format.get();
        Box::pin(async move { format })
    }

    fn remember_format(&self, format: Format) {
        self.0.format.set(format);
    }

    fn can_send(&self) -> bool {
        true
    }

    fn program(&self, destination: &Destination) -> LocalBoxFuture<'static, Result<PathBuf, Problem>> {
        let found = courier::Courier::default().program(destination);
        Box::pin(async { Ok(found?) })
    }

    fn send(&self, destination: Destination, parcel: Parcel) -> BoxFuture<'static, Result<Sent, Problem>> {
        Box::pin(async move { Ok(courier::Courier::default().send(&destination, &parcel).await?) })
    }

    fn save(&self, path: PathBuf, text: SecretText) -> LocalBoxFuture<'static, Result<(), Problem>> {
        // Exposed to be looked at by a test.
        let saved = std::fs::write(&path, text.expose());
        let problem = |cause: std::io::Error| MachineError::NotWritten {
            path,
            cause: cause.into(),
        };
        let saved = saved.map_err(|cause| problem(cause).into());
        Box::pin(async { saved })
    }

    fn checks(&self, _: &str) -> LocalBoxFuture<'static, bool> {
        let checks = self.0.checks.get();
        Box::pin(async move { checks })
    }

    fn note_checks(&self, _: &str, on: bool) -> LocalBoxFuture<'static, Result<(), Problem>> {
        self.0.checks.set(on);
        Box::pin(async { Ok(()) })
    }

    fn key_file(&self) -> Option<bool> {
        Some(false)
    }

    fn unlock(&self, _: SecretText) -> LocalBoxFuture<'static, Result<(), Problem>> {
        Box::pin(async { Ok(()) })
    }

    fn open_page(&self, address: &str) -> Result<(), Problem> {
        self.0.pages.borrow_mut().push(address.to_owned());
        Ok(())
    }

    fn report_folder(&self) -> Option<PathBuf> {
        Some(self.0.folder())
    }

    fn data_folder(&self) -> Option<PathBuf> {
        Some(self.0.folder())
    }

    fn open_folder(&self, folder: Option<PathBuf>) -> LocalBoxFuture<'static, Result<(), Problem>> {
        self.0.shown.replace(folder);
        Box::pin(async { Ok(()) })
    }

    fn choose(&self, choice: Choice) -> LocalBoxFuture<'static, Option<PathBuf>> {
        let chosen = self.0.chosen.borrow().clone();
        self.0.choices.borrow_mut().push(choice);
        Box::pin(async { chosen })
    }

    fn read_document(&self, _: Document) -> LocalBoxFuture<'static, Result<Vec<Passage>, Problem>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// The clipboard; what is in it may be looked at.
#[derive(Clone, Default)]
pub struct Paper(pub Rc<RefCell<String>>);

impl Clipboard for Paper {
    fn copy(&self, text: String) -> LocalBoxFuture<'static, Result<(), Problem>> {
        self.0.replace(text);
        Box::pin(async { Ok(()) })
    }

    fn copy_secret(
        &self,
        text: SecretText,
        _: Option<Duration>,
    ) -> LocalBoxFuture<'static, Result<(), Problem>> {
        // Exposed to be looked at by a test.
        self.copy(text.expose().to_owned())
    }

    fn paste(&self) -> LocalBoxFuture<'static, Result<SecretText, Problem>> {
        let text = SecretText::new(self.0.borrow().clone());
        Box::pin(async { Ok(text) })
    }

    fn clear(&self) -> LocalBoxFuture<'static, Result<Cleared, Problem>> {
        self.0.take();
        Box::pin(async { Ok(Cleared::Ours) })
    }
}

#[derive(Clone)]
struct Parts {
    machine: Rc<Machine>,
    paper: Paper,
    made: Rc<RefCell<Option<(AppState, Actions)>>>,
}

#[component]
fn Root() -> Element {
    use_hook(|| {
        let parts = consume_context::<Parts>();
        let state = AppState::make();
        let actions = Actions::make(
            state,
            Rc::new(Shared(Rc::clone(&parts.machine))),
            Rc::new(parts.paper),
            GivenLimits::default(),
            Newest::default(),
        );
        parts.made.replace(Some((state, actions)));
    });
    rsx! {}
}

/// All of it.
pub struct Stage {
    dom: VirtualDom,
    pub state: AppState,
    actions: Actions,
    pub machine: Rc<Machine>,
    pub paper: Paper,
    pub site: TestWorkspace,
}

impl Stage {
    /// Opened at a workspace's server, signed in, on a machine that is linked.
    pub async fn start() -> Self {
        let site = TestWorkspace::start().await;
        let url = site.running.api_url();
        Self::at(site, url).await
    }

    /// The same, with a fault between the window and the server, from the n-th call of an endpoint on.
    pub async fn behind(
        method: &'static str,
        ending: &'static str,
        from: usize,
        fault: Fault,
    ) -> (Self, FaultProxy) {
        let site = TestWorkspace::start().await;
        let endpoint = Endpoint { method, ending, from };
        let proxy = FaultProxy::at(site.running.address(), endpoint, fault);
        let stage = Self::at(site, proxy.url.clone()).await;
        (stage, proxy)
    }

    /// The same, at another address of it.
    pub async fn at(site: TestWorkspace, url: String) -> Self {
        let mut stage = Self::closed(site, url, true).await;
        stage.open().await;
        stage
    }

    /// At a server, not opened; with a session and a device in the keychain or without.
    pub async fn closed(site: TestWorkspace, url: String, signed_in: bool) -> Self {
        let keychain = Keychain::with_store(Arc::new(Memory::default()));
        let folder = TempDir::new().unwrap();
        let key = JournalKey::fill_with(|bytes| bytes.fill(7));
        let journal = Journal::open(folder.path().join("local"), key, LOCAL);
        let machine = Rc::new(Machine {
            start: RefCell::new(Start::Server(url.clone())),
            address: url.clone(),
            keychain: keychain.clone(),
            folder,
            local: site.context.clone().with_journal(Arc::new(journal)),
            pages: RefCell::default(),
            shown: RefCell::default(),
            choices: RefCell::default(),
            chosen: RefCell::default(),
            checks: Cell::new(true),
            lifetime: Cell::default(),
            format: Cell::default(),
            person: RefCell::default(),
            preferences: Cell::default(),
            told_ends: RefCell::default(),
            notices: RefCell::new(Some(Vec::new())),
            remembered: RefCell::default(),
        });
        if signed_in {
            let account = Account::at(&url, keychain, None).unwrap();
            account.keep(&site.local().access_token).await.unwrap();
            let record = DeviceRecord {
                device: site.own_device(),
                name: "this machine".to_owned(),
                platform: "linux".to_owned(),
                created_at: Moment::now(),
            };
            let save = move || account.devices().save(&record);
            tokio::task::spawn_blocking(save).await.unwrap().unwrap();
        }
        let parts = Parts {
            machine: Rc::clone(&machine),
            paper: Paper::default(),
            made: Rc::default(),
        };
        let mut dom = VirtualDom::new(Root).with_root_context(parts.clone());
        dom.rebuild_in_place();
        let (state, actions) = parts.made.take().unwrap();
        Self {
            dom,
            state,
            actions,
            machine,
            paper: parts.paper,
            site,
        }
    }

    /// At the local workspace, not opened.
    pub async fn closed_at_the_local_workspace() -> Self {
        let site = TestWorkspace::start().await;
        let url = site.running.api_url();
        let stage = Self::closed(site, url, false).await;
        stage.machine.start.replace(Start::Local);
        stage
    }

    pub async fn open(&mut self) {
        self.with(|it| it.open());
        self.until("the window is open", |state| {
            *state.place.connection.peek() == Connection::Open
                && matches!(&*state.place.key.peek(), KeyState::Held { .. })
        })
        .await;
        self.listed().await;
    }

    /// Does something as the window does it.
    pub fn with<T>(&self, act: impl FnOnce(&Actions) -> T) -> T {
        self.dom.in_scope(ScopeId::APP, || act(&self.actions))
    }

    /// Looks at the state, or changes it as a component does.
    pub fn look<T>(&self, look: impl FnOnce(AppState) -> T) -> T {
        self.dom.in_scope(ScopeId::APP, || look(self.state))
    }

    pub fn send(&self, intent: impl Into<Intent>) {
        self.with(|it| it.carry_out(intent.into()));
    }

    /// Runs the window until something is so.
    pub async fn until(&mut self, what: &str, is: impl Fn(AppState) -> bool) {
        let begun = std::time::Instant::now();
        loop {
            self.dom.render_immediate(&mut NoOpMutations);
            if self.look(&is) {
                return;
            }
            if begun.elapsed() > PATIENCE {
                let told =
                    self.look(|it| (it.toasts.shown.peek().clone(), it.dialog.operation.peek().clone()));
                panic!("never: {what}; it is {told:?}");
            }
            let pause = Duration::from_millis(5);
            drop(tokio::time::timeout(pause, self.dom.wait_for_work()).await);
        }
    }

    /// Asks for something until it is so: looking into the journal takes hold of its entries for a moment, and who comes then
    /// is told to try again.
    pub async fn insist(&mut self, intent: impl Into<Intent>, is: impl Fn(AppState) -> bool) {
        let (begun, intent) = (std::time::Instant::now(), intent.into());
        while !self.look(&is) {
            assert!(begun.elapsed() < PATIENCE, "never: {intent:?}");
            self.send(intent.clone());
            for _ in 0..100 {
                self.until("a moment", |_| true).await;
                if self.look(&is) {
                    return;
                }
                drop(tokio::time::timeout(Duration::from_millis(5), self.dom.wait_for_work()).await);
            }
        }
    }

    /// Looks at the one operation that was interrupted, and gives its name in the journal.
    pub async fn look_up_interrupted(&mut self) -> String {
        self.until("it is noted", |it| it.place.interrupted.peek().len() == 1)
            .await;
        self.send(TokenIntent::ShowInterrupted);
        let looked_up = |it: AppState| matches!(&*it.place.found.peek(), Load::Ready(all) if all.len() == 1);
        self.until("it was looked up", looked_up).await;
        self.look(|it| match &*it.place.found.peek() {
            Load::Ready(all) => all[0].id.clone(),
            _ => String::new(),
        })
    }

    /// Runs it until something was told.
    pub async fn told(&mut self, what: &str, is: impl Fn(&News) -> bool) {
        let shown = |state: AppState| state.toasts.shown.peek().iter().any(|it| is(&it.news));
        self.until(what, shown).await;
    }

    /// Runs it until the list of tokens is there.
    pub async fn listed(&mut self) {
        let there = |state: AppState| matches!(&*state.tokens.entries.peek(), Load::Ready(_));
        self.until("the tokens are listed", there).await;
    }

    /// A token of the list.
    pub fn token(&self, name: &str) -> Option<DeployToken> {
        self.look(|state| match &*state.tokens.entries.peek() {
            Load::Ready(all) => all
                .iter()
                .filter_map(TokenEntry::token)
                .filter(|it| it.name == name)
                .max_by_key(|it| it.is_active())
                .cloned(),
            _ => None,
        })
    }
}
