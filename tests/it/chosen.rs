//! Choosing several tokens, narrowing a list, and what is to be done everywhere: what the window says, and what it keeps.

use deploy_tokens::state::{
    AppState, Audited, BulkKind, BulkLine, BulkState, Dialog, HolderColumn, HolderSort, Holders, Load,
    Section, StatusFilter, TokenChip,
};
use dioxus::prelude::*;
use model::{Audit, AuditFact, AuditFinding, AuditStep, Holder, HolderKind, Problem, Standing, TokenHealth};
use protocol::{
    DeployTokenId, EnvironmentId, EnvironmentName, Occurrence, ProjectId, TokenEntry, TokenStatus,
};

use crate::components::{days, list, now, render, token};

fn ids(names: &[&str]) -> Vec<DeployTokenId> {
    names.iter().map(|name| token(name).id).collect()
}

/// Four tokens: one ends soon, one was never used, one is revoked.
fn four(state: AppState) {
    let mut ending = token("ending");
    ending.end = Occurrence::At(days(6));
    let mut unused = token("unused");
    unused.last_use = Occurrence::Never;
    let mut gone = token("gone");
    gone.status = TokenStatus::Revoked { at: None };
    list(
        state,
        [token("calm"), ending, unused, gone]
            .map(TokenEntry::Token)
            .to_vec(),
    );
}

#[test]
fn a_range_goes_from_the_last_choice_and_what_is_gone_is_given_up() {
    render(|state| {
        let shown = ids(&["a", "b", "c", "d"]);
        let chosen = state.chosen;
        let are = |names: &[&str]| assert_eq!(*chosen.tokens.peek(), ids(names).into_iter().collect());
        chosen.extend(&shown[1], &shown);
        are(&["b"]);
        chosen.extend(&shown[3], &shown);
        are(&["b", "c", "d"]);
        chosen.toggle(&shown[2]);
        are(&["b", "d"]);
        chosen.extend(&shown[0], &shown);
        are(&["a", "b", "c", "d"]);
        let left = ["b", "d"].map(|name| TokenEntry::Token(token(name)));
        chosen.keep_listed(&left);
        are(&["b", "d"]);
        chosen.note_shown(std::iter::once(&shown[3]));
        assert_eq!(*chosen.hidden.peek(), ids(&["b"]).into_iter().collect());
        chosen.clear();
        are(&[]);
    });
}

#[test]
fn rows_have_boxes_with_names_and_the_bar_says_what_is_hidden() {
    let html = render(|state| {
        four(state);
        state.chosen.choose(ids(&["calm", "gone"]), true);
        // The page notes it in an effect, which has not run when it is first rendered.
        state.chosen.note_shown(ids(&["calm", "ending"]).iter());
    });
    for wanted in [
        "aria-label=\"Choose calm\"",
        "role=\"checkbox\" data-pick=\"true\" aria-checked=\"true\"",
        "aria-label=\"Choose all that are shown\"",
        "2 chosen",
        ", 1 of them not shown",
        "Only the 1 shown",
        "Revoke 1…",
    ] {
        assert!(html.contains(wanted), "{wanted} in {html}");
    }
    assert!(!render(four).contains("chosen-bar"), "nothing is chosen");
}

#[test]
fn chips_narrow_the_list_and_the_match_is_pointed_out() {
    let html = render(four);
    let chips = html.split("token-chips").nth(1).unwrap();
    assert!(chips.contains("Ends soon") && chips.contains("Never used"));
    // Nothing moves when it becomes known that one fits; those that are seldom wait for that.
    assert!(chips.contains("Not shared") && chips.contains("Unused for 90 days"));
    assert!(!chips.contains("Being replaced"));
    assert!(
        render(|_| {}).contains("token-chips"),
        "they are there while the list is fetched"
    );
    assert!(!render(|state| list(state, Vec::new())).contains("token-chips"));
    let html = render(|state| {
        four(state);
        let (mut chip, mut search) = (state.tokens.chip, state.tokens.search);
        chip.set(Some(TokenChip::NeverUsed));
        search.set("NUS".to_owned());
    });
    assert!(html.contains("<mark>nus</mark>"), "{html}");
    assert!(!html.contains("More actions for calm") && html.contains("More actions for unused"));
    assert!(html.contains("1 match"));
    let html = render(|state| {
        four(state);
        let mut filter = state.tokens.filter;
        filter.set(StatusFilter::Revoked);
    });
    assert!(!html.contains("token-chips"), "revoked ones are none of those");
}

