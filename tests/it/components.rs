//! Components rendered in-process: what the window says, and what it must not say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deploy_tokens::build_info;
use deploy_tokens::state::{
    AppState, Confirm, ConfirmKind, Connection, Copied, Dialog, KeyState, LeakSearch, Load, Operation,
    Section, StatusFilter, Taken,
};
use deploy_tokens::ui::views::Window;
use deploy_tokens::ui::{Clock, Send};
use dioxus::prelude::*;
use jiff::tz::TimeZone;
use model::{
    CiTokenOutcome, ClosedSheet, Destination, Document, Grace, Handed, Issuance, IssuanceKind, MachineError,
    News, Passage, Problem, Step,
};
use protocol::secret::{CiToken, DeploySeed};
use protocol::{
    DeployToken, DeployTokenId, Device, DeviceId, DeviceStatus, Environment, EnvironmentId, EnvironmentName,
    Moment, NotKnown, Occurrence, PublicKey, TokenEntry, TokenKey, TokenStatus, UnreadEntry, UserDevice,
};

const SECRET: &str = "gtok_this-is-the-ci-token-42KD";

pub(super) fn now() -> Moment {
    Moment::parse("2026-11-24T12:00:00Z").unwrap()
}

pub(super) fn days(n: i64) -> Moment {
    now().plus_seconds(n * 86_400)
}

pub(super) fn token(name: &str) -> DeployToken {
    DeployToken {
        id: DeployTokenId::new(format!("dpl_tok_{name}")),
        name: name.to_owned(),
        status: TokenStatus::Active,
        key: TokenKey::Usable(PublicKey::from_bytes([name.len() as u8; 32])),
        environment_id: EnvironmentId::new("env_1"),
        environment_name: EnvironmentName::new("production"),
        created: Occurrence::At(days(-100)),
        last_use: Occurrence::At(now().plus_seconds(-240)),
        end: Occurrence::At(days(262)),
        ci_token_suffix: Some("42KD".to_owned()),
    }
}

fn seed() -> DeploySeed {
    DeploySeed::fill_with(|bytes| bytes.fill(0x5a))
}

fn issuance(ci_token: CiTokenOutcome, share: Result<usize, Problem>) -> Issuance {
    Issuance {
        kind: IssuanceKind::Rotate,
        token: token("release-ci"),
        ci_token,
        seed: seed(),
        share,
        notes: Vec::new(),
    }
}

fn issued() -> CiTokenOutcome {
    CiTokenOutcome::Issued(CiToken::new(SECRET.to_owned()))
}

/// The root of each test: production, open, with the state as the test sets it.
#[component]
fn Root(prepare: Callback<AppState>) -> Element {
    let state = use_context_provider(AppState::make);
    use_context_provider(|| Send(Callback::new(|_| {})));
    use_context_provider(|| Clock::fixed(now(), TimeZone::UTC));
    use_hook(|| {
        let mut place = state.place;
        place.connection.set(Connection::Open);
        place.key.set(KeyState::Missing);
        place.environment.set(Some(Environment {
            id: EnvironmentId::new("env_1"),
            name: EnvironmentName::new("production"),
            kind: "production".to_owned(),
            created_at: None,
        }));
        prepare.call(state);
    });
    rsx! {
        Window {}
    }
}

pub(super) fn render(prepare: impl Fn(AppState) + 'static) -> String {
    type Prepare = std::rc::Rc<dyn Fn(AppState)>;
    fn app(prepare: Prepare) -> Element {
        rsx! {
            Root { prepare: move |state: AppState| prepare(state) }
        }
    }
    let mut dom = VirtualDom::new_with_props(app, std::rc::Rc::new(prepare) as Prepare);
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom)
}

pub(super) fn list(state: AppState, entries: Vec<TokenEntry>) {
    let mut tokens = state.tokens;
    tokens.entries.set(Load::Ready(entries));
}

