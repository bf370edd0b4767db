//! Handing secrets over: to standard output as a block or as JSON, or into a new file.

use std::path::Path;

use super::args::HandOver;
use super::output;
use super::send::{self, Sending};
use crate::failure::{FAILED, Failure, NOT_SHARED, WRONG_USE};
use model::formats::Format;
use model::{CiTokenOutcome, Issuance, Problem};
use private_file::NewFile;
use service::checkpoint::{self, Checkpoint, Operation};
use service::journal::OpenEntry;
use service::{Context, Issued};
use text::Message;

/// Where an issuance will go, checked before anything is changed.
pub(super) enum SecretSink {
    Json,
    Standard(Format),
    /// A new file, already made: so it can be written, and no other program gets in between.
    File(NewFile, Format),
    /// Destinations, whose tools are there.
    Sent(Sending),
}

impl SecretSink {
    /// Checks that it can be written.
    ///
    /// # Errors
    /// When the file exists or cannot be made; nothing was changed on the server then.
    pub(super) async fn prepare(hand_over: HandOver) -> Result<Self, Failure> {
        let destinations = send::asked(&hand_over)?;
        if !destinations.is_empty() {
            return Ok(Self::Sent(Sending::prepare(destinations).await?));
        }
        let format = hand_over.format();
        if hand_over.out.is_none() {
            output::check_that_somebody_reads()?;
        }
        match hand_over {
            HandOver { json: true, .. } => Ok(Self::Json),
            HandOver { out: None, .. } => Ok(Self::Standard(format)),
            HandOver { out: Some(path), .. } => Ok(Self::File(new_file(&path)?, format)),
        }
    }

    /// Hands the secrets over, and lets the journal forget them only then.
    ///
    /// # Errors
    /// Why there is nothing to hand over, or why it could not be.
    pub(super) async fn hand_over(
        self,
        context: &Context,
        operation: Operation,
        issued: Result<Issued, Problem>,
    ) -> Result<u8, Failure> {
        let Issued { issuance, entry } = match issued {
            Ok(issued) => issued,
            Err(error) => {
                if let Self::File(file, _) = self {
                    file.discard();
                }
                return Err(error.into());
            }
        };
        match self {
            Self::Json => {
                output::issuance_json(&issuance)?.map_err(|error| not_received(error, entry.as_ref()))?;
            }
            Self::Standard(format) => {
                // Exposed because handing the block over is what the command is for.
                output::exactly(issuance.block(format).expose())
                    .map_err(|error| not_received(error, entry.as_ref()))?;
                tell_usage(format, &issuance);
            }
            Self::Sent(sending) => {
                return deliver(&sending, context, operation, &issuance, entry).await;
            }
            Self::File(file, format) => {
                write_block(file, format, &issuance)?;
                tell_usage(format, &issuance);
            }
        }
        finish(operation, entry);
        Ok(tell_about(&issuance))
    }
}

/// Standard output did not take the secrets: what the journal has can be had again.
fn not_received(error: output::Unwritten, entry: Option<&OpenEntry>) -> Failure {
    let failure = Failure::from(error);
    match entry {
        None => failure,
        Some(entry) => Failure::new(
            failure.code,
            format!("{} The values are kept here.", failure.message.what),
            format!("To have them: deploy-tokens resume {}", entry.id()),
        ),
    }
}

/// Lets the journal forget what was handed over.
fn finish(operation: Operation, entry: Option<OpenEntry>) {
    checkpoint::reached(operation, Checkpoint::Delivered);
    if let Some(Err(error)) = entry.map(OpenEntry::handed_over) {
        output::warning(&text::explain(&error.into()));
    }
}

/// Sends it to each destination. What not all of them have stays in the journal; where there is none, it is printed.
async fn deliver(
    sending: &Sending,
    context: &Context,
    operation: Operation,
    issuance: &Issuance,
    entry: Option<OpenEntry>,
) -> Result<u8, Failure> {
    if sending.send(context, issuance).await {
        finish(operation, entry);
        return Ok(tell_result(issuance));
    }
    if let Some(entry) = entry {
        return Err(send::not_everywhere(entry.id()));
    }
    // Exposed because it would be lost otherwise.
    output::exactly(issuance.block(Format::default()).expose())?;
    tell_about(issuance);
    Ok(FAILED)
}

/// A new file for the owner alone.
///
/// # Errors
/// When it exists or cannot be made.
pub(super) fn new_file(path: &Path) -> Result<NewFile, Failure> {
    NewFile::make(path).map_err(|error| {
        let shown = path.display();
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::new(
                WRONG_USE,
                format!("{shown} exists already, and is left as it is."),
                "Name a file that does not exist. Nothing was changed on the server.",
            ),
            _ => Failure::new(
                WRONG_USE,
                format!("{shown} cannot be written: {error}."),
                "Name another file. Nothing was changed on the server.",
            ),
        }
    })
}

/// If the file cannot be written after all, the block goes to standard output: it exists only once.
fn write_block(file: NewFile, format: Format, issuance: &Issuance) -> Result<(), Failure> {
    let block = issuance.block(format);
    // Exposed because --out asks for the block in a file.
    let path = file.path().to_owned();
    match file.fill(block.expose().as_bytes()) {
        Ok(()) => {
            output::tell(&format!(
                "The block is in {}, readable by you alone.",
                path.display()
            ));
            Ok(())
        }
        Err(error) => {
            output::warning(&Message::new(
                format!("{} cannot be written: {error}.", path.display()),
                "The block follows on standard output instead.",
            ));
            // Exposed because it would be lost otherwise.
            Ok(output::exactly(block.expose())?)
        }
    }
}

/// The lines that use what is stored so.
fn tell_usage(format: Format, issuance: &Issuance) {
    if let Some(usage) = format.usage {
        output::tell(&format!(
            "Where it is used:\n{}",
            usage(&issuance.subject()).trim_end()
        ));
    }
}

fn tell_about(issuance: &Issuance) -> u8 {
    for note in &issuance.notes {
        output::warning(&text::note(*note));
    }
    match &issuance.ci_token {
        CiTokenOutcome::Issued(_) => {}
        CiTokenOutcome::Kept => {
            output::tell("GHOSTABLE_CI_TOKEN has not changed: keep the value that CI has.")
        }
        CiTokenOutcome::Missing => output::warning(&Message::new(
            "The server issued no CI token, so no runner can sign in with this token.",
            "Rotate it to get one, or revoke it.",
        )),
    }
    output::tell(&format!(
        "{} is shown this once. Put it into CI now; it cannot be shown again.",
        output::strong(&issuance.token.name)
    ));
    tell_share(issuance)
}

/// What there is to know of an issuance that nobody has to copy.
fn tell_result(issuance: &Issuance) -> u8 {
    for note in &issuance.notes {
        output::warning(&text::note(*note));
    }
    if matches!(issuance.ci_token, CiTokenOutcome::Kept) {
        output::tell("GHOSTABLE_CI_TOKEN has not changed, and was not sent.");
    }
    tell_share(issuance)
}

fn tell_share(issuance: &Issuance) -> u8 {
    match &issuance.share {
        Ok(_) => 0,
        Err(problem) => {
            let message = text::explain(problem);
            output::warning(&Message::new(
                format!("Issued, but this runner cannot decrypt yet. {}", message.what),
                format!(
                    "{} Then run: deploy-tokens reshare --env {}",
                    message.next, issuance.token.environment_name
                ),
            ));
            NOT_SHARED
        }
    }
}
