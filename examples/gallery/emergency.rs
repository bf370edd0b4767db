//! The emergency: what there is to revoke, a run with its keys, and the values to change.

use deploy_tokens::state::{AppState, Dialog, Load, Section};
use dioxus::prelude::*;
use model::{
    CheckedPlace, CheckedValue, Checklist, Incident, KeyStatus, KeyToRenew, PlacedToken, Problem, Proof,
    RevocationStatus, RevokeTarget, ValueState,
};
use protocol::{
    DeployToken, DeployTokenId, Environment, EnvironmentId, EnvironmentName, Moment, Occurrence, ProjectId,
    PublicKey, TokenKey, TokenStatus,
};

fn ago(minutes: i64) -> Moment {
    Moment::now().plus_seconds(-minutes * 60)
}

fn environment(name: &str) -> Environment {
    Environment {
        id: EnvironmentId::new(name),
        name: EnvironmentName::new(name),
        kind: name.to_owned(),
        created_at: None,
    }
}

fn placed(name: &str, place: &str, n: u8) -> PlacedToken {
    PlacedToken {
        project: ProjectId::new("p"),
        project_name: "Storefront".to_owned(),
        environment: environment(place),
        token: DeployToken {
            id: DeployTokenId::new(format!("dpl_tok_019bb7f{n}")),
            name: name.to_owned(),
            status: TokenStatus::Active,
            key: TokenKey::Usable(PublicKey::from_bytes([n; 32])),
            environment_id: EnvironmentId::new(place),
            environment_name: EnvironmentName::new(place),
            created: Occurrence::At(ago(90_000)),
            last_use: Occurrence::At(ago(i64::from(n) * 700)),
            end: Occurrence::Never,
            ci_token_suffix: None,
        },
    }
}

fn all() -> Vec<PlacedToken> {
    vec![
        placed("production-ci", "production", 1),
        placed("vapor-eu", "production", 2),
        placed(
            "a-deploy-token-with-quite-a-long-name-that-somebody-gave-it",
            "production",
            3,
        ),
        placed("staging-ci", "staging", 4),
    ]
}

fn statuses() -> [RevocationStatus; 4] {
    let (proof, at) = (Proof::RunnerRefused, Some(ago(0)));
    [
        RevocationStatus::Reshared {
            proof,
            at,
            recipients: 7,
        },
        RevocationStatus::Refused { proof, at },
        RevocationStatus::ReshareFailed {
            proof,
            at,
            why: Problem::NotDone,
        },
        RevocationStatus::NotRevoked(Problem::NotAnAdmin),
    ]
}

fn show_run(state: AppState) {
    let lines: Vec<_> = all().iter().map(RevokeTarget::from).zip(statuses()).collect();
    let key = |name: &str, status| KeyToRenew {
        project: ProjectId::new("p"),
        project_name: "Storefront".to_owned(),
        environment: environment(name),
        status,
    };
    let keys = vec![
        key(
            "production",
            KeyStatus::Renewed(Box::new(crate::access::renewed().done)),
        ),
        key("staging", KeyStatus::NotRenewed(Problem::RevokeFirst)),
        key("preview", KeyStatus::Renewing),
    ];
    let number = state.emergency.begin(lines.clone(), keys, || {});
    state.emergency.change(number, |run| {
        run.over = true;
        run.took = std::time::Duration::from_millis(1840);
        run.incident = Some(Incident {
            by: None,
            origin: String::new(),
            started: ago(1),
            ended: ago(0),
            tokens: lines,
            keys: Vec::new(),
            reach: Vec::new(),
            unlisted: Vec::new(),
        });
    });
}

fn value(name: &str, same: Option<u32>, state: ValueState) -> CheckedValue {
    CheckedValue {
        name: name.to_owned(),
        since: Some(ago(200_000)),
        same,
        state,
    }
}

fn checklist() -> Checklist {
    let changed = ValueState::Changed {
        at: Some(ago(12)),
        by: Some("sam@northwind.example".to_owned()),
    };
    let place = |name: &str, is_exposed, values| CheckedPlace {
        project: ProjectId::new("p"),
        project_name: "Storefront".to_owned(),
        environment: environment(name),
        is_exposed,
        values,
        problem: None,
    };
    Checklist {
        id: "list".to_owned(),
        begun: ago(40),
        because: vec!["production-ci".to_owned(), "vapor-eu".to_owned()],
        not_compared: vec!["Storefront / preview".to_owned()],
        places: vec![
            place(
                "production",
                true,
                vec![
                    value("APP_DEBUG", None, ValueState::Settled { at: ago(2) }),
                    value("APP_KEY", None, changed.clone()),
                    value("DB_PASSWORD", Some(0), ValueState::AsItWas),
                    value(
                        "STRIPE_SECRET_KEY_OF_A_RATHER_LONG_NAME_FOR_A_VARIABLE",
                        Some(1),
                        changed,
                    ),
                    value("STRIPE_KEY_COPY", Some(1), ValueState::AsItWas),
                    value("OLD_MAILER", None, ValueState::Deleted),
                ],
            ),
            place(
                "staging",
                false,
                vec![
                    value("DB_PASSWORD", Some(0), ValueState::NotKnown),
                    value("PAYMENT_SECRET", Some(1), ValueState::AsItWas),
                ],
            ),
        ],
    }
}

/// The names of these states.
pub fn fill(state: AppState, wanted: &str) {
    if !matches!(wanted, "emergency" | "emergency-run" | "checklist") {
        return;
    }
    let (mut section, mut emergency) = (state.section, state.emergency);
    section.set(Section::Emergency);
    emergency.active.set(Load::Ready(all()));
    emergency.projects.set(1);
    let mut list = checklist();
    match wanted {
        "emergency" => {
            emergency.renews.set(true);
            emergency.choose(all().into_iter().take(2).map(|it| it.token.id), true);
            state.checklists.put(list);
        }
        "emergency-run" => show_run(state),
        _ => {
            list.id = "shown".to_owned();
            state.checklists.put(list);
            state.dialog.show(Dialog::Checklist(Some("shown".to_owned())));
        }
    }
}
