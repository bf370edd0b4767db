//! What is told in passing.

mod reminder;

pub use reminder::reminder;

use super::{Message, explain, for_another, plural};
use model::{News, PublicText};
use protocol::Moment;

fn public_text(what: PublicText) -> &'static str {
    match what {
        PublicText::Id => "Id",
        PublicText::Fingerprint => "Fingerprint",
        PublicText::Address => "Address",
        PublicText::Version => "Version",
        PublicText::IncidentReport => "Incident report",
        PublicText::Checklist => "Checklist",
        PublicText::List => "List",
        PublicText::Message => "Message",
    }
}

/// News in a line.
pub fn news(news: &News) -> String {
    match news {
        News::Copied(what) => format!("{} copied.", public_text(*what)),
        News::ClipboardCleared => "The clipboard is cleared.".to_owned(),
        News::KeyIsHere { environment } => {
            format!("The key of {environment} is shared with this device now.")
        }
        News::RequestsAnswered(1) => "The key is shared.".to_owned(),
        News::RequestsAnswered(count) => format!("{} are shared.", plural(*count, "key")),
        News::Reshared {
            environment,
            recipients,
        } => {
            let recipients = plural(*recipients, "recipient");
            match environment {
                None => format!("The key is sealed for {recipients}."),
                Some(name) => format!("The key of {name} is sealed for {recipients}."),
            }
        }
        News::KeyRenewed {
            environment,
            variables,
        } => format!(
            "The key of {environment} is new; {} under it.",
            match variables {
                1 => "1 variable is".to_owned(),
                count => format!("{count} variables are"),
            }
        ),
        News::NotReshared { environment, problem } => format!(
            "The key of {environment} was not sealed again for those who remain. {}",
            explain(problem)
        ),
        News::Revoked { name } => format!("{name} is revoked: runners with it are refused."),
        News::NotRevoked { name, problem } => format!("{name}: {}", explain(problem)),
        News::Deleted { name } => format!("The record of {name} is deleted."),
        News::Replaced { name } => {
            format!("{name} is replaced: runners with the old values are refused.")
        }
        News::ReplacedUnproven { name } => format!(
            "The old {name} is revoked, but the server could not be asked once more. Refresh to see it."
        ),
        News::NotYetReplaced { name, problem } => {
            let Message { what, .. } = explain(problem);
            format!("The old {name} is not revoked yet; this is tried again. {what}")
        }
        News::ReplacementOverdue { name, problem } => format!(
            "The old {name} was not revoked in time and still works. {}",
            explain(problem)
        ),
        News::ReplacementLeft { name } => format!(
            "You have left before the old {name} was revoked: it still works. Come back and revoke it."
        ),
        News::SheetClosed(sheet) => format!(
            "Closed. The values of {} can be shown again {}.",
            sheet.name,
            for_another(sheet.until, Moment::now())
        ),
        News::ValuesForgotten { name } => format!("The values of {name} are forgotten here."),
        News::Forgotten => "The interrupted operation is forgotten.".to_owned(),
        News::Linked => "This machine is linked as a device.".to_owned(),
        News::Unlinked => "This machine is not linked any more, and its keys are forgotten.".to_owned(),
        News::DeviceRevoked { name } => {
            format!("{name} is revoked: no key is sealed for it any more.")
        }
        News::DeviceDeleted { name } => format!("The record of {name} is deleted."),
        News::LinkedWithoutKeys(problem) => format!(
            "This machine is linked, but the keys could not be shared with it. {}",
            explain(problem)
        ),
        News::LinkedWithKeys { missing } if missing.is_empty() => {
            "This machine is linked, and can open every key.".to_owned()
        }
        News::LinkedWithKeys { missing } => {
            format!("The key of {} could not be shared yet.", missing.join(", "))
        }
        News::SignedOut => {
            "You are signed out, and nothing of the session is left on this machine.".to_owned()
        }
        News::NoJournal => {
            "The key of the journal is damaged: what is issued now does not survive a crash.".to_owned()
        }
        News::OtherProject => {
            "The project that was asked for, or open last, is not among yours (any more). This is another one."
                .to_owned()
        }
        News::NoSuchProject => "The project that was asked for is not among yours.".to_owned(),
        News::ProjectWaits { project } => {
            format!("{project} was asked for. Finish what is open, then switch to it.")
        }
        News::RunUnderWay => {
            "Tokens are being revoked. Wait until that is over, or stop waiting.".to_owned()
        }
        News::Exported { path, lines } => format!("{} exported to {}.", super::plural(*lines, "line"), path.display()),
        News::ReportSaved(path) => format!("The report is in {}.", path.display()),
        News::Trouble(problem) => explain(problem).to_string(),
    }
}