fn three(state: AppState) {
    let mut ending = token("nightly-backup");
    ending.end = Occurrence::At(now().plus_seconds(6 * 86_400 + 60));
    let mut idle = token("preview-runner");
    idle.last_use = Occurrence::At(days(-94));
    let entries = [token("production-ci"), ending, idle].map(TokenEntry::Token);
    list(state, entries.to_vec());
}

#[test]
fn a_run_that_is_gone_writes_nothing_into_the_next_one() {
    render(|state| {
        let store = state.emergency;
        let stopped = std::rc::Rc::new(std::cell::Cell::new(false));
        let told = stopped.clone();
        let first = store.begin(Vec::new(), Vec::new(), || {});
        let second = store.begin(Vec::new(), Vec::new(), move || told.set(true));
        assert!(!store.change(first, |run| run.over = true) && store.is_running());
        store.stop_waiting();
        assert!(stopped.get());
        assert!(store.change(second, |run| run.over = true) && !store.is_running());
        store.reset();
        assert!(!store.change(second, |run| run.over = true));
        assert!(
            store.begin(Vec::new(), Vec::new(), || {}) > second,
            "after it too"
        );
    });
}

#[test]
fn what_ends_later_than_its_sheet_does_not_act_on_the_next_one() {
    render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(CiTokenOutcome::Missing, Ok(1)));
        let first = sheet.showing();
        assert!(sheet.still_shows(first));
        sheet.show(issuance(CiTokenOutcome::Missing, Ok(1)));
        sheet.sharing.set(Operation::Running(Step::Check));
        assert!(!sheet.still_shows(first), "the first sheet is gone");
        assert_eq!(*sheet.sharing.peek(), Operation::Idle);
        assert!(sheet.still_shows(sheet.showing()));
    });
}

#[test]
fn a_look_or_a_search_that_comes_late_is_not_told_of_another_server() {
    render(|state| {
        let store = state.emergency;
        let first = store.begin_look().unwrap();
        assert_eq!(store.begin_look(), None, "one at a time");
        let search = store.begin_search();
        assert!(store.is_search(search));
        store.reset();
        assert!(!store.is_search(search) && *store.leak.peek() == LeakSearch::None);
        let second = store
            .begin_look()
            .expect("the first one keeps nobody from looking");
        assert!(!store.end_look(first) && *store.refreshing.peek());
        assert!(store.end_look(second) && !*store.refreshing.peek());
    });
}

#[test]
fn the_table_has_roles_names_and_words_for_every_status() {
    let html = render(three);
    for wanted in [
        "role=\"table\"",
        "aria-rowcount=\"4\"",
        "aria-sort=\"descending\"",
        "aria-rowindex=\"2\"",
        "aria-label=\"More actions for production-ci\"",
        "aria-label=\"Rotate production-ci\"",
        "aria-label=\"Revoke production-ci\"",
        "Expires in 6 days",
        "Unused 94 days",
        "4 min ago",
        "24 Nov 2026, 11:56:00 +00:00",
        "dpl_tok_production-ci",
    ] {
        assert!(html.contains(wanted), "{wanted} in {html}");
    }
    // After the notice of the key that is not there yet.
    let notice = html.split("notice-text").nth(2).expect("a notice");
    assert!(notice.contains("nightly-backup") && notice.contains("has not been used for 94 days"));
}

#[test]
fn a_malformed_entry_is_a_row_with_its_reason() {
    let html = render(|state| {
        list(
            state,
            vec![
                TokenEntry::Token(token("good")),
                TokenEntry::Malformed(UnreadEntry {
                    position: 2,
                    name: Some("bad".to_owned()),
                    missing: "id",
                }),
            ],
        );
    });
    assert!(html.contains("Unreadable") && html.contains("id is missing or wrong"));
    assert!(html.contains("entry 2 of the list"));
    assert!(html.contains("More actions for good") && !html.contains("More actions for bad"));
}

/// The column of each cell, a list for each row that has cells.
fn columns_of(html: &str) -> Vec<Vec<&str>> {
    html.split("<tr")
        .skip(1)
        .map(|row| {
            row.split("class=\"col-")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .collect()
        })
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect()
}

