//! What goes on beside the window: it stays off its thread, it ends with the session, and nothing of a server survives it.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Weak};

use deploy_tokens::intent::{EmergencyIntent, SessionIntent, SheetIntent, TokenIntent};
use deploy_tokens::state::{
    AppState, CommandLineOffer, Confirm, ConfirmKind, Copied, Dialog, EmergencyRun, Entries, Gate, Holders,
    KeyState, LeakSearch, Load, Operation, OwnDevice, Section, SessionKind, SignInStage, Sort, StatusFilter,
    Taken, Typed, Verification,
};
use dioxus::prelude::*;
use model::{
    Checklist, ClosedSheet, Grace, Membership, News, Pause, Problem, PublicText, Replacement, SignInWork,
    Step, TokenColumn, Unfinished, Uses, Values,
};
use protocol::secret::CiToken;
use protocol::{ActivityKind, DeployTokenId, Lifetime, Moment, NotKnown, Requests};
use service::Context;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::Stage;

/// Counts what is done to the journal's files on the thread that it is set for.
#[derive(Clone, Default)]
struct Touched(Arc<AtomicUsize>);

impl Subscriber for Touched {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "deploy_tokens_service::journal::file"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, SeqCst);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The window's thread is the test's: the runtime's are others.
#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_never_touched_on_the_windows_thread() {
    let touched = Touched::default();
    // With one subscriber alone, tracing asks the thread that comes by first whether anybody listens at all.
    let _second = tracing::Dispatch::new(touched.clone());
    let _set = tracing::subscriber::set_default(touched.clone());
    let mut stage = Stage::start().await;
    let token = stage.create("quiet-ci").await;
    stage.close_sheet().await;
    stage.look(|it| {
        it.dialog.show(Dialog::Confirm(Confirm {
            kind: ConfirmKind::Replace,
            token: token.clone(),
            type_name: false,
        }));
    });
    stage.send(TokenIntent::Replace(
        token.clone(),
        Lifetime::default(),
        Grace::Asked,
    ));
    stage
        .until("it is checked", |it| {
            matches!(&*it.sheet.verification.peek(), Verification::Verified { .. })
        })
        .await;
    stage.close_sheet().await;
    stage
        .until("it is being replaced", |it| {
            it.tokens.replacements.peek().iter().any(|it| it.handed_over)
        })
        .await;
    let forget = TokenIntent::ForgetReplacement(token.id.clone());
    stage
        .insist(forget, |it| it.tokens.replacements.peek().is_empty())
        .await;
    stage.create("unwanted-ci").await;
    stage.send(SheetIntent::RevokeIssued);
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
    stage.send(EmergencyIntent::Look);
    stage
        .until("everything was looked at", |it| {
            matches!(&*it.emergency.active.peek(), Load::Ready(_))
        })
        .await;
    stage.look(|it| it.emergency.choose([token.id.clone()], true));
    stage.send(EmergencyIntent::Revoke);
    stage
        .until("it is over", |it| {
            it.emergency
                .run
                .peek()
                .as_ref()
                .is_some_and(|run| run.incident.is_some())
        })
        .await;
    stage.send(SessionIntent::Leave);
    stage.send(SessionIntent::SignIn);
    stage.listed().await;
    assert_eq!(touched.0.load(SeqCst), 0);

    // What is counted would be seen.
    let (folder, key) = (stage.machine.folder(), [7; 32]);
    let key = protocol::secret::JournalKey::fill_with(|bytes| bytes.copy_from_slice(&key));
    let journal = service::journal::Journal::open(folder.join("here"), key, "here");
    let context = stage.site.context.clone().with_journal(Arc::new(journal));
    let place = stage.site.place("production").await;
    let name = protocol::TokenName::parse("seen-ci").unwrap();
    let issued = service::create(&context, &place, &name, &testkit::silent)
        .await
        .unwrap();
    issued.entry.unwrap().handed_over().unwrap();
    assert!(touched.0.load(SeqCst) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_takes_the_connection_from_the_timer_of_a_replaced_token() {
    let mut stage = Stage::start().await;
    let token = stage.create("timed-ci").await;
    stage.close_sheet().await;
    stage.look(|it| it.dialog.show(Dialog::Create));
    stage.send(TokenIntent::Replace(
        token.clone(),
        Lifetime::default(),
        Grace::Hour,
    ));
    stage
        .until("the sheet is open", |it| it.sheet.issuance.peek().is_some())
        .await;
    stage.close_sheet().await;
    stage
        .until("its end is set", |it| it.tokens.due.peek().len() == 1)
        .await;
    let context: Weak<Context> = stage.with(|it| it.connection());
    assert!(context.upgrade().is_some());
    stage.send(SessionIntent::Leave);
    stage
        .told(
            "it is not revoked by itself any more",
            |it| matches!(it, News::ReplacementLeft { name } if name == "timed-ci"),
        )
        .await;
    stage
        .until("nothing holds the connection", |_| context.upgrade().is_none())
        .await;
    assert!(stage.site.active().await.iter().any(|it| it.token.id == token.id));
    stage.send(SessionIntent::SignIn);
    stage
        .until("the replacement is listed again", |it| {
            it.tokens.replacements.peek().iter().any(|it| it.old == token.id)
        })
        .await;
}

/// Everything that a store shows, as text.
fn shown(state: AppState) -> String {
    let AppState {
        section,
        audit: _,
        chosen: _,
        emergency,
        session,
        access,
        activity,
        checklists,
        place,
        tokens,
        dialog,
        sheet,
        clipboard: _,
        about,
        // This machine's, whatever is open.
        settings: _,
        toasts,
    } = state;
    let secrets = [
        session.password,
        session.code,
        session.passphrase,
        session.passphrase_again,
    ];
    let parts = [
        format!("{:?}", section.peek()),
        format!(
            "{:?} {} {} {:?} {:?} {} {} {:?} {:?} {:?} {:?} {}",
            emergency.active.peek(),
            emergency.renews.peek(),
            emergency.projects.peek(),
            emergency.unlisted.peek(),
            emergency.stale.peek(),
            emergency.refreshing.peek(),
            emergency.search.peek(),
            emergency.selected.peek(),
            emergency.unfinished.peek(),
            emergency.run.peek(),
            emergency.leak.peek(),
            emergency.leaked().is_some(),
        ),
        format!(
            "{:?} {:?} {:?} {} {:?} {:?} {:?} {} {:?}",
            session.gate.peek(),
            session.kind.peek(),
            session.pause.peek(),
            session.address.peek(),
            session.stage.peek(),
            session.problem.peek(),
            session.command_line.peek(),
            session.email.peek(),
            secrets.map(|it| it.peek().is_blank()),
        ),
        format!(
            "{:?} {} {:?} {:?} {:?} {:?} {:?}",
            access.device.peek(),
            access.borrowed.peek(),
            access.own.peek(),
            access.holders.peek(),
            access.requests.peek(),
            access.lacking.peek(),
            access.sharing.peek(),
        ),
        format!(
            "{:?} {:?} {} {:?} {:?}",
            activity.entries.peek(),
            activity.older.peek(),
            activity.whole_project.peek(),
            activity.kind.peek(),
            activity.token.peek(),
        ),
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {}",
            place.connection.peek(),
            place.organization.peek(),
            place.membership.peek(),
            place.organizations.peek(),
            place.projects.peek(),
            place.project.peek(),
            place.environments.peek(),
            place.environment.peek(),
            place.key.peek(),
            place.unshared.peek(),
            place.interrupted.peek(),
            place.found.peek(),
            place.checks.peek(),
            place.origin.peek(),
        ),
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?} {:?} {:?}",
            tokens.unclaimed.peek(),
            tokens.closed.peek(),
            tokens.entries.peek(),
            tokens.uses.peek(),
            tokens.replacements.peek(),
            tokens.due.peek(),
            tokens.stale.peek(),
            tokens.refreshing.peek(),
            tokens.search.peek(),
            tokens.filter.peek(),
            tokens.sort.peek(),
            tokens.highlighted.peek(),
        ),
        format!("{:?} {:?}", dialog.open.peek(), dialog.operation.peek()),
        format!(
            "{} {} {} {} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?}",
            sheet.issuance.peek().is_some(),
            sheet.ci_token_revealed.peek(),
            sheet.seed_revealed.peek(),
            sheet.away.peek(),
            sheet.taken.peek(),
            sheet.copied.peek(),
            sheet.copy_failed.peek(),
            sheet.asking_to_close.peek(),
            sheet.sharing.peek(),
            sheet.verification.peek(),
            sheet.kept_until.peek(),
            sheet.grace.peek(),
        ),
        format!("{:?} {}", checklists.all.peek(), checklists.looking.peek()),
        format!("{:?}", about.passages.peek()),
        format!("{:?}", toasts.shown.peek()),
    ];
    parts.join("\n")
}

