//! For developers: the window in any state, on made-up data, without a server.
//!
//! `gallery --check widths|contrast` measures many states and says what is wrong.
//!
//! `gallery STATE [--size WxH] [--zoom N]`, where STATE is one of `table empty loading failed offline create
//! create-running create-failed rotate revoke delete delete-active revoke-production sheet sheet-revealed
//! sheet-notshared sheet-kept sheet-missing close-warning keys palette menu many long revoked none toasts pending replace
//! replacing finish interrupted` or of those in `access.rs`, `emergency.rs`, `many.rs` and `sending.rs`.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for developers: it tells what it was asked for, and stops where its own data is wrong"
)]

mod access;
mod check;
mod emergency;
mod many;
mod sending;

use deploy_tokens::intent::{PlaceIntent, SheetIntent};
use deploy_tokens::state::{
    AppState, Confirm, ConfirmKind, Connection, Copied, Dialog, KeyState, Load, Operation, StatusFilter,
    Taken,
};
use deploy_tokens::ui::views::Window;
use deploy_tokens::ui::{Intent, Send, head};
use dioxus::prelude::*;
use dioxus_desktop::{Config, LogicalSize, WindowBuilder};
use model::{
    About, CallError, CiTokenOutcome, Finding, Issuance, IssuanceKind, News, NotActive, Pending, Problem,
    PublicText, Replacement, Sent, Step, WorkKind,
};
use protocol::secret::{CiToken, DeploySeed};
use protocol::{
    DeployToken, DeployTokenId, Environment, EnvironmentId, EnvironmentName, Fingerprint, Moment, Occurrence,
    Organization, OrganizationId, Project, ProjectId, PublicKey, TokenEntry, TokenKey, TokenStatus,
    UnreadEntry,
};

const DAY: i64 = 86_400;

struct Arguments {
    state: String,
    width: f64,
    height: f64,
    zoom: f64,
    check: Option<String>,
}

fn arguments() -> Arguments {
    let mut found = Arguments {
        state: "table".to_owned(),
        width: 1220.0,
        height: 760.0,
        zoom: 1.0,
        check: None,
    };
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        match word.as_str() {
            "--size" => {
                let size = given.next().unwrap();
                let (width, height) = size.split_once('x').unwrap();
                (found.width, found.height) = (width.parse().unwrap(), height.parse().unwrap());
            }
            "--check" => found.check = given.next(),
            "--zoom" => found.zoom = given.next().unwrap().parse().unwrap(),
            state => found.state = state.to_owned(),
        }
    }
    found
}

fn main() {
    let given = arguments();
    let window = WindowBuilder::new()
        .with_title("Deploy Tokens")
        .with_decorations(false)
        .with_inner_size(LogicalSize::new(given.width, given.height));
    deploy_tokens::app::on_a_desktop()
        .with_cfg(
            Config::new()
                .with_menu(None)
                .with_window(window)
                .with_disable_context_menu(true)
                .with_custom_head(head()),
        )
        .launch(Gallery);
}

#[component]
fn Gallery() -> Element {
    let state = use_context_provider(AppState::make);
    use_context_provider(|| Send(Callback::new(move |intent| answer(state, intent))));
    use_hook(|| {
        let given = arguments();
        fill(state, &given.state);
        if let Some(what) = given.check {
            spawn(async move { check::run(&what, state, fill).await });
        }
        if given.zoom != 1.0 {
            let _ = dioxus_desktop::window().webview.zoom(given.zoom);
        }
    });
    rsx! {
        Window {}
    }
}