#[test]
fn head_rows_broken_rows_and_the_skeleton_have_the_same_columns() {
    let loaded = render(|state| {
        let broken = TokenEntry::Malformed(UnreadEntry {
            position: 2,
            name: None,
            missing: "id",
        });
        list(state, vec![TokenEntry::Token(token("good")), broken]);
    });
    let waiting = render(|_| {});
    let (rows, bones) = (columns_of(&loaded), columns_of(&waiting));
    assert_eq!((rows.len(), bones.len()), (3, 7));
    let all = [
        "pick", "name", "status", "used", "created", "expires", "print", "actions",
    ];
    for row in rows.iter().chain(&bones) {
        assert_eq!(*row, all);
    }
    for (wanted, times) in [("minmax(160px, 1fr)", 4), ("data-yields=\"first\"", 3)] {
        assert_eq!(loaded.matches(wanted).count(), times, "{wanted} in {loaded}");
    }
}

#[test]
fn a_revoked_token_offers_no_rotation() {
    let html = render(|state| {
        let mut filter = state.tokens.filter;
        filter.set(StatusFilter::All);
        let mut old = token("old");
        old.status = TokenStatus::Revoked { at: None };
        list(state, vec![TokenEntry::Token(old)]);
    });
    assert!(html.contains("Revoked") && !html.contains("aria-label=\"Rotate old\""));
}

#[test]
fn ten_thousand_tokens_put_few_rows_into_the_document() {
    let html = render(|state| {
        let entries = (0..10_000).map(|n| TokenEntry::Token(token(&format!("runner-{n}"))));
        list(state, entries.collect());
    });
    assert!(html.contains("aria-rowcount=\"10001\""));
    let rows = html.matches("data-row=").count();
    assert!((20..80).contains(&rows), "{rows} rows");
}

#[test]
fn long_names_are_cut_and_whole_in_the_tooltip() {
    let html = render(|state| list(state, vec![TokenEntry::Token(token(&"x".repeat(120)))]));
    assert!(html.contains(&format!("title=\"{}\"", "x".repeat(120))));
    assert!(html.contains("token-name cut"));
}

#[test]
fn empty_failed_and_searched_states_say_what_to_do() {
    let html = render(|state| list(state, Vec::new()));
    assert!(html.contains("No deploy tokens in production") && html.contains("Create the first token"));
    let html = render(|state| {
        let mut tokens = state.tokens;
        tokens.entries.set(Load::Failed(Problem::NotDone));
    });
    assert!(
        html.contains("still lists it as it was")
            && html.contains("Refresh and try again.")
            && html.contains("Retry")
    );
    let html = render(|state| {
        three(state);
        let mut search = state.tokens.search;
        search.set("zzz".to_owned());
    });
    assert!(html.contains("No active token matches “zzz”"));
}

#[test]
fn clocks_that_differ_are_said_above_the_times() {
    fn ahead(state: AppState, seconds: i64) {
        three(state);
        let mut clock_ahead = state.tokens.clock_ahead;
        clock_ahead.set(Some(seconds));
    }
    let html = render(|state| ahead(state, 100));
    assert!(!html.contains("clock is"), "{html}");
    let html = render(|state| ahead(state, 610));
    assert!(html.contains("clock is 10 minutes behind"), "{html}");
}

#[test]
fn the_masked_sheet_has_no_secret_in_it() {
    let html = render(|state| {
        state.sheet.show(issuance(issued(), Ok(2)));
    });
    let seed_text = STANDARD.encode([0x5a_u8; 32]);
    assert!(html.contains("release-ci can read production"));
    assert!(html.contains("Reveal GHOSTABLE_CI_TOKEN") && html.contains("Copy block"));
    assert!(!html.contains(SECRET) && !html.contains("this-is-the") && html.contains("42KD"));
    assert!(!html.contains(&seed_text) && !html.contains(&seed_text[..8]));
}

