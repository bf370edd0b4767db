//! The ways in, this device, who holds the key, and who waits for one.

use deploy_tokens::state::{
    AppState, CommandLineOffer, Dialog, Gate, Holders, KeyState, Load, OwnDevice, RenewedKey, Section,
    SessionKind, SignInStage,
};
use dioxus::prelude::*;
use model::{Flaw, Holder, HolderKind, Renewed, RunnerProof, SignInWork, Standing, Waiting};
use protocol::{
    DeviceId, DeviceState, Fingerprint, KeyRequest, Moment, Occurrence, OrganizationId, PublicKey,
    RemoteStatus, RequestId, RequestStatus, Requests,
};
use protocol::{EnvironmentId, EnvironmentName, ProjectId};

const DAY: i64 = 86_400;

fn print(n: u8) -> Fingerprint {
    PublicKey::from_bytes([n; 32]).fingerprint()
}

fn ago(days: i64) -> Option<Moment> {
    Some(Moment::now().plus_seconds(-days * DAY))
}

fn device(name: &str, n: u8, own: bool, standing: Standing) -> Holder {
    Holder {
        kind: HolderKind::Device {
            id: DeviceId::new(format!("dev_{n}")),
            own,
            platform: "linux-x64 (6.12.48)".to_owned(),
        },
        name: name.to_owned(),
        fingerprint: Some(print(n)),
        since: ago(i64::from(n) * 17),
        last_seen: ago(i64::from(n)).map_or(Occurrence::Never, Occurrence::At),
        standing,
    }
}

fn token(name: &str, n: u8, standing: Standing) -> Holder {
    Holder {
        kind: HolderKind::Token {
            id: Some(protocol::DeployTokenId::new(format!("dpl_tok_019bb7f0{n}"))),
        },
        ..device(name, n, false, standing)
    }
}

fn holders() -> Holders {
    Holders {
        list: vec![
            device("This computer", 3, true, Standing::Holds),
            device("Mara's MacBook Pro", 4, false, Standing::Holds),
            device("new phone", 5, false, Standing::Waits { since: ago(0) }),
            device(
                "a-device-with-quite-a-long-name-that-somebody-gave-it-once-upon-a-time",
                6,
                false,
                Standing::Flawed(Flaw::ForeignKey),
            ),
            token("production-ci", 7, Standing::Holds),
            token("twin-a", 8, Standing::Flawed(Flaw::SharedKey)),
            token(
                "production-ci-2025",
                9,
                Standing::Flawed(Flaw::Revoked { at: ago(83) }),
            ),
        ],
        disclosed: vec![print(4)],
        is_told: true,
        may_have_kept: vec!["old-ci".to_owned(), "forge-web-3".to_owned()],
        made_at: ago(412),
        tokens_are_hidden: false,
    }
}

fn request(n: u8, environment: &str) -> KeyRequest {
    KeyRequest {
        id: RequestId::new(format!("req_{n}")),
        status: RequestStatus::Pending,
        organization: OrganizationId::new("org_1"),
        project: ProjectId::new("prj_1"),
        project_name: Some("Storefront".to_owned()),
        environment: EnvironmentId::new(format!("env_{n}")),
        environment_name: Some(EnvironmentName::new(environment)),
        required_version: Some(1),
        device: DeviceId::new("dev_5"),
        device_label: Some("new phone".to_owned()),
        person: Some("Sam Okafor".to_owned()),
        reason: None,
        created_at: ago(0),
        resolved_at: None,
    }
}

fn own(remote: RemoteStatus) -> OwnDevice {
    OwnDevice::Linked(DeviceState {
        id: DeviceId::new("019bb7f0-b3e4-7aa1-9d3c-55d0c1f2a9e7"),
        name: Some("sams-laptop".to_owned()),
        platform: Some("linux-x64 (6.12.48)".to_owned()),
        encryption: print(3),
        signing: print(33),
        last_seen_at: ago(0),
        remote,
    })
}