#[test]
fn what_is_done_with_all_is_typed_and_what_is_left_out_is_said() {
    let asked = |kind| {
        render(move |state| {
            four(state);
            state.chosen.choose(ids(&["calm", "unused", "gone"]), true);
            state.dialog.show(Dialog::Bulk(kind));
        })
    };
    let html = asked(BulkKind::Revoke);
    assert!(
        html.contains("Revoke 2 tokens?")
            && html.contains("This is production. Type “revoke 2 tokens” to confirm")
    );
    assert!(
        html.contains("2 chosen, 1 used in the last hour.")
            && html.contains("1 of those that are chosen left out")
    );
    let html = asked(BulkKind::Rotate);
    assert!(
        html.contains("Type “rotate 2 tokens”") && html.contains("2 left as they are"),
        "{html}"
    );
    let html = asked(BulkKind::Delete);
    assert!(html.contains("Delete 1 token?") && !html.contains("to confirm"));
    assert!(html.contains("still active, and must be revoked first"));
}

#[test]
fn each_outcome_has_its_words() {
    let html = render(|state| {
        let line = |name: &str, state| BulkLine {
            token: token(name).id,
            name: name.to_owned(),
            state,
        };
        state.dialog.show(Dialog::Bulk(BulkKind::Rotate));
        let lines = vec![
            line("left", BulkState::NotSentAnywhere),
            line("failed", BulkState::Failed(Problem::Stopped)),
            line("next", BulkState::Waiting),
            line(
                "sent",
                BulkState::Renewed {
                    sent: Vec::new(),
                    failed: Vec::new(),
                    unshared: Some(Problem::Stopped),
                },
            ),
        ];
        state.chosen.begin(lines, None);
        state.chosen.end();
    });
    for wanted in [
        "0 of 4 tokens rotated",
        "Left as it is",
        "Not done",
        "Not begun",
        "Its runner cannot decrypt yet.",
    ] {
        assert!(html.contains(wanted), "{wanted} in {html}");
    }
}

#[test]
fn the_palette_leads_to_all_environments() {
    let html = render(|state| state.dialog.show(Dialog::Palette));
    assert!(html.contains("title=\"All environments page\""), "{html}");
}

#[test]
fn a_list_that_is_narrowed_to_nothing_says_so() {
    let html = render(|state| {
        list(state, vec![TokenEntry::Token(token("calm"))]);
        let mut chip = state.tokens.chip;
        chip.set(Some(TokenChip::NotShared));
    });
    assert!(html.contains("No token is shown") && html.contains("Not shared"));
}

fn finding(environment: &str, fact: AuditFact) -> AuditFinding {
    AuditFinding {
        project: ProjectId::new("p1"),
        project_name: "Storefront".to_owned(),
        environment_id: EnvironmentId::new(environment),
        environment: EnvironmentName::new(environment),
        fact,
    }
}

fn unused(name: &str, days: i64) -> AuditFact {
    AuditFact::Token {
        id: token(name).id,
        name: name.to_owned(),
        health: TokenHealth::Unused(days),
    }
}

/// One of three projects was looked into.
fn part(findings: Vec<AuditFinding>) -> Audited {
    let audit = Audit {
        findings,
        projects: 3,
        done: 1,
        environments: 2,
        tokens: 1340,
        keys: true,
        ..Audit::default()
    };
    Audited { audit, at: now() }
}

