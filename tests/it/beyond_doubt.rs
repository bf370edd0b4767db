//! What a choice is about is beyond doubt: which of two tokens of one name, what a search hides, and what has to be acted on.

use std::collections::BTreeSet;

use deploy_tokens::state::{
    AppState, Confirm, ConfirmKind, Dialog, KeyState, Load, Section, Sort, StatusFilter, health, visible,
};
use dioxus::prelude::*;
use model::{CallError, PlacedToken, Problem, Sent, TokenColumn};
use protocol::{
    DeployToken, DeployTokenId, Environment, EnvironmentId, EnvironmentName, Occurrence, ProjectId,
    PublicKey, TokenEntry, TokenKey, TokenStatus,
};

use super::components::{days, list, now, render, token};

/// Two tokens of one name: the older one first.
fn twins() -> [DeployToken; 2] {
    let successor = DeployToken {
        id: DeployTokenId::new("dpl_tok_successor"),
        key: TokenKey::Usable(PublicKey::from_bytes([0x77; 32])),
        created: Occurrence::At(now().plus_seconds(-600)),
        last_use: Occurrence::Never,
        ..token("vapor-eu")
    };
    [token("vapor-eu"), successor]
}

fn print_of(token: &DeployToken) -> String {
    token.fingerprint().unwrap().short()
}

#[test]
fn a_question_about_one_of_two_of_a_name_says_which() {
    let html = render(|state| {
        let [old, new] = twins();
        list(
            state,
            vec![TokenEntry::Token(old), TokenEntry::Token(new.clone())],
        );
        state.dialog.show(Dialog::Confirm(Confirm {
            kind: ConfirmKind::Revoke,
            token: new,
            type_name: true,
        }));
    });
    let dialog = &html[html.find("<dialog").unwrap()..];
    assert!(dialog.contains("Another token has this name."), "{dialog}");
    assert!(
        dialog.contains("made 10 min ago") && dialog.contains(&print_of(&twins()[1])),
        "{dialog}"
    );
}

fn emergency(state: AppState, search: &str) {
    let environment = Environment {
        id: EnvironmentId::new("env_1"),
        name: EnvironmentName::new("production"),
        kind: "production".to_owned(),
        created_at: None,
    };
    let placed = |token| PlacedToken {
        project: ProjectId::new("prj_1"),
        project_name: "Storefront".to_owned(),
        environment: environment.clone(),
        token,
    };
    let [old, new] = twins();
    let tokens = [old, new, token("nightly")];
    let (mut section, mut store) = (state.section, state.emergency);
    section.set(Section::Emergency);
    store.choose(tokens.iter().map(|it| it.id.clone()), true);
    store.active.set(Load::Ready(tokens.map(placed).to_vec()));
    store.search.set(search.to_owned());
}

#[test]
fn chosen_tokens_that_a_search_hides_and_those_in_use_are_said() {
    let html = render(|state| emergency(state, ""));
    assert!(html.contains("3 chosen, 2 used in the last hour."), "{html}");
    assert!(!html.contains("Only the"), "{html}");
    // Those of one name are told apart in their cards.
    for print in twins().iter().map(print_of) {
        assert!(html.contains(&print), "{print}: {html}");
    }
    let html = render(|state| emergency(state, "night"));
    let facts = "3 chosen, 2 of them not shown, 2 used in the last hour.";
    assert!(
        html.contains(facts) && html.contains("Only the 1 shown"),
        "{html}"
    );
    let html = render(|state| emergency(state, "nothing like it"));
    assert!(html.contains("3 chosen, none of them shown"), "{html}");
    assert!(html.contains("Unselect them"), "{html}");
}

#[test]
fn by_status_what_has_to_be_acted_on_comes_first() {
    let ending = |name: &str, in_days| DeployToken {
        end: Occurrence::At(days(in_days)),
        ..token(name)
    };
    let revoked = DeployToken {
        status: TokenStatus::Revoked { at: None },
        ..token("gone")
    };
    let idle = DeployToken {
        last_use: Occurrence::At(days(-94)),
        ..token("idle")
    };
    let entries = [
        token("a-fine-one"),
        revoked,
        ending("soon", 6),
        idle,
        ending("sooner", 2),
        ending("over", -1),
        token("b-fine-one"),
    ]
    .map(TokenEntry::Token);
    let names = |descending| {
        let sort = Sort {
            column: TokenColumn::Status,
            descending,
        };
        let shown = visible(&entries, "", StatusFilter::All, sort, |it| health(it, now()));
        let tokens = shown.iter().filter_map(|at| entries[*at].token());
        tokens.map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    let urgent = [
        "over",
        "sooner",
        "soon",
        "idle",
        "a-fine-one",
        "b-fine-one",
        "gone",
    ];
    assert_eq!(names(false), urgent);
    let calm = [
        "gone",
        "a-fine-one",
        "b-fine-one",
        "idle",
        "soon",
        "sooner",
        "over",
    ];
    assert_eq!(names(true), calm);
}

/// The key is sealed for the first of them alone.
fn sealed_for_the_first(state: AppState, names: &[&str]) {
    let tokens = names.iter().map(|name| TokenEntry::Token(token(name)));
    list(state, tokens.collect());
    let sealed = BTreeSet::from([token(names[0]).id]);
    state.tokens.note_sealed(Some(sealed));
}

#[test]
fn a_token_without_the_key_is_never_called_active() {
    let html = render(|state| sealed_for_the_first(state, &["has-it", "lacks-it"]));
    assert!(html.contains("Not shared"), "{html}");
    let notice = "The environment key is not sealed for lacks-it: its runner decrypts nothing.";
    assert!(html.contains(notice), "{html}");
    // Of what was listed later the key says nothing yet.
    let html = render(|state| {
        sealed_for_the_first(state, &["has-it"]);
        list(
            state,
            ["has-it", "is-new"].map(token).map(TokenEntry::Token).to_vec(),
        );
        assert!(state.tokens.note_listed(), "it is to be looked at again");
    });
    // A chip has the words, too.
    assert!(!html.contains(">Not shared</span>"), "{html}");
}

#[test]
fn what_needs_the_key_is_not_offered_without_it() {
    let html = render(|state| {
        list(state, vec![TokenEntry::Token(token("ci"))]);
        let mut key = state.place.key;
        key.set(KeyState::NoDevice);
    });
    let at = html.find("aria-label=\"Rotate ci\"").unwrap();
    let end = at + html[at..].find('>').unwrap();
    let button = &html[at..end];
    assert!(button.contains("disabled"), "{button}");
    assert!(button.contains("Link this machine first"), "{button}");
}

fn lost() -> Problem {
    Problem::Call(CallError::TimedOut { sent: Sent::Maybe })
}

#[test]
fn a_server_that_does_not_answer_is_said_once() {
    let html = render(|state| {
        list(state, vec![TokenEntry::Token(token("ci"))]);
        let (mut tokens, mut key) = (state.tokens, state.place.key);
        tokens.stale.set(Some(lost()));
        tokens.listed_at.set(Some(now().plus_seconds(-240)));
        key.set(KeyState::Failed(lost()));
    });
    let notices = &html[html.find("class=\"notices\"").unwrap()..];
    assert_eq!(notices.matches("did not answer").count(), 1, "{notices}");
    assert!(
        notices.contains("What is shown was fetched 4 min ago."),
        "{notices}"
    );
    // Nothing was done, so there is nothing to see whether it was.
    assert!(!notices.contains("whether it was done"), "{notices}");
}