/// What the program would do, as far as it shows.
fn answer(state: AppState, intent: Intent) {
    let mut sheet = state.sheet;
    match intent {
        Intent::Sheet(SheetIntent::RevealCiToken(show)) => sheet.ci_token_revealed.set(show),
        Intent::Sheet(SheetIntent::RevealSeed(show)) => sheet.seed_revealed.set(show),
        Intent::Sheet(SheetIntent::CopyBlock) => sheet.copied.set(Some(Copied::Block)),
        Intent::Sheet(SheetIntent::CopyCiToken) => sheet.copied.set(Some(Copied::CiToken)),
        Intent::Sheet(SheetIntent::CopySeed) => sheet.copied.set(Some(Copied::Seed)),
        Intent::Place(PlaceIntent::OpenEnvironment(id)) => {
            let found = state
                .place
                .environments
                .peek()
                .iter()
                .find(|it| it.id == id)
                .cloned();
            let mut environment = state.place.environment;
            environment.set(found);
        }
        other => {
            eprintln!("{other:?}");
            state.toasts.push(News::Copied(PublicText::Id));
        }
    }
    if sheet.copied.peek().is_some() || *sheet.ci_token_revealed.peek() || *sheet.seed_revealed.peek() {
        sheet.take(Taken::BOTH);
    }
}

fn token(name: &str, id: &str, ages: (i64, Option<i64>, Option<i64>)) -> DeployToken {
    let now = Moment::now();
    let (created, used, expires) = ages;
    let mut key = [7; 32];
    for (byte, letter) in key.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    DeployToken {
        id: DeployTokenId::new(format!("dpl_tok_{id}")),
        name: name.to_owned(),
        status: TokenStatus::Active,
        key: TokenKey::Usable(PublicKey::from_bytes(key)),
        environment_id: EnvironmentId::new("env_1"),
        environment_name: EnvironmentName::new("production"),
        created: Occurrence::At(now.plus_seconds(-created * DAY)),
        last_use: used.map_or(Occurrence::Never, |seconds| {
            Occurrence::At(now.plus_seconds(-seconds))
        }),
        end: expires.map_or(Occurrence::Never, |days| {
            Occurrence::At(now.plus_seconds(days * DAY + 3600))
        }),
        ci_token_suffix: Some("42KD".to_owned()),
    }
}

fn samples() -> Vec<DeployToken> {
    let mut old = token("production-ci-2025", "0197f1c6d9b0", (432, Some(83 * DAY), None));
    old.status = TokenStatus::Revoked { at: None };
    vec![
        token("production-ci", "019bb7f0b3e4", (104, Some(240), Some(262))),
        token("forge-web-1", "019bb2c4411a", (174, Some(DAY), Some(192))),
        token("nightly-backup", "019ba77e90d2", (359, Some(11 * 3600), Some(6))),
        token("preview-runner", "019b9d0c5f77", (283, Some(94 * DAY), Some(82))),
        token("vapor-eu", "019b90aa02be", (319, Some(3 * DAY), None)),
        old,
    ]
}

fn environment(id: &str, name: &str, kind: &str) -> Environment {
    Environment {
        id: EnvironmentId::new(id),
        name: EnvironmentName::new(name),
        kind: kind.to_owned(),
        created_at: None,
    }
}

fn place(state: AppState, long: bool) {
    let mut place = state.place;
    let name = if long {
        "A storefront with a rather long project name for the whole of Europe"
    } else {
        "Storefront"
    };
    let project = |id: &str, name: &str| Project {
        id: ProjectId::new(id),
        name: name.to_owned(),
        organization_id: OrganizationId::new("org_1"),
    };
    place.connection.set(Connection::Open);
    place.organization.set(Some(Organization {
        id: OrganizationId::new("org_1"),
        name: if long {
            "Northwind Traders International Holdings".to_owned()
        } else {
            "Northwind".to_owned()
        },
    }));
    place.projects.set(vec![
        project("p1", name),
        project("p2", "Back office"),
        project("p3", "Mailer"),
        project("p4", "Status page"),
    ]);
    place.project.set(Some(project("p1", name)));
    let environments = vec![
        environment("env_1", "production", "production"),
        environment(
            "env_2",
            if long {
                "staging-for-the-release-candidates-of-the-year"
            } else {
                "staging"
            },
            "staging",
        ),
        environment("env_3", "local", "local"),
    ];
    place.environment.set(environments.first().cloned());
    place.environments.set(environments);
    place.origin.set("Local workspace".to_owned());
    let mut print = [0x11; 32];
    print[..4].copy_from_slice(&[0x47, 0x3e, 0x64, 0x0d]);
    place.key.set(KeyState::Held {
        fingerprint: Fingerprint::from_bytes(print),
        version: 3,
    });
}