#[test]
fn findings_have_their_place_and_remedy_and_a_part_is_said_to_be_one() {
    let html = render(|state| {
        let (mut section, mut found) = (state.section, state.audit.found);
        section.set(Section::Everywhere);
        found.set(Some(part(vec![
            finding("staging", AuditFact::StillSealed(vec!["old-ci".to_owned()])),
            finding("production", unused("idle", 120)),
        ])));
    });
    for wanted in [
        "1,340 active tokens of 2 environments in 1 project, as of",
        "Only 1 of 3 projects were looked into.",
        "The key is still sealed for old-ci",
        "Storefront / production",
        "Revoke: idle has not been used for 120 days, in Storefront / production",
        "Re-share key…",
    ] {
        assert!(html.contains(wanted), "{wanted} in {html}");
    }
    let html = render(|state| {
        let (mut section, mut found, mut search) = (state.section, state.audit.found, state.audit.search);
        section.set(Section::Everywhere);
        found.set(Some(part(vec![finding("production", unused("idle", 120))])));
        search.set("staging".to_owned());
    });
    assert!(html.contains("No finding matches"));
}

#[test]
fn findings_come_as_they_are_found_and_never_replace_a_whole_by_a_part() {
    render(|state| {
        let store = state.audit;
        let looking = |at| {
            let mut under_way = store.under_way;
            under_way.set(Some(Audited {
                audit: Audit::default(),
                at,
            }));
        };
        let project = |name: &str, days| Audit {
            findings: vec![finding("production", unused(name, days))],
            environments: 1,
            ..Audit::default()
        };
        let begun = Audit {
            projects: 2,
            ..Audit::default()
        };
        looking(now());
        store.note([
            AuditStep::Begun(begun.clone()),
            AuditStep::Project(project("a", 100)),
        ]);
        assert_eq!(
            store.shown().unwrap().audit.findings.len(),
            1,
            "shown as it comes"
        );
        store.note([AuditStep::Project(project("b", 200))]);
        store.end(Ok(()));
        let whole = store.found.peek().clone().unwrap();
        assert!(whole.audit.is_whole() && whole.audit.environments == 2);
        let names: Vec<_> = whole.audit.findings.iter().map(|it| &it.fact).collect();
        assert_eq!(
            names,
            [&unused("b", 200), &unused("a", 100)],
            "the most urgent first"
        );
        // The next look fails halfway.
        looking(days(1));
        store.note([AuditStep::Begun(begun), AuditStep::Project(Audit::default())]);
        assert_eq!(store.shown().unwrap(), whole, "until it has all");
        store.end(Err(Some(Problem::Stopped)));
        assert_eq!(store.shown().unwrap(), whole);
        assert_eq!(*store.failed.peek(), Some(Problem::Stopped));
        // One that was stopped before it knew of any project leaves nothing.
        store.reset();
        looking(now());
        store.end(Err(None));
        assert_eq!(store.shown(), None);
    });
}

#[test]
fn holders_are_searched_and_sorted_and_a_token_leads_to_its_details() {
    let holder = |name: &str| Holder {
        kind: HolderKind::Token {
            id: Some(token(name).id),
        },
        name: name.to_owned(),
        fingerprint: None,
        since: Some(now()),
        last_seen: Occurrence::Never,
        standing: Standing::Holds,
    };
    let html = render(move |state| {
        list(state, vec![TokenEntry::Token(token("listed"))]);
        let (mut section, mut holders) = (state.section, state.access.holders);
        let (mut sort, mut search) = (state.access.sort, state.access.search);
        section.set(Section::Access);
        holders.set(Load::Ready(Holders {
            list: ["other", "listed", "unlisted"].map(holder).to_vec(),
            is_told: true,
            ..Holders::default()
        }));
        search.set("list".to_owned());
        sort.set(HolderSort {
            column: HolderColumn::Name,
            descending: true,
        });
    });
    assert!(html.contains("2 matches") && html.contains("aria-sort=\"descending\""));
    assert!(!html.contains(">other<"));
    let (first, second) = (html.find(">unlisted<").unwrap(), html.find(">listed<").unwrap());
    assert!(first < second);
    assert!(html.contains("title=\"Details of listed\"") && !html.contains("Details of unlisted"));
}
