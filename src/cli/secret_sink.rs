//! Handing secrets over: to standard output as a block or as JSON, or into a new file.

use std::path::Path;

use super::args::HandOver;
use super::output;
use crate::failure::{Failure, NOT_SHARED, WRONG_USE};
use model::formats::DOTENV;
use model::{CiTokenOutcome, Issuance, Problem};
use private_file::NewFile;
use service::Issued;
use service::checkpoint::{self, Checkpoint, Operation};
use service::journal::OpenEntry;
use text::Message;

/// Where an issuance will go, checked before anything is changed.
pub(super) enum SecretSink {
    Json,
    Standard,
    /// A new file, already made: so it can be written, and no other program gets in between.
    File(NewFile),
}

impl SecretSink {
    /// Checks that it can be written.
    ///
    /// # Errors
    /// When the file exists or cannot be made; nothing was changed on the server then.
    pub(super) fn prepare(hand_over: HandOver) -> Result<Self, Failure> {
        match hand_over {
            HandOver { json: true, .. } => Ok(Self::Json),
            HandOver { out: None, .. } => Ok(Self::Standard),
            HandOver { out: Some(path), .. } => new_file(&path).map(Self::File),
        }
    }

    /// Hands the secrets over, and lets the journal forget them only then.
    ///
    /// # Errors
    /// Why there is nothing to hand over, or why it could not be.
    pub(super) fn hand_over(
        self,
        operation: Operation,
        issued: Result<Issued, Problem>,
    ) -> Result<u8, Failure> {
        let Issued { issuance, entry } = match issued {
            Ok(issued) => issued,
            Err(error) => {
                if let Self::File(file) = self {
                    file.discard();
                }
                return Err(error.into());
            }
        };
        match self {
            Self::Json => output::issuance_json(&issuance)?,
            Self::Standard => {
                // Exposed because handing the block over is what the command is for.
                output::result(issuance.block(DOTENV).expose())?;
            }
            Self::File(file) => write_block(file, &issuance)?,
        }
        checkpoint::reached(operation, Checkpoint::Delivered);
        if let Some(Err(error)) = entry.map(OpenEntry::handed_over) {
            output::warning(&text::explain(&error.into()));
        }
        Ok(tell_about(&issuance))
    }
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
fn write_block(file: NewFile, issuance: &Issuance) -> Result<(), Failure> {
    let block = issuance.block(DOTENV);
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
            output::result(block.expose())
        }
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
