//! audit: what somebody should look at, in every environment that the user can see.

use serde::Serialize;

use super::args::Audit as Options;
use super::{audit_sarif, output};
use crate::connect::Target;
use crate::failure::{FAILED, Failure};
use model::{Audit, AuditFact, AuditFinding, AuditLimits, HealthLimits, TokenHealth};
use protocol::Moment;
use text::plural;

#[derive(Serialize)]
struct AuditJson<'a> {
    findings: Vec<FindingJson<'a>>,
    projects: usize,
    environments: usize,
    tokens: usize,
    /// Whether keys were looked at: that takes a linked device.
    keys: bool,
    /// What could not be looked at, in words.
    not_looked_at: Vec<String>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    kind: &'static str,
    project_id: &'a str,
    project: &'a str,
    environment: &'a str,
    token_id: Option<&'a str>,
    token: Option<&'a str>,
    /// How many, where the kind has a number of days.
    days: Option<i64>,
    /// Whom it is about beside a token.
    holders: &'a [String],
    says: String,
    command: String,
}

impl<'a> FindingJson<'a> {
    fn new(found: &'a AuditFinding, several: bool) -> Self {
        let words = text::audit::finding(found, several);
        let (token, days, holders) = match &found.fact {
            AuditFact::Token { id, name, health } => {
                let days = match health {
                    TokenHealth::Expiring(days) | TokenHealth::Unused(days) => Some(*days),
                    _ => None,
                };
                (Some((id.as_str(), name.as_str())), days, &[][..])
            }
            AuditFact::StillSealed(names)
            | AuditFact::MayHaveKept(names)
            | AuditFact::DisclosedSigner(names) => (None, None, names.as_slice()),
            AuditFact::OldKey(days) => (None, Some(*days), &[][..]),
            AuditFact::KeyOfNobody => (None, None, &[][..]),
        };
        Self {
            kind: text::audit::kind(&found.fact),
            project_id: found.project.as_str(),
            project: &found.project_name,
            environment: found.environment.as_str(),
            token_id: token.map(|(id, _)| id),
            token: token.map(|(_, name)| name),
            days,
            holders,
            says: words.what,
            command: words.next,
        }
    }
}

/// Looks through everything; 1 where something was found, or could not be looked at.
pub(super) async fn run(target: &Target, options: &Options) -> Result<u8, Failure> {
    let connected = target.connect().await?;
    let limits = AuditLimits {
        health: HealthLimits {
            unused: i64::from(options.unused),
            ending: i64::from(options.ending_within).saturating_add(1),
        },
        key_age: options.max_age.map(i64::from),
    };
    let audit = service::audit(&connected.context, limits, Moment::now(), &|_| {}).await?;
    output::unlisted(&audit.unlisted);
    let several = audit.projects > 1;
    if options.sarif {
        output::json(&audit_sarif::log(&audit, several))?;
    } else if options.json {
        output::json(&AuditJson {
            findings: audit
                .findings
                .iter()
                .map(|it| FindingJson::new(it, several))
                .collect(),
            projects: audit.projects,
            environments: audit.environments,
            tokens: audit.tokens,
            keys: audit.keys,
            not_looked_at: audit
                .unlisted
                .iter()
                .map(|it| text::emergency::unlisted(it).what)
                .collect(),
        })?;
    } else if !audit.findings.is_empty() {
        output::result(&table(&audit.findings, several))?;
    }
    output::tell(&summary(&audit));
    let is_fine = audit.findings.is_empty() && audit.unlisted.is_empty();
    Ok(if is_fine { 0 } else { FAILED })
}

fn summary(audit: &Audit) -> String {
    let at = format!(
        "{} of {} in {}",
        plural(audit.tokens, "token"),
        plural(audit.environments, "environment"),
        plural(audit.projects, "project"),
    );
    let keys = if audit.keys {
        ""
    } else {
        " Keys were not looked at: this machine is not linked as a device."
    };
    match audit.findings.len() {
        0 => format!("Nothing to do: {at}.{keys}"),
        1 => format!("1 thing wants a look: {at}.{keys}"),
        count => format!("{count} things want a look: {at}.{keys}"),
    }
}

fn table(findings: &[AuditFinding], several: bool) -> String {
    let mut rows = vec![["WHERE", "WHAT", "COMMAND"].map(str::to_owned)];
    rows.extend(findings.iter().map(|found| {
        let words = text::audit::finding(found, several);
        let place = text::place(&found.project_name, &found.environment);
        [place, words.what, words.next]
    }));
    output::aligned(&rows)
}