fn issuance(kind: IssuanceKind, ci_token: CiTokenOutcome, share: Result<usize, Problem>) -> Issuance {
    let token = token("release-ci", "019bc0ffee42", (0, None, Some(364)));
    Issuance {
        kind,
        token,
        ci_token,
        seed: DeploySeed::fill_with(|bytes| {
            for (n, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(n * 37 % 251).unwrap();
            }
        }),
        share,
        notes: Vec::new(),
    }
}

/// The first token with a successor that is used, and one whose successor is not.
fn replacing(state: AppState) {
    let mut tokens = state.tokens;
    let (used, unused) = (Some(240), None);
    let mut list = samples();
    list.insert(1, token("production-ci", "019bc0ffee42", (0, used, Some(364))));
    list.insert(3, token("forge-web-1", "019bc0ffee43", (0, unused, Some(364))));
    let replacements = [(0, 1), (2, 3)].map(|(old, new)| Replacement {
        old: list[old].id.clone(),
        name: list[old].name.clone(),
        successor: Some(list[new].id.clone()),
        // Not looked at where the id is known.
        key: PublicKey::from_bytes([0; 32]),
        since: Moment::now(),
        handed_over: true,
    });
    tokens
        .due
        .set(vec![(list[3].id.clone(), Moment::now().plus_seconds(840))]);
    tokens.replacements.set(replacements.to_vec());
    tokens
        .entries
        .set(Load::Ready(list.into_iter().map(TokenEntry::Token).collect()));
}

fn interrupted() -> Vec<Pending> {
    let line = |kind, name: &str, environment: &str, finding| Pending {
        id: name.to_owned(),
        about: Some(About {
            kind,
            name: name.to_owned(),
            token: None,
            project: ProjectId::new("p1"),
            environment: EnvironmentName::new(environment),
            started: Moment::now().plus_seconds(-1200),
        }),
        finding,
        shown: None,
    };
    let unfinished = Finding::Unfinished { has_ci_token: false };
    vec![
        line(WorkKind::Create, "release-ci", "production", unfinished),
        line(WorkKind::Replace, "forge-web-1", "staging", Finding::Complete),
        line(
            WorkKind::Rotate,
            "nightly-backup",
            "production",
            Finding::NotActive(NotActive::NeverRegistered),
        ),
    ]
}

/// A server that does not answer.
fn silent() -> Problem {
    CallError::TimedOut { sent: Sent::Maybe }.into()
}

