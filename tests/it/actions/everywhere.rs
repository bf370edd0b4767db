//! Intents about what somebody should look at, everywhere.

use deploy_tokens::intent::{AuditIntent, PlaceIntent};
use deploy_tokens::state::{AppState, Confirm, ConfirmKind, Dialog, Section};
use dioxus::prelude::ReadableExt as _;
use model::{AuditFact, AuditFinding, TokenHealth};
use testkit::{Endpoint, Fault};

use super::Stage;

fn is_whole(state: AppState) -> bool {
    let found = state.audit.found.peek();
    !state.audit.is_running() && found.as_ref().is_some_and(|it| it.audit.is_whole())
}

fn findings(state: AppState) -> Vec<AuditFinding> {
    let found = state.audit.found.peek();
    found
        .as_ref()
        .map_or_else(Vec::new, |it| it.audit.findings.clone())
}

/// Of a token of another project than the one that is open.
fn elsewhere(state: AppState, is_it: impl Fn(&AuditFact) -> bool) -> Option<AuditFinding> {
    let open = state.place.project.peek().as_ref().map(|it| it.id.clone());
    let all = findings(state).into_iter();
    all.filter(|it| Some(&it.project) != open.as_ref())
        .find(|it| is_it(&it.fact))
}

impl Stage {
    /// Opens the project in which there is nothing to do.
    async fn open_the_other_project(&mut self) {
        let other = self.look(|it| it.place.projects.peek()[1].id.clone());
        let wanted = other.clone();
        self.send(PlaceIntent::OpenProject(other));
        self.until("it is open", move |it| {
            it.place.project.peek().as_ref().is_some_and(|it| it.id == wanted)
        })
        .await;
        self.listed().await;
    }

    async fn look_everywhere(&mut self) {
        self.send(PlaceIntent::Show(Section::Everywhere));
        self.until("everything was looked into", is_whole).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_looks_when_it_is_shown_and_says_as_of_when() {
    let mut stage = Stage::start().await;
    stage.look_everywhere().await;
    let (first, projects) = stage.look(|state| {
        let found = state.audit.found.peek().clone().unwrap();
        (found.at, found.audit.projects)
    });
    assert!(projects > 1);
    let urgency: Vec<i64> = stage.look(findings).iter().map(|it| it.fact.urgency()).collect();
    assert!(!urgency.is_empty() && urgency.is_sorted(), "{urgency:?}");
    // What is of a moment ago is not asked for again, unless somebody wants it.
    stage.send(PlaceIntent::Show(Section::Tokens));
    stage.send(PlaceIntent::Show(Section::Everywhere));
    assert!(!stage.look(|it| it.audit.is_running()));
    stage.send(AuditIntent::Look);
    assert!(stage.look(|it| it.audit.is_running()));
    stage
        .until("it was looked again", |state| {
            is_whole(state) && state.audit.found.peek().as_ref().is_some_and(|it| it.at > first)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_ends_the_look_and_keeps_what_it_has_as_a_part() {
    let (mut stage, proxy) = Stage::behind("GET", "/nothing", 1, Fault::LostBefore).await;
    // The second project is never answered.
    let second = stage.look(|it| it.place.projects.peek()[1].id.clone());
    let ending: &'static str = Box::leak(format!("/projects/{second}/environments").into_boxed_str());
    proxy.hold(Endpoint {
        method: "GET",
        ending,
        from: 1,
    });
    stage.send(PlaceIntent::Show(Section::Everywhere));
    stage
        .until("the first project is shown", |state| {
            let looking = state.audit.under_way.peek();
            looking.as_ref().is_some_and(|it| it.audit.done == 1)
        })
        .await;
    stage.send(PlaceIntent::Show(Section::Tokens));
    let (is_running, part) = stage.look(|state| (state.audit.is_running(), state.audit.found.peek().clone()));
    assert!(!is_running);
    let part = part.expect("what was found stays");
    assert!(!part.audit.is_whole() && part.audit.done == 1 && part.audit.projects > 1);
    // What comes late is not taken in, and nothing more is asked.
    proxy.let_go();
    stage.listed().await;
    let asked = proxy.seen().len();
    stage.until("a moment", |_| true).await;
    assert_eq!(proxy.seen().len(), asked);
    assert_eq!(stage.look(|it| it.audit.found.peek().clone()), Some(part));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_fails_is_named_and_a_server_that_is_away_is_said() {
    let (mut stage, proxy) = Stage::behind("GET", "/nothing", 1, Fault::LostBefore).await;
    stage.look_everywhere().await;
    let before = stage.look(findings);
    proxy.down(true);
    stage.send(AuditIntent::Look);
    stage
        .until("it failed", |it| it.audit.failed.peek().is_some())
        .await;
    assert_eq!(stage.look(findings), before, "what was known is still shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remedy_opens_the_place_and_asks() {
    let mut stage = Stage::start().await;
    stage.open_the_other_project().await;
    stage.look_everywhere().await;
    let is_unused = |it: &AuditFact| {
        let health = match it {
            AuditFact::Token { health, .. } => health,
            _ => return false,
        };
        matches!(
            health,
            TokenHealth::Unused(_) | TokenHealth::Expiring(_) | TokenHealth::Expired
        )
    };
    let finding = stage
        .look(|it| elsewhere(it, is_unused))
        .expect("the sample has something to do in another project");
    let AuditFact::Token { id, health, .. } = &finding.fact else {
        panic!("{finding:?}");
    };
    let kind = match health {
        TokenHealth::Unused(_) => ConfirmKind::Revoke,
        TokenHealth::Expiring(_) => ConfirmKind::Replace,
        _ => ConfirmKind::Rotate,
    };
    let (wanted, id) = (finding.clone(), id.clone());
    stage.send(AuditIntent::Mend(finding));
    stage
        .until("the question is asked there", move |state| {
            let place = state.place.environment.peek();
            let is_there = place.as_ref().is_some_and(|it| it.id == wanted.environment_id);
            let asks = matches!(
                &*state.dialog.open.peek(),
                Dialog::Confirm(Confirm { kind: asked, token, .. }) if *asked == kind && token.id == id
            );
            is_there && asks
        })
        .await;
    assert_eq!(stage.look(|it| *it.section.peek()), Section::Tokens);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_elsewhere_meanwhile_is_asked_nothing() {
    let mut stage = Stage::start().await;
    stage.open_the_other_project().await;
    stage.look_everywhere().await;
    let finding = stage.look(|it| elsewhere(it, |_| true)).unwrap();
    stage.send(AuditIntent::Mend(finding));
    stage.send(PlaceIntent::Show(Section::Settings));
    stage.listed().await;
    assert!(stage.look(|it| it.audit.wanted.peek().is_none()));
    assert_eq!(stage.look(|it| it.dialog.open.peek().clone()), Dialog::Closed);
}
