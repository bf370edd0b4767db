//! The sheet's pages beside its values.

use super::{CiTokenOutcome, Issuance};
use deploy_tokens::state::{AppState, SendLine, SendState, SheetPage};
use dioxus::prelude::*;
use model::destinations::Sent;
use model::{Destination, Handed, SendError};
use protocol::Moment;

fn destination(text: &str) -> Destination {
    Destination::parse(text).unwrap()
}

/// Whether it is one of these states.
pub fn fill(
    state: AppState,
    wanted: &str,
    issued: impl Fn(CiTokenOutcome) -> Issuance,
    token: CiTokenOutcome,
) -> bool {
    let mut sheet = state.sheet;
    match wanted {
        "sheet-github" | "sheet-kubernetes" => {
            sheet.show(issued(token));
            let name = wanted.trim_start_matches("sheet-");
            sheet.format.set(model::formats::named(name).unwrap());
        }
        "sheet-send" => {
            sheet.show(issued(token));
            sheet.lines.set(lines());
            sheet.program.set(Some(Ok("/usr/bin/gh".into())));
            sheet.turn_to(SheetPage::Send);
        }
        _ => return false,
    }
    true
}

/// Where tokens were sent, and where they can be.
pub fn known(state: AppState, token: &protocol::DeployTokenId) {
    let mut sheet = state.sheet;
    sheet.can_send.set(true);
    sheet.can_save.set(true);
    let mut handed = state.tokens.handed;
    let there = |text: &str, days: i64| Handed {
        destination: destination(text),
        at: Moment::now().plus_seconds(-days * super::DAY),
    };
    let all = vec![
        there("github:northwind/storefront@production", 3),
        there("kubernetes:storefront/ghostable", 104),
    ];
    handed.write().insert(token.clone(), all);
}

fn lines() -> Vec<SendLine> {
    let line = |text: &str, state| SendLine {
        destination: destination(text),
        state,
    };
    let sent = Sent {
        program: "/usr/bin/gh".into(),
        seen: vec![
            "GHOSTABLE_CI_TOKEN 2026-11-28".to_owned(),
            "GHOSTABLE_DEPLOY_SEED 2026-11-28".to_owned(),
        ],
    };
    let failed = SendError::Failed {
        program: "/usr/bin/kubectl".into(),
        said: "error: namespaces \"storefront\" not found".to_owned(),
    };
    vec![
        line("github:northwind/storefront@production", SendState::Sent(sent)),
        line(
            "kubernetes:storefront/ghostable",
            SendState::Failed(failed.into()),
        ),
        line("fly:storefront", SendState::Running),
        line("vercel:/home/mara/storefront@production", SendState::Waiting),
    ]
}
