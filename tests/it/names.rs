//! What the window shows of names that were given elsewhere: nothing that cannot be seen, or that turns what stands beside it,
//! gets into it as it is; and names that look alike are pointed out where one is chosen.

use deploy_tokens::state::{AppState, Confirm, ConfirmKind, Dialog, Holders, Load, Section};
use dioxus::prelude::*;
use model::{Holder, HolderKind, Membership, News, Standing};
use protocol::{
    DeployToken, Device, DeviceId, DeviceStatus, Environment, EnvironmentId, EnvironmentName, KeyRequest,
    Listed, Occurrence, Organization, OrganizationId, Project, ProjectId, RequestId, RequestStatus, Requests,
    TokenEntry, UserDevice,
};

use super::components::{days, list, now, render, token};

/// Would be read as another name if it were shown as it is.
const TURNED: &str = "evil-\u{202e}rtl\u{202c}-c\u{200b}i";
/// What is to be seen of it.
const SEEN: &str = "evil-\\u{202e}rtl\\u{202c}-c\\u{200b}i";

fn device(name: &str) -> Device {
    Device {
        id: DeviceId::new(format!("device-{}", name.len())),
        name: Some(name.to_owned()),
        public_key: None,
        signing_key: None,
        platform: "linux".to_owned(),
        status: DeviceStatus::Active,
        last_seen_at: None,
        created_at: Some(days(-3)),
    }
}

fn request(device_label: &str) -> KeyRequest {
    KeyRequest {
        id: RequestId::new("request"),
        status: RequestStatus::Pending,
        organization: OrganizationId::new("org"),
        project: ProjectId::new("project"),
        project_name: Some(TURNED.to_owned()),
        environment: EnvironmentId::new("env_1"),
        environment_name: Some(EnvironmentName::new(TURNED)),
        required_version: None,
        device: DeviceId::new("asking"),
        device_label: Some(device_label.to_owned()),
        person: Some(TURNED.to_owned()),
        reason: None,
        created_at: Some(now()),
        resolved_at: None,
    }
}

/// Ids have none of it: the client takes no such.
fn turned() -> DeployToken {
    let mut token = token("plain");
    token.name = TURNED.to_owned();
    token
}

/// Everything that has a name has that one.
fn all_turned(state: AppState) {
    let mut place = state.place;
    let organization = Organization {
        id: OrganizationId::new("org"),
        name: TURNED.to_owned(),
    };
    place.organization.set(Some(organization.clone()));
    place.organizations.set(vec![organization]);
    place.membership.set(Some(Membership {
        person: Some(TURNED.to_owned()),
        role: None,
        admins: vec![TURNED.to_owned()],
    }));
    let project = Project {
        id: ProjectId::new("project"),
        name: TURNED.to_owned(),
        organization_id: OrganizationId::new("org"),
    };
    place.project.set(Some(project.clone()));
    place.projects.set(vec![project]);
    let environment = Environment {
        id: EnvironmentId::new("env_1"),
        name: EnvironmentName::new(TURNED),
        kind: "production".to_owned(),
        created_at: None,
    };
    place.environment.set(Some(environment.clone()));
    place.environments.set(vec![environment]);
    let mut entry = turned();
    entry.environment_name = EnvironmentName::new(TURNED);
    list(state, vec![TokenEntry::Token(entry)]);
    let mut access = state.access;
    access.own.set(Load::Ready(Listed {
        list: vec![UserDevice {
            device: device(TURNED),
            client: None,
        }],
        unreadable: Vec::new(),
    }));
    access.holders.set(Load::Ready(Holders {
        list: vec![Holder {
            kind: HolderKind::Device {
                id: DeviceId::new("device"),
                own: false,
                platform: TURNED.to_owned(),
            },
            name: TURNED.to_owned(),
            fingerprint: None,
            since: None,
            last_seen: Occurrence::Never,
            standing: Standing::Holds,
        }],
        disclosed: Vec::new(),
        is_told: true,
        tokens_are_hidden: false,
        may_have_kept: Vec::new(),
        made_at: None,
    }));
    access.requests.set(Requests {
        list: vec![request(TURNED)],
        unreadable: 0,
    });
    access.asking.set(vec![device(TURNED)]);
    state.toasts.push(News::Revoked {
        name: TURNED.to_owned(),
    });
}

fn confirm(state: AppState, kind: ConfirmKind, name: &str) {
    state.dialog.show(Dialog::Confirm(Confirm {
        kind,
        token: if name == TURNED { turned() } else { token(name) },
        type_name: true,
    }));
}

#[test]
fn nothing_unseen_is_shown_as_it_is_anywhere() {
    type Open = fn(AppState);
    let pages: [(&str, Open); 9] = [
        ("the table", |_| {}),
        ("access", |state| set(state.section, Section::Access)),
        ("settings", |state| set(state.section, Section::Settings)),
        ("the palette", |state| state.dialog.show(Dialog::Palette)),
        ("revoking", |state| confirm(state, ConfirmKind::Revoke, TURNED)),
        ("rotating", |state| confirm(state, ConfirmKind::Rotate, TURNED)),
        ("replacing", |state| confirm(state, ConfirmKind::Replace, TURNED)),
        ("the details", |state| {
            state.dialog.show(Dialog::Details(turned().id))
        }),
        ("key requests", |state| state.dialog.show(Dialog::Requests)),
    ];
    for (page, open) in pages {
        let html = render(move |state| {
            all_turned(state);
            open(state);
        });
        assert!(html.contains(SEEN), "{page}");
        for unseen in ['\u{202e}', '\u{202c}', '\u{200b}'] {
            if let Some(at) = html.find(unseen) {
                let around: String = html[..at].chars().rev().take(160).collect();
                panic!("{page}: {:?}", around.chars().rev().collect::<String>());
            }
        }
    }
}

fn set<T: 'static>(mut signal: Signal<T>, value: T) {
    signal.set(value);
}

#[test]
fn names_that_look_alike_are_pointed_out_where_one_is_chosen() {
    // The second one has a letter of the Cyrillic alphabet.
    let names = ["prod-ci", "pr\u{43e}d-ci", "other-ci"];
    for kind in [ConfirmKind::Revoke, ConfirmKind::Replace, ConfirmKind::Rotate] {
        let html = render(move |state| {
            list(state, names.map(token).map(TokenEntry::Token).to_vec());
            confirm(state, kind, names[0]);
        });
        assert!(html.contains("Another token looks like this one"), "{kind:?}");
        assert!(html.contains("pr\u{43e} (U+043E)d-ci"), "{kind:?}");
        let html = render(move |state| {
            list(state, names.map(token).map(TokenEntry::Token).to_vec());
            confirm(state, kind, names[2]);
        });
        assert!(!html.contains("looks like this one"), "{kind:?}");
    }
    let html = render(|state| {
        let mut access = state.access;
        access.requests.set(Requests {
            list: vec![request("Anna laptop")],
            unreadable: 0,
        });
        access.asking.set(vec![device("\u{410}nna laptop")]);
        state.dialog.show(Dialog::Requests);
    });
    assert!(html.contains("Another device looks like this one"));
}