pub fn renewed() -> RenewedKey {
    let names = [
        "APP_KEY",
        "DB_PASSWORD",
        "MAIL_PASSWORD",
        "QUEUE_CONNECTION",
        "REDIS_PASSWORD",
        "SESSION_DRIVER",
    ];
    RenewedKey {
        environment: EnvironmentName::new("production"),
        done: Renewed {
            before: print(1),
            now: print(2),
            version: 2,
            variables: (1..=8)
                .flat_map(|n| names.map(|name| format!("{name}_{n}")))
                .collect(),
            recipients: 9,
            left_out: vec!["leaked-ci".to_owned(), "old laptop".to_owned()],
            revived: 0,
            gap: Some(std::time::Duration::from_millis(83)),
        },
        proof: RunnerProof::Passed(48),
    }
}

/// The names of these states.
pub fn fill(state: AppState, wanted: &str) {
    let (mut session, mut access, mut section, mut place) =
        (state.session, state.access, state.section, state.place);
    session.has_local.set(true);
    session.kind.set(SessionKind::Kept);
    session.address.set("https://ghostable.dev/api/v2".to_owned());
    access.device.set(own(RemoteStatus::Active));
    access.holders.set(Load::Ready(holders()));
    let browser = |opened| SignInStage::Browser {
        page: "https://ghostable.dev/cli/login/7cQ2yWm4bX0fJv9sKz1LhPdR".to_owned(),
        opened,
        waiting: Waiting::ForPerson,
        expires_at: Some(Moment::now().plus_seconds(600)),
    };
    let refused = || model::KeychainError::Locked { cause: None }.into();
    if wanted.starts_with("welcome") {
        session.gate.set(Gate::Welcome);
    }
    match wanted {
        "welcome-command-line" => session.command_line.set(Some(CommandLineOffer {
            person: "Sam Okafor (sam@northwind.example)".to_owned(),
            can_share: true,
        })),
        "welcome-problem" => session.problem.set(Some(refused())),
        "welcome-browser" => session.stage.set(browser(true)),
        "welcome-password" => session.stage.set(SignInStage::Password {
            code: false,
            busy: false,
        }),
        "welcome-working" => session.stage.set(SignInStage::Working(SignInWork::Link)),
        "welcome-passphrase" => session.gate.set(Gate::Passphrase { new: true }),
        "expired" => session.gate.set(Gate::Expired),
        "expired-browser" => {
            session.gate.set(Gate::Expired);
            session.stage.set(browser(false));
        }
        "access" => section.set(Section::Access),
        "settings" => {
            section.set(Section::Settings);
            chosen(state);
        }
        "settings-contrast" => {
            section.set(Section::Settings);
            chosen(state);
            let mut chosen = state.settings.chosen;
            chosen.write().theme = model::Theme::Contrast;
        }
        "settings-revoked" => {
            section.set(Section::Settings);
            access.device.set(own(RemoteStatus::Revoked { at: ago(1) }));
        }
        "settings-unlinked" => {
            section.set(Section::Settings);
            access.device.set(OwnDevice::None);
        }
        "unlinked" => {
            access.device.set(OwnDevice::None);
            place.key.set(KeyState::NoDevice);
        }
        "renew-key" => {
            section.set(Section::Access);
            state.dialog.show(Dialog::RenewKey);
        }
        "renewed" => {
            section.set(Section::Access);
            state.dialog.show(Dialog::Renewed(Box::new(renewed())));
        }
        "link" => state.dialog.show(Dialog::LinkDevice {
            name: "sams-laptop".to_owned(),
        }),
        "unlink" => state.dialog.show(Dialog::UnlinkDevice),
        "sign-out" => state.dialog.show(Dialog::SignOut { failed: false }),
        "its-device" => state.dialog.show(Dialog::UseCommandLineDevice),
        "requests" | "requests-sidebar" => {
            access.requests.set(Requests {
                list: vec![request(1, "production"), request(2, "staging")],
                unreadable: 0,
            });
            if wanted == "requests" {
                state.dialog.show(Dialog::Requests);
            }
        }
        _ => {}
    }
}

/// What was chosen of the window, and the servers that were open.
fn chosen(state: AppState) {
    let mut settings = state.settings;
    settings.can_notify.set(true);
    settings.given.set(model::GivenLimits {
        clipboard: Some(30),
        idle: None,
    });
    let mut known = state.session.known;
    let server = |address: &str, person: Option<&str>| model::KnownServer {
        address: address.to_owned(),
        person: person.map(str::to_owned),
    };
    known.set(vec![
        server("https://ghostable.dev/api/v2", Some("Mara Ortiz")),
        server("https://ghostable.northwind.example/api/v2", None),
    ]);
}