#[test]
fn a_sheet_that_was_left_alone_shows_nothing_until_it_is_asked_for() {
    let html = render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.ci_token_revealed.set(true);
        sheet.seed_revealed.set(true);
        sheet.leave();
    });
    let seed_text = STANDARD.encode([0x5a_u8; 32]);
    assert!(html.contains("Hidden because nobody was here") && html.contains("Show the sheet"));
    assert!(!html.contains(SECRET) && !html.contains("42KD") && !html.contains(&seed_text));
    assert!(!html.contains("Reveal GHOSTABLE") && !html.contains("Copy block"));
    // Shown again, it is masked.
    let html = render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.ci_token_revealed.set(true);
        sheet.leave();
        sheet.come_back();
    });
    assert!(html.contains("Reveal GHOSTABLE_CI_TOKEN") && !html.contains(SECRET));
    // Without a sheet there is nothing to hide.
    assert!(!render(|state| state.sheet.leave()).contains("Hidden because"));
}

#[test]
fn the_clipboards_time_is_shown_once_and_ends_with_its_copy() {
    let shown = |html: &str| html.matches("Clipboard is cleared in 38 s").count();
    let html = render(|state| {
        let copy = state.clipboard.copied();
        assert!(state.clipboard.count(copy, 38));
    });
    assert_eq!(shown(&html), 1);
    assert!(html.contains("Clear now"));
    let html = render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.copied.set(Some(Copied::Block));
        let copy = state.clipboard.copied();
        assert!(state.clipboard.count(copy, 38));
    });
    assert_eq!(shown(&html), 1, "in the sheet, not below it as well");
    let html = render(|state| {
        state.sheet.show(issuance(issued(), Ok(2)));
        let copy = state.clipboard.copied();
        assert!(state.clipboard.count(copy, 38));
    });
    assert!(html.contains("An earlier copy is cleared in 38 s") && shown(&html) == 0);
    assert!(html.contains("Nothing is copied yet."));
    let html = render(|state| {
        let copy = state.clipboard.copied();
        assert!(state.clipboard.count(copy, 38));
        state.clipboard.reset();
        assert!(!state.clipboard.count(copy, 37), "it is over");
        let (first, second) = (state.clipboard.copied(), state.clipboard.copied());
        assert!(!state.clipboard.count(first, 38), "it was replaced");
        assert_ne!(first, second);
    });
    assert!(!html.contains("Clipboard is cleared in"));
}

#[test]
fn revealing_one_value_shows_that_one_alone() {
    let seed_text = STANDARD.encode([0x5a_u8; 32]);
    let html = render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.ci_token_revealed.set(true);
    });
    assert!(html.contains(SECRET) && !html.contains(&seed_text));
    assert!(html.contains("Hide GHOSTABLE_CI_TOKEN"));
    let html = render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.seed_revealed.set(true);
    });
    assert!(!html.contains(SECRET) && html.contains(&seed_text));
}

#[test]
fn a_kept_ci_token_is_said_and_not_in_the_block() {
    let html = render(|state| {
        state.sheet.show(issuance(CiTokenOutcome::Kept, Ok(2)));
    });
    assert!(html.contains("GHOSTABLE_CI_TOKEN has not changed: keep the value CI has."));
    let block = html.split("block-lines").nth(1).expect("a block");
    assert!(block.contains("GHOSTABLE_DEPLOY_SEED") && !block.contains("GHOSTABLE_CI_TOKEN"));
}

