//! A new environment key.

use super::{Message, explain, plural, plural_u64};
use model::{Problem, Renewed};
use protocol::EnvironmentName;

/// The button and the name of making an environment's key anew.
pub const RENEW_KEY: &str = "Renew key";

/// What was done, and what remains to be done: a sentence or two a line.
pub fn done(done: &Renewed, environment: &EnvironmentName) -> Vec<String> {
    let mut lines = vec![format!(
        "The key of {environment} is new (version {}, {}): it is sealed for {}, and {} under it.",
        done.version,
        done.now.short(),
        plural(done.recipients, "recipient"),
        match done.variables.len() {
            1 => "the only variable is".to_owned(),
            count => format!("all {} are", plural(count, "variable")),
        }
    )];
    if let Some(gap) = done.gap {
        lines.push(format!(
            "Runners could not decrypt for {:.2} s.",
            gap.as_secs_f64()
        ));
    }
    if !done.left_out.is_empty() {
        lines.push(format!(
            "Held the old key and does not hold this one: {}. What was kept of it opens nothing that the server gives now.",
            done.left_out.join(", ")
        ));
    }
    if done.revived > 0 {
        lines.push(format!(
            "{} deleted by somebody meanwhile and {} there again: delete what is not wanted.",
            was(done.revived, "variable"),
            if done.revived == 1 { "is" } else { "are" },
        ));
    }
    if !done.variables.is_empty() {
        lines.push(
            "Whoever held the old key may have read the values: change those that matter where they are made. Earlier versions and notes stay under the old key."
                .to_owned(),
        );
    }
    lines
}

/// Who was left out, and for how long runners could not decrypt: of a line that is to be short.
pub fn kept_out(done: &Renewed) -> Option<String> {
    let mut said = Vec::new();
    if !done.left_out.is_empty() {
        said.push(format!("Left out: {}.", done.left_out.join(", ")));
    }
    if let Some(gap) = done.gap {
        said.push(format!(
            "Runners could not decrypt for {:.2} s.",
            gap.as_secs_f64()
        ));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

fn was(count: u64, what: &str) -> String {
    let verb = if count == 1 { "was" } else { "were" };
    format!("{} {verb}", plural_u64(count, what))
}

/// A runner decrypts everything.
pub fn passed(decrypted: usize) -> String {
    format!(
        "A throw-away token decrypted {} as a runner, and is deleted again.",
        plural(decrypted, "variable")
    )
}

/// It was not tried, or not cleared away.
pub fn not_proven_because(problem: &Problem) -> Message {
    let Message { what, next } = explain(problem);
    Message::new(
        format!(
            "The key is new, but it could not be shown with a throw-away token that a runner decrypts. {what}"
        ),
        next,
    )
}
