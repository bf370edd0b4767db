//! What somebody should look at everywhere, and many tokens at once.

use deploy_tokens::state::{
    AppState, Audited, BulkKind, BulkLine, BulkState, Dialog, Load, Operation, Section,
};
use dioxus::prelude::*;
use model::{Audit, AuditFact, AuditFinding, Destination, Problem, Step, TokenHealth};
use protocol::{DeployTokenId, EnvironmentId, EnvironmentName, Moment, ProjectId, TokenEntry};

fn finding(project: &str, environment: &str, fact: AuditFact) -> AuditFinding {
    AuditFinding {
        project: ProjectId::new(format!("p-{project}")),
        project_name: project.to_owned(),
        environment_id: EnvironmentId::new(format!("e-{environment}")),
        environment: EnvironmentName::new(environment),
        fact,
    }
}

fn token(name: &str, health: TokenHealth) -> AuditFact {
    AuditFact::Token {
        id: DeployTokenId::new(format!("dpl_tok_{name}")),
        name: name.to_owned(),
        health,
    }
}

fn audited() -> Audited {
    let long = "deployment-of-the-very-long-named-service-in-eu-central-1-and-its-fallback-region";
    let findings = vec![
        finding(
            "Storefront",
            "production",
            token("forge-web-1", TokenHealth::NotShared),
        ),
        finding("Mailer", "production", AuditFact::KeyOfNobody),
        finding(
            "Storefront",
            "staging",
            AuditFact::StillSealed(vec!["old-ci".to_owned(), "Mara's old laptop".to_owned()]),
        ),
        finding(
            "Back office",
            "production",
            token("nightly-backup", TokenHealth::Expired),
        ),
        finding("Status page", "production", token(long, TokenHealth::Expiring(3))),
        finding(
            "Mailer",
            "staging",
            AuditFact::MayHaveKept(vec!["leaked-ci".to_owned()]),
        ),
        finding("Back office", "production", AuditFact::OldKey(412)),
        finding(
            "Back office",
            "local",
            token("vapor-eu", TokenHealth::Unused(187)),
        ),
    ];
    Audited {
        audit: Audit {
            findings,
            projects: 4,
            done: 4,
            environments: 11,
            tokens: 1342,
            keys: true,
            ..Audit::default()
        },
        at: Moment::now().plus_seconds(-130),
    }
}

fn choose(state: AppState, count: usize) {
    let ids: Vec<DeployTokenId> = match &*state.tokens.entries.peek() {
        Load::Ready(all) => all
            .iter()
            .filter_map(TokenEntry::token)
            .map(|it| it.id.clone())
            .collect(),
        _ => Vec::new(),
    };
    state.chosen.choose(ids.into_iter().take(count), true);
}

fn lines() -> Vec<BulkLine> {
    let there = || {
        Destination::parse("github:northwind/storefront@production")
            .into_iter()
            .collect::<Vec<_>>()
    };
    let line = |name: &str, state| BulkLine {
        token: DeployTokenId::new(format!("dpl_tok_{name}")),
        name: name.to_owned(),
        state,
    };
    vec![
        line(
            "production-ci",
            BulkState::Renewed {
                sent: there(),
                failed: Vec::new(),
                unshared: None,
            },
        ),
        line("forge-web-1", BulkState::NotSentAnywhere),
        line(
            "nightly-backup",
            BulkState::Renewed {
                sent: Vec::new(),
                failed: there().into_iter().map(|it| (it, Problem::Stopped)).collect(),
                unshared: None,
            },
        ),
        line("vapor-eu", BulkState::Running),
        line("release-ci", BulkState::Waiting),
    ]
}

/// Whether this is a state of this file; it is shown then.
pub fn fill(state: AppState, wanted: &str) -> bool {
    let (mut section, mut found, mut under_way) = (state.section, state.audit.found, state.audit.under_way);
    let mut operation = state.dialog.operation;
    match wanted {
        "everywhere" => {
            section.set(Section::Everywhere);
            found.set(Some(audited()));
        }
        "everywhere-looking" => {
            section.set(Section::Everywhere);
            let mut looking = audited();
            looking.audit.done = 2;
            looking.audit.findings.truncate(3);
            under_way.set(Some(looking));
        }
        "everywhere-part" => {
            section.set(Section::Everywhere);
            let mut part = audited();
            part.audit.done = 2;
            part.audit.keys = false;
            found.set(Some(part));
        }
        "chosen" => choose(state, 3),
        "bulk-revoke" => {
            choose(state, 4);
            state.dialog.show(Dialog::Bulk(BulkKind::Revoke));
        }
        "bulk-rotate" => {
            choose(state, 4);
            state.dialog.show(Dialog::Bulk(BulkKind::Rotate));
        }
        "bulk-run" => {
            state.dialog.show(Dialog::Bulk(BulkKind::Rotate));
            state.chosen.begin(lines(), None);
            operation.set(Operation::Running(Step::Check));
        }
        "bulk-over" => {
            state.dialog.show(Dialog::Bulk(BulkKind::Rotate));
            state.chosen.begin(lines(), None);
            state.chosen.end();
        }
        _ => return false,
    }
    true
}