#[test]
fn what_is_not_shared_or_missing_is_said_with_the_ways_out() {
    let html = render(|state| {
        let why = Problem::NotARecipient;
        state.sheet.show(issuance(issued(), Err(why)));
    });
    assert!(html.contains("release-ci is issued, but this runner cannot decrypt yet"));
    for wanted in [
        "This device is not among the active devices",
        "Re-share key",
        "Revoke this token",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    let html = render(|state| {
        let share = Ok(2);
        state.sheet.show(issuance(CiTokenOutcome::Missing, share));
    });
    assert!(html.contains("issued no CI token") && !html.contains("can read production"));
}

#[test]
fn closing_asks_for_exactly_what_was_not_taken() {
    let asked = |taken: Taken, kept_for: Option<i64>| {
        render(move |state| {
            let mut sheet = state.sheet;
            sheet.show(issuance(issued(), Ok(2)));
            sheet.take(taken);
            sheet.kept_until.set(kept_for.map(|it| now().plus_seconds(it)));
            sheet.ask_to_close();
        })
    };
    let (ci_token, seed) = (true, true);
    let nothing = Taken::default();
    let html = asked(nothing, None);
    assert!(html.contains("Close without copying?") && html.contains("Keep it open"));
    assert!(html.contains("Nobody can show them again; you would have to rotate release-ci"));
    let html = asked(nothing, Some(600));
    assert!(
        html.contains("They can be had again from the token&#39;s menu for another 10 min"),
        "{html}"
    );
    let html = asked(Taken { ci_token, ..nothing }, Some(600));
    assert!(html.contains("You have the CI token, not the seed."));
    assert!(html.contains("Close without the seed?"));
    let html = asked(Taken { seed, ..nothing }, None);
    assert!(html.contains("You have the seed, not the CI token."));
    // Its time is over.
    assert!(asked(nothing, Some(-1)).contains("Nobody can show them again"));
    let html = asked(Taken { ci_token, seed }, Some(600));
    assert!(
        !html.contains("id=\"sheet\""),
        "nothing is left: it closes at once"
    );
}

#[test]
fn looking_at_a_value_is_not_taking_it() {
    let html = render(|state| {
        let mut sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.ci_token_revealed.set(true);
        sheet.seed_revealed.set(true);
        sheet.ask_to_close();
    });
    assert!(html.contains("Neither value was copied."));
}

#[test]
fn a_question_is_withdrawn_when_a_copy_that_was_under_way_leaves_nothing() {
    let html = render(|state| {
        let sheet = state.sheet;
        sheet.show(issuance(issued(), Ok(2)));
        sheet.ask_to_close();
        sheet.take(Taken::BOTH);
    });
    assert!(!html.contains("Close without") && html.contains("Copy block"));
}

#[test]
fn the_sheet_of_a_successor_says_when_the_old_token_ends() {
    let said = |grace| {
        render(move |state| {
            let mut sheet = state.sheet;
            let issuance = issuance(issued(), Ok(2));
            sheet.show(Issuance {
                kind: IssuanceKind::Replace,
                ..issuance
            });
            sheet.grace.set(grace);
        })
    };
    assert!(said(Grace::Asked).contains("The old token works until you finish the replacement."));
    assert!(said(Grace::QuarterHour).contains("The old token is revoked 15 min after you close this"));
    assert!(said(Grace::Week).contains("The old token is revoked 1 week after you close this"));
}

#[test]
fn a_closed_sheet_is_offered_with_the_time_that_is_left() {
    let sheet = |seconds| ClosedSheet {
        entry: "e".to_owned(),
        token: token("production-ci").id,
        name: "production-ci".to_owned(),
        until: Moment::now().plus_seconds(seconds),
    };
    let html = render(move |state| {
        state.toasts.push(News::SheetClosed(sheet(630)));
    });
    assert!(html.contains("The values of production-ci can be shown again for another 10 min."));
    assert!(html.contains("Show again") && html.contains("Forget now"));
}

fn confirm(state: AppState, kind: ConfirmKind, type_name: bool) {
    state.dialog.show(Dialog::Confirm(Confirm {
        kind,
        token: token("production-ci"),
        type_name,
    }));
}

/// The tag of the last submit button.
fn submit(html: &str) -> &str {
    let at = html.rfind("type=\"submit\"").expect("a submit button");
    let start = html[..at].rfind('<').unwrap();
    &html[start..start + html[start..].find('>').unwrap()]
}

#[test]
fn production_asks_for_the_name_before_it_revokes() {
    let html = render(|state| confirm(state, ConfirmKind::Revoke, true));
    assert!(html.contains("Type “production-ci” to confirm"));
    assert!(submit(&html).contains("disabled"), "{}", submit(&html));
    let html = render(|state| confirm(state, ConfirmKind::Revoke, false));
    assert!(html.contains("Last used 4 min ago") && html.contains("that runner stops"));
    assert!(!submit(&html).contains("disabled"), "{}", submit(&html));
}

/// As the hosted server lists it: neither last use nor end is told.
fn not_told(state: AppState, kind: ConfirmKind) {
    let silent = Occurrence::NotKnown(NotKnown::NotTold);
    let token = DeployToken {
        last_use: silent,
        end: silent,
        ..token("ci")
    };
    list(state, vec![TokenEntry::Token(token.clone())]);
    state.dialog.show(Dialog::Confirm(Confirm {
        kind,
        token,
        type_name: false,
    }));
}

#[test]
fn what_the_server_does_not_tell_is_never_called_never() {
    for html in [
        render(|state| not_told(state, ConfirmKind::Revoke)),
        render(|state| not_told(state, ConfirmKind::Rotate)),
    ] {
        assert!(
            html.contains("It is not known whether a runner uses it."),
            "{html}"
        );
        assert!(html.contains("The server does not tell it."), "{html}");
        // The chips above offer what it may be, and are disabled.
        let (_, below) = html.split_once("class=\"notices\"").unwrap();
        for promise in ["never", "No runner has used it", "none should stop", "Unused"] {
            assert!(!below.contains(promise), "{promise}: {html}");
        }
    }
}

#[test]
fn an_active_token_must_be_revoked_before_its_record_goes() {
    let html = render(|state| confirm(state, ConfirmKind::Delete, false));
    assert!(html.contains("production-ci must be revoked first") && html.contains("Revoke first…"));
    assert!(!html.contains("Delete production-ci"));
}

#[test]
fn creating_proposes_a_name_that_is_not_taken_and_shows_its_steps() {
    let html = render(|state| {
        three(state);
        state.dialog.show(Dialog::Create);
    });
    assert!(html.contains("value=\"production-ci-2\"") && !html.contains("already has this name"));
    let html = render(|state| {
        state.dialog.show(Dialog::Create);
        let mut operation = state.dialog.operation;
        operation.set(Operation::Running(Step::Seal { recipients: 9 }));
    });
    assert!(html.contains("Sealing for 9 recipients") && html.contains("aria-current=\"step\""));
}

/// Only the server's word that a device is revoked makes it one whose record is deleted.
#[test]
fn a_device_of_unknown_status_can_be_revoked() {
    let html = render(|state| {
        state.dialog.show(Dialog::EndDevice(UserDevice {
            device: Device {
                id: DeviceId::new("d"),
                name: Some("old laptop".to_owned()),
                public_key: None,
                signing_key: None,
                platform: "linux".to_owned(),
                status: DeviceStatus::NotKnown,
                last_seen_at: None,
                created_at: None,
            },
            client: None,
        }));
    });
    assert!(html.contains("Revoke old laptop?"), "{html}");
    assert!(!html.contains("Delete the record of"), "{html}");
}

#[test]
fn about_names_the_build_the_folder_and_what_there_is_to_read() {
    let html = render(|state| {
        let mut section = state.section;
        section.set(Section::Settings);
        let mut folder = state.about.folder;
        folder.set(Some("/home/sam/tokens".to_owned()));
    });
    for there in [
        build_info::VERSION,
        build_info::PROFILE,
        "/home/sam/tokens",
        "Open folder",
        "Show licences",
        "Where keys are kept",
    ] {
        assert!(html.contains(there), "{there}");
    }
    assert!(
        html.contains("locked: they do not get into the swap file"),
        "{html}"
    );
    let without = render(|state| {
        let (mut section, mut unlocked) = (state.section, state.about.unlocked);
        section.set(Section::Settings);
        unlocked.set(Some("Operation not permitted".to_owned()));
    });
    assert!(!without.contains("Open folder"), "there is no folder to open");
    assert!(
        without.contains("not locked") && without.contains("(Operation not permitted)"),
        "{without}"
    );
}

#[test]
fn a_text_is_in_the_page_only_when_it_is_opened() {
    let html = render(|state| {
        state.dialog.show(Dialog::Reader(Document::Licences));
        let passage = |title: &str| Passage {
            title: title.to_owned(),
            note: "MIT".to_owned(),
            text: "Permission is hereby granted".into(),
        };
        let mut passages = state.about.passages;
        passages.set(Load::Ready(std::rc::Rc::new(vec![
            passage("one 1.0"),
            passage("two 2.0"),
        ])));
    });
    assert!(html.contains("one 1.0") && html.contains("2 entries") && html.contains("aria-expanded=false"));
    assert!(!html.contains("Permission is hereby granted"));
    let html = render(|state| {
        state.dialog.show(Dialog::Reader(Document::Licences));
        let mut passages = state.about.passages;
        passages.set(Load::Failed(MachineError::DamagedProgram.into()));
    });
    assert!(html.contains("the program file is damaged.") && html.contains("Install it again."));
}

#[test]
fn details_say_why_something_is_not_known() {
    let html = render(|state| {
        let mut token = token("quiet-ci");
        token.end = Occurrence::NotKnown(NotKnown::ChangedElsewhere);
        token.last_use = Occurrence::NotKnown(NotKnown::TooFarBack);
        token.ci_token_suffix = None;
        list(state, vec![TokenEntry::Token(token.clone())]);
        state.dialog.show(Dialog::Details(token.id));
    });
    assert!(html.contains("The token was rotated elsewhere since it was last told here."));
    assert!(html.contains("The activity was not read back that far."));
    assert!(html.contains("The server does not tell how it ends."));
    assert!(html.contains("Rotate quiet-ci…") && html.contains("Revoke quiet-ci…"));
    let gone = render(|state| {
        list(state, Vec::new());
        state
            .dialog
            .show(Dialog::Details(DeployTokenId::new("dpl_tok_gone")));
    });
    assert!(gone.contains("This token is not listed any more") && !gone.contains("Revoke…"));
}

/// A token whose values were sent to two places.
fn handed_over(state: AppState) -> DeployToken {
    let token = token("sent-ci");
    let sent = |to: &str, hours: i64| Handed {
        destination: Destination::parse(to).unwrap(),
        at: now().plus_seconds(-hours * 3600),
    };
    let places = vec![
        sent("github:northwind/storefront@production", 2),
        sent("gitlab:northwind/api", 50),
    ];
    list(state, vec![TokenEntry::Token(token.clone())]);
    let (mut handed, mut can_send) = (state.tokens.handed, state.sheet.can_send);
    handed.set([(token.id.clone(), places)].into());
    can_send.set(true);
    token
}

#[test]
fn where_a_token_was_handed_to_is_in_its_details_and_offered_where_it_is_rotated() {
    let details = render(|state| {
        let token = handed_over(state);
        state.dialog.show(Dialog::Details(token.id));
    });
    assert!(details.contains("Handed to"), "{details}");
    for (to, when) in [
        ("github:northwind/storefront@production", "2 h ago"),
        ("gitlab:northwind/api", "2 days ago"),
    ] {
        let title = Destination::parse(to).unwrap().title();
        let at = details
            .find(&title)
            .unwrap_or_else(|| panic!("{title}: {details}"));
        let line = &details[at..at + details[at..].find("</p>").unwrap()];
        assert!(line.contains(when), "{line}");
    }
    let rotate = render(|state| {
        let token = handed_over(state);
        state.dialog.show(Dialog::Confirm(Confirm {
            kind: ConfirmKind::Rotate,
            token,
            type_name: false,
        }));
    });
    assert!(rotate.contains("Send the new values at once"), "{rotate}");
    assert_eq!(rotate.matches(": send again").count(), 2, "{rotate}");
    let never = render(|state| confirm(state, ConfirmKind::Rotate, false));
    assert!(!never.contains("Send the new values at once"), "{never}");
}
