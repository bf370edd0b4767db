//! list, create, rotate, revoke, delete, reshare.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::{Command, HandOver};
use super::{locate, output};
use crate::connect::Target;
use crate::domain::{CiTokenOutcome, Issuance, Message, ShareState, TokenEntry, TokenName};
use crate::failure::{FAILED, Failure, NOT_SHARED, WRONG_USE};
use crate::messages::{self, plural};
use crate::service::{self, Context, Issued, MissingKey, Place};

/// Runs one of them.
pub async fn run(target: &Target, project: Option<&str>, command: Command) -> Result<u8, Failure> {
    match command {
        Command::List { place, json } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            list(&connected.context, &place, json).await
        }
        Command::Create {
            place,
            name,
            hand_over,
        } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            create(&connected.context, &place, name, hand_over).await
        }
        Command::Rotate {
            place,
            token,
            hand_over,
        } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let receiver = Receiver::prepare(hand_over)?;
            let issued = service::rotate(&connected.context, &place, &token, &output::progress).await;
            receiver.hand_over(issued)
        }
        Command::Revoke { place, tokens } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            Ok(revoke(&connected.context, &place, &tokens).await)
        }
        Command::Delete { place, tokens } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            Ok(delete(&connected.context, &place, &tokens).await)
        }
        Command::Reshare { place, make_key } => {
            let (connected, _, place) = locate(target, project, &place.env).await?;
            let missing = if make_key {
                MissingKey::Make
            } else {
                MissingKey::Refuse
            };
            let count = service::reshare(&connected.context, &place, missing, &output::progress).await?;
            output::tell(&format!(
                "The key of {} is sealed for {}.",
                place.name(),
                plural(count, "recipient")
            ));
            Ok(0)
        }
        Command::Serve(_)
        | Command::Requests { .. }
        | Command::Fulfil { .. }
        | Command::LocalUser { .. }
        | Command::Verify { .. }
        | Command::Pull { .. } => Ok(WRONG_USE),
    }
}

async fn list(context: &Context, place: &Place, json: bool) -> Result<u8, Failure> {
    let entries = service::list(context, place).await?;
    for entry in &entries {
        if let TokenEntry::Malformed { id, missing, .. } = entry {
            let id = id
                .as_ref()
                .map_or("without an id", crate::domain::DeployTokenId::as_str);
            output::warning(&Message::new(
                format!("An entry ({id}) cannot be read: “{missing}” is missing."),
                "It is left out of JSON. Report it to the people who run the server.",
            ));
        }
    }
    if json {
        let tokens: Vec<_> = entries
            .iter()
            .filter_map(TokenEntry::token)
            .map(output::TokenJson::from)
            .collect();
        output::json(&tokens)?;
    } else if entries.is_empty() {
        output::tell(&format!("{} has no deploy tokens.", place.name()));
    } else {
        output::result(&output::table(&entries))?;
    }
    Ok(0)
}

async fn create(
    context: &Context,
    place: &Place,
    name: Option<String>,
    hand_over: HandOver,
) -> Result<u8, Failure> {
    let name = TokenName::parse(&name.unwrap_or_else(|| TokenName::suggestion(place.name())))?;
    let receiver = Receiver::prepare(hand_over)?;
    let twins = service::list(context, place).await?;
    let twins = twins
        .iter()
        .filter_map(TokenEntry::token)
        .filter(|it| it.is_active() && it.name == name.as_str());
    if twins.count() > 0 {
        output::warning(&Message::new(
            format!("An active token is already called “{}”.", name.as_str()),
            "This one gets the same name; tell them apart by their ids.",
        ));
    }
    let issued = service::create(context, place, &name, &output::progress).await;
    receiver.hand_over(issued)
}

/// Where an issuance will go, checked before anything is changed.
enum Receiver {
    Json,
    Standard,
    /// A new file, already made: so it can be written, and no other program gets in between.
    File(File, PathBuf),
}

impl Receiver {
    fn prepare(hand_over: HandOver) -> Result<Self, Failure> {
        match hand_over {
            HandOver { json: true, .. } => Ok(Self::Json),
            HandOver { out: None, .. } => Ok(Self::Standard),
            HandOver { out: Some(path), .. } => Ok(Self::File(new_private_file(&path)?, path)),
        }
    }

    fn hand_over(self, issued: Result<Issued, service::ServiceError>) -> Result<u8, Failure> {
        let issuance = match issued {
            Ok(issued) => issued.told(messages::service, messages::note),
            Err(error) => {
                if let Self::File(_, path) = &self {
                    // It is empty, and it is ours: it was made a moment ago.
                    drop(std::fs::remove_file(path));
                }
                return Err(error.into());
            }
        };
        match self {
            Self::Json => output::issuance_json(&issuance)?,
            Self::Standard => {
                // Exposed because handing the block over is what the command is for.
                output::result(issuance.block().expose())?;
            }
            Self::File(file, path) => write_block(file, &path, &issuance)?,
        }
        Ok(tell_about(&issuance))
    }
}

fn new_private_file(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
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
fn write_block(mut file: File, path: &Path, issuance: &Issuance) -> Result<(), Failure> {
    let block = issuance.block();
    // Exposed because --out asks for the block in a file.
    let written = file
        .write_all(block.expose().as_bytes())
        .and_then(|()| file.sync_all());
    match written {
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
        output::warning(note);
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
        ShareState::Shared { .. } => 0,
        ShareState::NotShared(message) => {
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

async fn revoke(context: &Context, place: &Place, tokens: &[String]) -> u8 {
    let mut worst = 0;
    for wanted in tokens {
        let code = match service::revoke(context, place, wanted, &output::progress).await {
            Ok(revoked) => {
                let (token, name) = (&revoked.token, output::strong(&revoked.token.name));
                output::tell(&format!(
                    "{name} ({}) is revoked: runners with it are refused.",
                    token.id
                ));
                match revoked.share {
                    Ok(_) => 0,
                    Err(error) => {
                        output::warning(&not_sealed_again(&messages::service(&error), place));
                        NOT_SHARED
                    }
                }
            }
            Err(error) => report(error),
        };
        worst = worst.max(code);
    }
    worst
}

fn not_sealed_again(cause: &Message, place: &Place) -> Message {
    Message::new(
        format!(
            "The environment key was not sealed again for those who remain. {}",
            cause.what
        ),
        format!(
            "{} Then run: deploy-tokens reshare --env {}",
            cause.next,
            place.name()
        ),
    )
}

async fn delete(context: &Context, place: &Place, tokens: &[String]) -> u8 {
    let mut worst = 0;
    for wanted in tokens {
        let code = match service::delete(context, place, wanted).await {
            Ok(token) => {
                output::tell(&format!(
                    "The record of {} ({}) is deleted.",
                    output::strong(&token.name),
                    token.id
                ));
                0
            }
            Err(error) => report(error),
        };
        worst = worst.max(code);
    }
    worst
}

fn report(error: service::ServiceError) -> u8 {
    let failure = Failure::from(error);
    output::failure(&failure.message);
    failure.code.max(FAILED)
}