/// Something else in every signal than at the beginning; `Stage` has opened a real place before.
fn fill(state: AppState) {
    fn set<T: 'static>(mut signal: Signal<T>, value: T) {
        signal.set(value);
    }
    let id = DeployTokenId::new("dpl_tok_other");
    set(state.section, Section::Access);
    set(state.emergency.active, Load::Ready(Vec::new()));
    set(state.emergency.projects, 4);
    set(state.emergency.renews, true);
    set(state.checklists.looking, true);
    state.checklists.put(Checklist {
        id: "other".to_owned(),
        begun: Moment::now(),
        because: Vec::new(),
        not_compared: Vec::new(),
        places: Vec::new(),
    });
    set(state.emergency.stale, Some(Problem::Busy));
    set(state.emergency.refreshing, true);
    set(state.emergency.search, "other".to_owned());
    state.emergency.choose([id.clone()], true);
    set(state.emergency.unfinished, (1, 1));
    let number = state.emergency.begin(Vec::new(), Vec::new(), || {});
    state
        .emergency
        .change(number, |run: &mut EmergencyRun| run.over = true);
    set(state.emergency.leak, LeakSearch::Searching);
    state
        .emergency
        .keep_leaked(id.clone(), CiToken::new("gtok_other".to_owned()));
    set(state.session.gate, Gate::Expired);
    set(state.session.kind, SessionKind::Given);
    let pause = Pause {
        until: std::time::Instant::now(),
        calls_a_minute: None,
    };
    set(state.session.pause, Some(pause));
    set(state.session.address, "https://other.example".to_owned());
    set(state.session.stage, SignInStage::Working(SignInWork::AskServer));
    set(state.session.problem, Some(Problem::Busy));
    let offer = CommandLineOffer {
        person: "sam".to_owned(),
        can_share: true,
    };
    set(state.session.command_line, Some(offer));
    set(state.session.email, "sam@other.example".to_owned());
    for field in [
        Typed::Password,
        Typed::Code,
        Typed::Passphrase,
        Typed::PassphraseAgain,
    ] {
        state.session.typed(field, "typed".to_owned());
    }
    set(state.access.device, OwnDevice::None);
    set(state.access.borrowed, true);
    set(state.access.own, Load::Ready(protocol::Listed::default()));
    set(state.access.holders, Load::Ready(Holders::default()));
    set(
        state.access.requests,
        Requests {
            list: Vec::new(),
            unreadable: 1,
        },
    );
    set(state.access.sharing, Operation::Failed(Problem::Busy));
    set(state.activity.entries, Load::Ready(Entries::default()));
    set(state.activity.older, Operation::Failed(Problem::Busy));
    set(state.activity.whole_project, true);
    set(state.activity.kind, Some(ActivityKind::Other));
    set(state.activity.token, "other".to_owned());
    set(state.tokens.uses, Uses::not_known(NotKnown::NotAllowed));
    set(state.place.membership, Some(Membership::default()));
    set(state.place.key, KeyState::NoDevice);
    set(state.place.unshared, Some(Problem::Busy));
    let lost = Unfinished {
        about: None,
        token: Some(id.clone()),
        values: Values::Gone,
    };
    set(state.place.interrupted, vec![lost]);
    set(state.tokens.unclaimed, [id.clone()].into());
    let closed = ClosedSheet {
        entry: "other".to_owned(),
        token: id.clone(),
        name: "other".to_owned(),
        until: Moment::now(),
    };
    set(state.tokens.closed, vec![closed]);
    set(state.place.found, Load::Failed(Problem::Busy));
    set(state.place.checks, false);
    let replacement = Replacement {
        old: id.clone(),
        name: "other".to_owned(),
        successor: None,
        key: protocol::PublicKey::from_bytes([1; 32]),
        since: Moment::now(),
        handed_over: true,
    };
    set(state.tokens.replacements, vec![replacement]);
    set(state.tokens.due, vec![(id.clone(), Moment::now())]);
    set(state.tokens.stale, Some(Problem::Busy));
    set(state.tokens.refreshing, true);
    set(state.tokens.search, "other".to_owned());
    set(state.tokens.filter, StatusFilter::All);
    let sort = Sort {
        column: TokenColumn::Name,
        descending: false,
    };
    set(state.tokens.sort, sort);
    set(state.tokens.highlighted, Some(id));
    state.dialog.show(Dialog::Keys);
    set(state.dialog.operation, Operation::Running(Step::Check));
    set(state.sheet.ci_token_revealed, true);
    set(state.sheet.seed_revealed, true);
    set(state.sheet.away, true);
    set(state.sheet.taken, Taken::BOTH);
    set(state.sheet.kept_until, Some(Moment::now()));
    set(state.sheet.grace, Grace::Hour);
    set(state.sheet.copied, Some(Copied::Seed));
    set(state.sheet.copy_failed, Some(Problem::Busy));
    set(state.sheet.asking_to_close, true);
    set(state.sheet.sharing, Operation::Failed(Problem::Busy));
    set(state.sheet.verification, Verification::Running);
    set(state.about.passages, Load::Failed(Problem::Busy));
    state.toasts.push(News::Copied(PublicText::Id));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_server_survives_leaving_it() {
    let site = testkit::TestWorkspace::start().await;
    let url = site.running.api_url();
    let mut stage = Stage::closed(site, url, true).await;
    let begun = stage.look(shown);
    stage.open().await;
    stage.create("shown-ci").await;
    stage.look(fill);
    let full = stage.look(shown);
    let same = |a: &str, b: &str| {
        let lines = a.lines().zip(b.lines());
        lines.filter(|(a, b)| a == b).count()
    };
    assert_eq!(same(&full, &begun), 0, "every store has something:\n{full}");
    stage.look(AppState::reset);
    assert_eq!(stage.look(shown), begun);
}
