//! pull: the variables of an environment in clear, written as one of the forms that programs read.

use std::path::Path;

use super::args::Pull;
use super::output;
use super::pull_target::PullTarget;
use super::runner::{as_runner, is_complete, tell_problems};
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::formats::pulled::{Form, Unwritable};
use protocol::EnvironmentName;
use protocol::variable::Variable;
use service::verify as runner;
use text::Message;

/// Writes the variables. Nothing is written when any does not decrypt (docs/protocol.md G10), is asked for and not there, or
/// cannot be written so that its reader gets it as it is and does nothing else; nor over what `pull` has not written. As
/// [`super::runner::verify`], what was sealed under a former name is accepted.
pub async fn pull(target: &Target, options: &Pull) -> Result<u8, Failure> {
    let (file, only, form) = (options.file.as_path(), &options.only, options.form());
    check_names(only)?;
    let to = PullTarget::look_at(file, options.force)?;
    let was_called = options.was_called.clone().map(EnvironmentName::new);
    let pulled = as_runner(target, async |address, ci_token, seed| {
        runner::pull(address, ci_token, seed, was_called, only).await
    });
    let pulled = pulled.await?;
    if !is_complete(&pulled) {
        tell_problems(&pulled);
        return Err(Failure::new(
            FAILED,
            format!(
                "{} of {} variables decrypt; {} was not written.",
                pulled.report.decrypted(),
                pulled.report.total,
                file.display()
            ),
            "See to what is named above, and try again.",
        ));
    }
    let variables = &pulled.report.variables;
    check_all_there(only, variables, &pulled.environment, file)?;
    if let Some((name, why)) = variables
        .iter()
        .find_map(|it| Some((it.name.as_str(), (form.refuse)(it)?)))
    {
        return Err(unwritable(name, why, form, file));
    }
    tell_who_misreads(form, variables);
    let text = (form.write)(variables);
    to.write(&text, form)?;
    let count = text::plural(variables.len(), "variable");
    if !to.is_standard_output() {
        output::tell(&format!(
            "{count} of {} written to {}.",
            pulled.environment,
            file.display()
        ));
    }
    Ok(0)
}

/// `--only` takes one name each time.
fn check_names(only: &[String]) -> Result<(), Failure> {
    match only
        .iter()
        .find(|name| name.trim().is_empty() || name.contains(','))
    {
        None => Ok(()),
        Some(wrong) => Err(Failure::new(
            WRONG_USE,
            format!("--only takes the name of one variable, and \"{wrong}\" is none."),
            "Give it once for each variable: --only A --only B.",
        )),
    }
}

fn check_all_there(
    only: &[String],
    variables: &[Variable],
    environment: &str,
    file: &Path,
) -> Result<(), Failure> {
    let missing: Vec<_> = only
        .iter()
        .filter(|name| !variables.iter().any(|variable| variable.name == **name))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        WRONG_USE,
        format!(
            "{environment} has no variable {}; {} was not written.",
            missing.join(", "),
            file.display()
        ),
        "Check the names, which are told apart by case.",
    ))
}

fn unwritable(name: &str, why: Unwritable, form: Form, file: &Path) -> Failure {
    let what = match why {
        Unwritable::Name => "its name would not be a variable's in a shell",
        Unwritable::Runs => "a shell, or what it starts, would run what is in a variable of this name",
        Unwritable::Shells => "a shell keeps a value of its own under this name",
        Unwritable::GitHubs => "GitHub lets no step set a variable of this name",
        Unwritable::Nul => "its value has a NUL character, which no environment can hold",
        Unwritable::LineBreak => "its value has a line break, and docker reads a line for each variable",
        Unwritable::TooLong => "its value is longer than docker reads",
    };
    Failure::new(
        FAILED,
        format!(
            "{name:?} cannot be written as {}: {what}. {} was not written.",
            form.name,
            file.display()
        ),
        "Rename or change it, name the others with --only, or choose --format json, which holds everything.",
    )
}

/// Which values some reader of this form takes otherwise, and who.
fn tell_who_misreads(form: Form, variables: &[Variable]) {
    let misread: Vec<String> = variables
        .iter()
        .filter_map(|it| {
            // Looked at, not taken out.
            let who = (form.misread)(it.value.expose());
            (!who.is_empty()).then(|| format!("{} by {}", it.name, who.join(", ")))
        })
        .collect();
    if !misread.is_empty() {
        output::warning(&Message::new(
            format!(
                "A shell reads every value as it is. Other readers of such files do not, because of quotes, backslashes, \
                 dollars or line breaks in it: {}.",
                misread.join("; ")
            ),
            "Source the file in a shell, or choose --format json or yaml where these values matter.",
        ));
    }
}