fn fill(state: AppState, wanted: &str) {
    place(state, wanted == "long");
    let mut tokens = state.tokens;
    let entries =
        |tokens: Vec<DeployToken>| Load::Ready(tokens.into_iter().map(TokenEntry::Token).collect::<Vec<_>>());
    tokens.entries.set(entries(samples()));
    let first = samples().remove(0);
    sending::known(state, &first.id);
    let confirm = |kind, token: &DeployToken, type_name| {
        state.dialog.show(Dialog::Confirm(Confirm {
            kind,
            token: token.clone(),
            type_name,
        }));
    };
    let issued = || {
        CiTokenOutcome::Issued(CiToken::new(
            "gtok_9xQm3vT7sVb2Lr8KpWz4YdFh6NcJ1aEgRu0Xi5o42KD".to_owned(),
        ))
    };
    let shared = || Ok(9);
    let trouble = || Problem::NotARecipient;
    let (mut operation, mut sheet, mut place, mut connection) = (
        state.dialog.operation,
        state.sheet,
        state.place,
        state.place.connection,
    );
    match wanted {
        "empty" => tokens.entries.set(entries(Vec::new())),
        "none" => tokens.search.set("kubernetes".to_owned()),
        "revoked" => tokens.filter.set(StatusFilter::All),
        "loading" => {
            tokens.entries.set(Load::Loading);
            place.key.set(KeyState::Loading);
        }
        "failed" => tokens.entries.set(Load::Failed(silent())),
        "offline" => {
            connection.set(Connection::Failed(silent()));
        }
        "pending" => place.key.set(KeyState::Pending {
            message: CallError::ReshareRequired { pending: Vec::new() }.into(),
            helpers: vec!["Mara's MacBook Pro".to_owned(), "build-server".to_owned()],
        }),
        "create" => state.dialog.show(Dialog::Create),
        "create-running" => {
            state.dialog.show(Dialog::Create);
            operation.set(Operation::Running(Step::Seal { recipients: 9 }));
        }
        "create-failed" => {
            state.dialog.show(Dialog::Create);
            operation.set(Operation::Failed(silent()));
        }
        "rotate" => confirm(ConfirmKind::Rotate, &first, false),
        "replace" => confirm(ConfirmKind::Replace, &first, false),
        "replacing" => replacing(state),
        "finish" => {
            replacing(state);
            confirm(ConfirmKind::Finish, &first, true);
        }
        "interrupted" => {
            place.found.set(Load::Ready(interrupted()));
            state.dialog.show(Dialog::Interrupted);
        }
        "revoke" => confirm(ConfirmKind::Revoke, &first, false),
        "revoke-production" => confirm(ConfirmKind::Revoke, &first, true),
        "delete" => confirm(ConfirmKind::Delete, &samples()[5], false),
        "delete-active" => confirm(ConfirmKind::Delete, &first, false),
        "sheet" => {
            sheet.show(issuance(IssuanceKind::Create, issued(), shared()));
            sheet.copied.set(Some(Copied::Block));
        }
        "sheet-revealed" => {
            sheet.show(issuance(IssuanceKind::Create, issued(), shared()));
            sheet.ci_token_revealed.set(true);
            sheet.seed_revealed.set(true);
        }
        "sheet-notshared" => sheet.show(issuance(IssuanceKind::Create, issued(), Err(trouble()))),
        "sheet-kept" => sheet.show(issuance(IssuanceKind::Rotate, CiTokenOutcome::Kept, shared())),
        "sheet-missing" => sheet.show(issuance(IssuanceKind::Create, CiTokenOutcome::Missing, shared())),
        "close-warning" => {
            sheet.show(issuance(IssuanceKind::Create, issued(), shared()));
            sheet.asking_to_close.set(true);
        }
        "keys" => state.dialog.show(Dialog::Keys),
        "palette" => state.dialog.show(Dialog::Palette),
        "many" => {
            let many = (0..10_000).map(|n| {
                token(
                    &format!("runner-{n:05}"),
                    &format!("019b{n:08}"),
                    (200, Some(n * 61), Some(30 + n % 300)),
                )
            });
            tokens.entries.set(entries(many.collect()));
        }
        "long" => {
            let mut list: Vec<_> = samples().into_iter().map(TokenEntry::Token).collect();
            let name = "deployment-of-the-very-long-named-service-in-eu-central-1-and-its-fallback-region";
            list.insert(
                1,
                TokenEntry::Token(token(
                    name,
                    "019bb7f0-b3e4-7aa1-9d3c-55d0c1f2a9e7",
                    (20, None, Some(1)),
                )),
            );
            list.push(TokenEntry::Malformed(UnreadEntry {
                position: 7,
                name: Some("broken-record".to_owned()),
                missing: "id",
            }));
            tokens.entries.set(Load::Ready(list));
        }
        "toasts" => {
            state.toasts.push(News::Revoked {
                name: "vapor-eu".to_owned(),
            });
            state.toasts.push(News::NotReshared {
                environment: EnvironmentName::new("production"),
                problem: silent(),
            });
            tokens.highlighted.set(Some(first.id.clone()));
        }
        other => {
            let sheet = |token| issuance(IssuanceKind::Create, token, shared());
            if !sending::fill(state, other, sheet, issued()) && !many::fill(state, other) {
                access::fill(state, other);
                emergency::fill(state, other);
            }
        }
    }
}
