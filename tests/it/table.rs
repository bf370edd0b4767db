//! What the table, its tools and its dialogs say and offer, rendered in-process.

use deploy_tokens::state::{AppState, Confirm, ConfirmKind, Dialog, StatusFilter};
use dioxus::prelude::*;
use model::{About, Finding, Pending, Shown, Unfinished, Values, WorkKind};
use protocol::{DeployTokenId, EnvironmentName, ProjectId, TokenEntry, TokenStatus};

use crate::components::{days, list, now, render, token};

fn search(state: AppState, text: &str, filter: StatusFilter) {
    let (mut search, mut shown) = (state.tokens.search, state.tokens.filter);
    search.set(text.to_owned());
    shown.set(filter);
}

/// Two active tokens and a revoked one.
fn some(state: AppState) {
    let mut old = token("old-ci");
    old.status = TokenStatus::Revoked { at: Some(days(-3)) };
    let entries = [token("first-ci"), token("second-ci"), old].map(TokenEntry::Token);
    list(state, entries.to_vec());
}

#[test]
fn a_search_says_how_many_match_and_where_the_others_are() {
    let searched = |text: &'static str, filter| {
        render(move |state| {
            some(state);
            search(state, text, filter);
        })
    };
    assert!(searched("ci", StatusFilter::Active).contains("2 matches"));
    assert!(searched("first", StatusFilter::Active).contains("1 match<"));
    let html = searched("old", StatusFilter::Active);
    assert!(html.contains("0 matches") && html.contains("One revoked token matches."));
    assert!(html.contains("Show all that match"));
    assert!(searched("-ci", StatusFilter::Revoked).contains("1 match<"));
    assert!(searched("first", StatusFilter::Revoked).contains("One active token matches."));
    let html = searched("nothing", StatusFilter::Active);
    assert!(html.contains("Search looks at names") && html.contains("Show all tokens"));
}

#[test]
fn a_revoked_token_says_when() {
    let html = render(|state| {
        some(state);
        search(state, "", StatusFilter::All);
    });
    let row = html
        .split("data-row")
        .find(|row| row.contains(">old-ci<"))
        .unwrap();
    assert!(
        row.contains("Revoked <time") && row.contains("3 days ago"),
        "{row}"
    );
}

#[test]
fn a_date_is_read_once_and_a_row_by_its_name() {
    let html = render(some);
    let row = html.split("<tr").find(|row| row.contains(">first-ci<")).unwrap();
    assert!(row.contains("aria-label=\"first-ci\""));
    // What is seen is hidden from screen readers, which hear the date and, after it, the time.
    assert!(row.contains("aria-hidden=\"true\">16 Aug 2026</span>"), "{row}");
    assert!(
        row.contains("<span class=\"spoken\">16 Aug 2026, 12:00:00 +00:00</span>"),
        "{row}"
    );
    assert!(row.contains("<span class=\"spoken\">4 min ago, 24 Nov 2026, 11:56:00 +00:00</span>"));
}

#[test]
fn rotating_offers_to_replace_and_its_button_does_not_repeat_the_name() {
    let html = render(|state| {
        some(state);
        state.dialog.show(Dialog::Confirm(Confirm {
            kind: ConfirmKind::Rotate,
            token: token("first-ci"),
            type_name: false,
        }));
    });
    assert!(html.contains("Replace it without downtime…"));
    assert!(html.contains("aria-label=\"Rotate first-ci\""));
    assert!(html.contains("<span class=\"button-label\">Rotate</span>"));
}

fn about(name: &str) -> Option<About> {
    Some(About {
        kind: WorkKind::Create,
        name: name.to_owned(),
        token: None,
        project: ProjectId::new("p"),
        environment: EnvironmentName::new("production"),
        started: now(),
    })
}

#[test]
fn values_that_were_not_handed_over_are_named_with_their_time_and_as_a_status() {
    let noticed = |values: Values| {
        render(move |state| {
            some(state);
            let (mut interrupted, mut unclaimed) = (state.place.interrupted, state.tokens.unclaimed);
            let id = DeployTokenId::new("dpl_tok_first-ci");
            interrupted.set(vec![Unfinished {
                about: about("first-ci"),
                token: Some(id.clone()),
                values,
            }]);
            unclaimed.set([id].into());
        })
    };
    let html = noticed(Values::Until(now().plus_seconds(9 * 60 + 5)));
    assert!(html.contains("The values of first-ci were not handed over."));
    assert!(html.contains("They can be shown for another 9 min."));
    let row = html
        .split("data-row")
        .find(|row| row.contains(">first-ci<"))
        .unwrap();
    assert!(row.contains("Not handed over") && !row.contains(">Active<"));
    let html = noticed(Values::Gone);
    assert!(html.contains("They are not kept any more: if CI does not have them, rotate it."));
}

#[test]
fn what_can_be_done_about_values_depends_on_their_time() {
    let shown = |finding: Finding, until: Option<i64>| {
        render(move |state| {
            let mut found = state.place.found;
            found.set(deploy_tokens::state::Load::Ready(vec![Pending {
                id: "e".to_owned(),
                about: about("first-ci"),
                finding: finding.clone(),
                shown: until.map(|seconds| Shown {
                    until: now().plus_seconds(seconds),
                    is_closed: false,
                }),
            }]));
            state.dialog.show(Dialog::Interrupted);
        })
    };
    let html = shown(Finding::Complete, Some(59));
    assert!(html.contains("They can be shown for less than a minute.") && html.contains("Show the values"));
    let html = shown(Finding::ValuesGone, None);
    assert!(!html.contains("Show the values") && html.contains(">Rotate<") && html.contains(">Revoke<"));
    assert!(html.contains("they are not kept any more"));
}
