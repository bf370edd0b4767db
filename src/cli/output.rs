//! What is printed, and how.

use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::failure::{FAILED, Failure};
use model::{CiTokenOutcome, Issuance, Replacement, Step, TokenColumn, Unlisted, Uses};
use protocol::{DeployToken, TokenEntry};
use text::Message;

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const RED: anstyle::Style = anstyle::Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Red)));
const YELLOW: anstyle::Style = anstyle::Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Yellow)));

/// A failure, on standard error.
pub fn failure(message: &Message) {
    tell(&format!(
        "{RED}error:{RED:#} {}\n       {}",
        message.what, message.next
    ));
}

/// Something that did not stop the command, on standard error.
pub fn warning(message: &Message) {
    tell(&format!(
        "{YELLOW}warning:{YELLOW:#} {}\n         {}",
        message.what, message.next
    ));
}

/// What could not be looked at, each as a warning.
pub fn unlisted(unlisted: &[Unlisted]) {
    for one in unlisted {
        warning(&text::emergency::unlisted(one));
    }
}

/// A line for people, on standard error.
pub fn tell(line: &str) {
    // A closed standard error is no reason to stop.
    drop(writeln!(anstream::stderr(), "{line}"));
}

/// Progress on a terminal, silent in a pipe.
pub fn progress(step: Step) {
    if std::io::stderr().is_terminal() && step != Step::Done {
        tell(&format!("{DIM}{}…{DIM:#}", step.label()));
    }
}

/// A result, on standard output.
///
/// # Errors
/// When standard output is closed or full.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| {
        Failure::new(
            FAILED,
            format!("Standard output cannot be written: {error}."),
            "Give it somewhere to go.",
        )
    })
}

/// One JSON document and a line feed, on standard output; the buffer is wiped, because it may hold secrets.
///
/// # Errors
/// As [`result`].
pub fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    let wrong = |_| Failure::new(FAILED, "The result cannot be written as JSON.", "Report this.");
    serde_json::to_writer(&mut *text, value).map_err(wrong)?;
    text.push(b'\n');
    let text = std::str::from_utf8(&text)
        .map_err(|_| Failure::new(FAILED, "The result is not text.", "Report this."))?;
    result(text)
}

/// A token as `list --json` and `create --json` give it.
#[derive(Debug, Serialize)]
pub struct TokenJson<'a> {
    id: &'a str,
    name: &'a str,
    status: &'a str,
    environment: &'a str,
    fingerprint: Option<String>,
    created_at: Option<String>,
    last_used_at: Option<String>,
    /// Whether `last_used_at` is `known`, `never`, or why it is not known.
    last_used_why: &'static str,
    /// How many fetches of runners were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    fetches: Option<usize>,
    /// Whether those are all; if not, there are at least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    fetches_are_all: Option<bool>,
    expires_at: Option<String>,
    /// The same of `expires_at`.
    expires_why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    being_replaced: Option<bool>,
    /// The members of the server's record that cannot be read; its id stands in for its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<&'static str>,
}

impl<'a> TokenJson<'a> {
    /// As it is listed: also how often runners were seen to fetch with it, where that is told, and whether it is being
    /// replaced, which only this machine knows.
    pub fn listed(token: &'a DeployToken, replacements: &[Replacement], uses: &Uses) -> Self {
        let used = uses.of(&token.id);
        Self {
            fetches: used.map(|it| it.fetches),
            fetches_are_all: used.map(|it| it.are_all),
            being_replaced: Some(is_being_replaced(token, replacements)),
            ..Self::from(token)
        }
    }
}

fn is_being_replaced(token: &DeployToken, replacements: &[Replacement]) -> bool {
    token.may_be_active() && replacements.iter().any(|it| it.old == token.id)
}

impl<'a> From<&'a DeployToken> for TokenJson<'a> {
    fn from(token: &'a DeployToken) -> Self {
        Self {
            id: token.id.as_str(),
            name: &token.name,
            status: text::status(token),
            environment: token.environment_name.as_str(),
            fingerprint: token.fingerprint().map(protocol::Fingerprint::to_hex),
            created_at: token.created.known().map(protocol::Moment::to_wire),
            last_used_at: token.last_use.known().map(protocol::Moment::to_wire),
            last_used_why: token.last_use.word(),
            fetches: None,
            fetches_are_all: None,
            expires_at: token.end.known().map(protocol::Moment::to_wire),
            expires_why: token.end.word(),
            being_replaced: None,
            unreadable: token.lacks(),
        }
    }
}

#[derive(Serialize)]
struct IssuanceJson<'a> {
    token: TokenJson<'a>,
    ci_token: Option<&'a str>,
    deploy_seed: &'a str,
    shared: bool,
}

/// An issuance as one JSON object on standard output. `ci_token` is null when the server made none.
///
/// # Errors
/// As [`result`].
pub fn issuance_json(issuance: &Issuance) -> Result<(), Failure> {
    let seed = issuance.seed.to_base64();
    json(&IssuanceJson {
        token: TokenJson::from(&issuance.token),
        // Exposed because --json asks for it.
        ci_token: match &issuance.ci_token {
            CiTokenOutcome::Issued(token) => Some(token.expose()),
            CiTokenOutcome::Kept | CiTokenOutcome::Missing => None,
        },
        // Exposed because --json asks for it.
        deploy_seed: seed.expose(),
        shared: issuance.share.is_ok(),
    })
}

/// The tokens as an aligned table for people; of entries that cannot be read, the first few.
pub fn table(entries: &[TokenEntry], replacements: &[Replacement]) -> String {
    let now = protocol::Moment::now();
    let zone = jiff::tz::TimeZone::system();
    let head = TokenColumn::ALL.map(|column| text::column(column).to_uppercase());
    let row = |entry: &TokenEntry| match entry {
        TokenEntry::Token(token) => {
            let being_replaced = is_being_replaced(token, replacements);
            TokenColumn::ALL.map(|column| text::cell(column, token, being_replaced, now, &zone))
        }
        TokenEntry::Malformed(entry) => TokenColumn::ALL.map(|column| text::malformed_cell(column, entry)),
    };
    let mut unread: usize = 0;
    let is_shown = |entry: &&TokenEntry| {
        unread = unread.saturating_add(usize::from(entry.token().is_none()));
        entry.token().is_some() || unread <= text::emergency::MOST_NAMED
    };
    let shown = entries.iter().filter(is_shown).map(row);
    let rows: Vec<_> = std::iter::once(head).chain(shown).collect();
    aligned(&rows)
}

/// Rows with their columns aligned.
pub fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The name of a thing, set off from the sentence around it; for [`tell`].
pub fn strong(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// The same for [`result`], which writes what it is given: plain where standard output is no terminal that wants more.
pub fn strong_result(text: &str) -> String {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => text.to_owned(),
        _ => strong(text),
    }
}
