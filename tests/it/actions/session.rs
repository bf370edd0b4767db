//! Intents about getting in and out.

use deploy_tokens::intent::{AccessIntent, PlaceIntent, SessionIntent};
use deploy_tokens::state::{
    AppState, Connection, Dialog, Gate, Load, OwnDevice, SessionKind, SignInStage, Typed,
};
use dioxus::prelude::{ReadableExt as _, WritableExt as _};
use model::News;
use protocol::Moment;
use testkit::TestWorkspace;

use super::Stage;

fn is_password(state: AppState, wants_code: bool) -> bool {
    matches!(&*state.session.stage.peek(), SignInStage::Password { code, busy: false } if *code == wants_code)
}

impl Stage {
    async fn closed_at_its_server() -> Self {
        let site = TestWorkspace::start().await;
        let url = site.running.api_url();
        Self::closed(site, url, false).await
    }

    /// Signs in at the address that stands there.
    pub(super) async fn sign_in_by_password(&mut self) {
        let user = self.site.local().sign_in.clone().unwrap();
        self.send(SessionIntent::AskForPassword);
        self.look(|it| {
            let mut email = it.session.email;
            email.set(user.email.clone());
            // Exposed to be typed.
            it.session
                .typed(Typed::Password, user.password.expose().to_owned());
        });
        self.send(SessionIntent::SendPassword);
        self.until("a code is wanted", |it| is_password(it, true)).await;
        // Exposed to be typed.
        let code = user.totp.code_at(Moment::now()).expose().to_owned();
        self.look(|it| it.session.typed(Typed::Code, code));
        self.send(SessionIntent::SendPassword);
        self.until("the user is in", |it| *it.session.gate.peek() == Gate::Inside)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_browser_or_by_password() {
    let mut stage = Stage::closed_at_its_server().await;
    stage.with(|it| it.open());
    stage
        .until("the ways in are shown", |it| {
            *it.session.gate.peek() == Gate::Welcome
        })
        .await;
    let address = stage.look(|it| it.session.address.peek().clone());
    stage.send(SessionIntent::AddressTyped("nowhere".to_owned()));
    stage.send(SessionIntent::SignIn);
    assert!(stage.look(|it| it.session.problem.peek().is_some()));
    stage.send(SessionIntent::AddressTyped(address));
    stage.send(SessionIntent::SignIn);
    stage
        .until("a person is waited for", |it| {
            matches!(
                &*it.session.stage.peek(),
                SignInStage::Browser { opened: true, .. }
            )
        })
        .await;
    stage.send(SessionIntent::OpenSignInPage);
    assert_eq!(stage.machine.pages.borrow().len(), 2);
    stage.send(SessionIntent::CancelSignIn);
    assert!(stage.look(|it| *it.session.stage.peek() == SignInStage::Idle));
    stage.sign_in_by_password().await;
    stage
        .until("this machine is to be linked", |it| {
            matches!(&*it.dialog.open.peek(), Dialog::LinkDevice { .. })
        })
        .await;
    stage.send(AccessIntent::LinkDevice {
        name: "fast laptop".to_owned(),
    });
    stage.told("it is linked", |it| *it == News::Linked).await;
    assert_eq!(stage.look(|it| *it.session.kind.peek()), SessionKind::Kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_file_is_opened_and_the_command_line_is_asked_about() {
    let mut stage = Stage::closed_at_its_server().await;
    stage.with(|it| it.open());
    stage
        .until("the ways in are shown", |it| {
            *it.session.gate.peek() == Gate::Welcome
        })
        .await;
    stage.send(SessionIntent::Unlock);
    stage
        .until("it was opened, and nobody is signed in", |it| {
            *it.session.stage.peek() == SignInStage::Idle && *it.session.gate.peek() == Gate::Welcome
        })
        .await;
    stage.send(SessionIntent::AskForItsDevice);
    assert!(stage.look(|it| *it.dialog.open.peek() == Dialog::UseCommandLineDevice));
    // There is no command line: nothing begins.
    stage.send(SessionIntent::ContinueWithItsDevice);
    stage.send(SessionIntent::ContinueWithNewDevice);
    assert!(stage.look(|it| *it.dialog.open.peek() == Dialog::Closed));
    assert!(stage.look(|it| *it.session.stage.peek() == SignInStage::Idle));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_forgets_and_leaving_only_closes() {
    let mut stage = Stage::start().await;
    stage
        .until("the device is known", |it| {
            matches!(&*it.access.device.peek(), OwnDevice::Linked(_))
        })
        .await;
    stage.send(SessionIntent::Leave);
    assert!(stage.look(|it| *it.session.gate.peek() == Gate::Welcome
        && *it.place.connection.peek() == Connection::Opening
        && it.place.project.peek().is_none()));
    assert!(stage.machine.remembered.borrow().is_none());
    stage.send(SessionIntent::SignIn);
    stage
        .until("the session was kept", |it| {
            *it.place.connection.peek() == Connection::Open
        })
        .await;
    stage.look(|it| it.dialog.show(Dialog::SignOut { failed: false }));
    stage.send(SessionIntent::SignOut { anyway: false });
    stage.told("the user is out", |it| *it == News::SignedOut).await;
    stage.send(SessionIntent::SignIn);
    stage
        .until("nothing was kept", |it| {
            matches!(&*it.session.stage.peek(), SignInStage::Browser { .. })
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_workspace_is_opened_and_left() {
    let mut stage = Stage::closed_at_its_server().await;
    stage.send(SessionIntent::OpenLocal);
    stage.listed().await;
    assert_eq!(stage.look(|it| *it.session.kind.peek()), SessionKind::Local);
    stage.send(SessionIntent::Leave);
    // What is opened and left at once stays closed.
    stage.send(SessionIntent::OpenLocal);
    stage.send(SessionIntent::Leave);
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        stage.until("a moment", |_| true).await;
    }
    assert!(
        stage.look(|it| *it.session.gate.peek() == Gate::Welcome
            && matches!(&*it.tokens.entries.peek(), Load::Loading))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stays_signed_out_is_asked_again_when_something_is_wanted() {
    let mut stage = Stage::start().await;
    let end = "UPDATE access_tokens SET revoked_at = created_at";
    stage.site.database().execute(end, []).unwrap();
    stage.send(PlaceIntent::Refresh);
    let expired = |it: AppState| *it.session.gate.peek() == Gate::Expired;
    stage.until("the session is over", expired).await;
    stage.send(SessionIntent::StaySignedOut);
    assert!(stage.look(|it| *it.session.gate.peek() == Gate::Inside));
    stage.send(PlaceIntent::Refresh);
    stage.until("it is asked again", expired).await;
}
