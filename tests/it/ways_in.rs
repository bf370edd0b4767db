//! What the window offers where something is in the way: another address, a key file, a message for those who can help.

use deploy_tokens::state::{AppState, Gate, KeyState, Load, OwnDevice, SignInStage};
use dioxus::prelude::*;
use model::{KeychainError, KnownServer, MachineError, Problem, SignInWork};
use protocol::{
    DeviceId, DeviceState, Fingerprint, Organization, OrganizationId, Project, ProjectId, RemoteStatus,
};

use super::components::render;

fn set<T: 'static>(mut signal: Signal<T>, value: T) {
    signal.set(value);
}

fn welcome(prepare: impl Fn(AppState) + 'static) -> String {
    render(move |state| {
        set(state.session.gate, Gate::Welcome);
        set(state.session.has_local, true);
        set(state.session.address, "https://ghostable.dev".to_owned());
        prepare(state);
    })
}

#[test]
fn the_welcome_page_has_one_main_action_and_says_who_is_signed_in_where() {
    let html = welcome(|state| {
        let known = KnownServer {
            address: "https://one.example/api/v2".to_owned(),
            person: Some("Mara Ortiz".to_owned()),
        };
        set(state.session.known, vec![known]);
    });
    assert_eq!(html.matches("data-kind=\"primary\"").count(), 1);
    assert!(html.contains("one.example") && html.contains("Mara Ortiz"));
    assert!(html.contains("at ghostable.dev."));
}

#[test]
fn an_address_that_is_none_is_said_and_nothing_is_sent_there() {
    let html = welcome(|state| set(state.session.wrong_address, Some(Problem::Busy)));
    assert!(html.contains("The address below cannot be used."));
    assert!(!html.contains("at ghostable.dev."));
    let button = html
        .find(">Sign in<")
        .unwrap_or_else(|| html.rfind("Sign in</").unwrap());
    let before = &html[..button];
    let tag = &before[before.rfind("<button").unwrap()..];
    assert!(tag.contains("disabled"), "{tag}");
}

#[test]
fn a_keychain_that_does_not_open_is_no_dead_end() {
    let locked = Problem::Keychain(KeychainError::Locked { cause: None });
    let html = welcome(move |state| set(state.session.problem, Some(locked.clone())));
    assert!(html.contains("Use a key file instead"));
    let other = Problem::from(MachineError::NoBrowser);
    let html = welcome(move |state| set(state.session.problem, Some(other.clone())));
    assert!(!html.contains("Use a key file instead"));
    let html = welcome(|state| set(state.session.stage, SignInStage::Working(SignInWork::Keep)));
    assert!(html.contains("your keychain may ask for its password"));
}

#[test]
fn who_waits_for_a_key_has_a_message_for_those_who_can_share_it() {
    let waiting = |state: AppState| {
        set(
            state.place.key,
            KeyState::Pending {
                message: Problem::Busy,
                helpers: vec!["Anna laptop".to_owned()],
            },
        );
        set(state.tokens.entries, Load::Ready(Vec::new()));
    };
    let html = render(waiting);
    assert!(
        !html.contains("Copy a message for them"),
        "nobody could compare anything"
    );
    let html = render(move |state| {
        waiting(state);
        set(
            state.place.project,
            Some(Project {
                id: ProjectId::new("p"),
                name: "Storefront".to_owned(),
                organization_id: OrganizationId::new("o"),
            }),
        );
        set(
            state.place.organization,
            Some(Organization {
                id: OrganizationId::new("o"),
                name: "Northwind".to_owned(),
            }),
        );
        let print = Fingerprint::from_hex(&"ab".repeat(32)).unwrap();
        set(
            state.access.device,
            OwnDevice::Linked(DeviceState {
                id: DeviceId::new("d"),
                name: Some("new-laptop".to_owned()),
                platform: None,
                encryption: print,
                signing: print,
                last_seen_at: None,
                remote: RemoteStatus::Active,
            }),
        );
    });
    assert!(html.contains("Copy a message for them"));
}
