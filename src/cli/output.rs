//! What is printed, and how.

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;
use zeroize::Zeroizing;

use crate::failure::{FAILED, Failure, WRONG_USE};
use model::{CiTokenOutcome, Issuance, Replacement, Step, TokenColumn, Unlisted, Uses};
use protocol::unseen::{has_unseen, shown};
use protocol::{DeployToken, TokenEntry};
use service::Context;
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

/// A server whose clock is not this machine's, as a warning: where times are told.
pub fn clock(context: &Context) {
    if let Some(differ) = context.clock_ahead().and_then(text::clocks_differ) {
        warning(&differ);
    }
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
    drop(writeln!(anstream::stderr(), "{}", safe(line)));
}

/// The styles of this file as they are written.
const OWN_STYLES: [&str; 5] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[33m"];

/// A text for people, made safe in the one place through which all of it goes: lines and styles are as they are, and of
/// everything else, much of which comes from outside, a terminal does nothing but show it.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let style = OWN_STYLES.iter().find(|style| rest.starts_with(**style));
        let length = match (first, style) {
            (_, Some(style)) => style.len(),
            ('\n', None) => 1,
            _ => {
                let next = rest
                    .char_indices()
                    .skip(1)
                    .find(|(_, c)| matches!(c, '\n' | '\u{1b}'));
                next.map_or(rest.len(), |(at, _)| at)
            }
        };
        let (part, after) = rest.split_at(length);
        if style.is_some() || first == '\n' {
            out.push_str(part);
        } else {
            out.push_str(&shown(part));
        }
        rest = after;
    }
    out
}

/// Progress on a terminal, silent in a pipe.
pub fn progress(step: Step) {
    if std::io::stderr().is_terminal() && step != Step::Done {
        tell(&format!("{DIM}{}…{DIM:#}", step.label()));
    }
}

/// A result for people, on standard output. A reader that has gone away, such as `head`, has what it wanted.
///
/// # Errors
/// When standard output is full.
pub fn result(text: &str) -> Result<(), Failure> {
    read_by_anybody(exactly(&safe(text)))
}

/// The same for what is no line of ours: a document that comes with the program.
///
/// # Errors
/// As [`result`].
pub fn document(text: &str) -> Result<(), Failure> {
    read_by_anybody(exactly(text))
}

fn read_by_anybody(written: Result<(), Unwritten>) -> Result<(), Failure> {
    match written {
        Err(Unwritten(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// What standard output did not take.
#[derive(Debug)]
pub struct Unwritten(std::io::Error);

impl From<Unwritten> for Failure {
    fn from(Unwritten(error): Unwritten) -> Self {
        Self::new(
            FAILED,
            format!("Standard output cannot be written: {error}."),
            "Give it somewhere to go.",
        )
    }
}

/// Whether anybody can receive what is written to standard output. What was closed before the program began leads nowhere, too:
/// the system's library opens `/dev/null` in its place.
///
/// # Errors
/// When it leads to a device that keeps nothing, or its reader has gone away.
#[cfg(unix)]
pub fn check_that_somebody_reads() -> Result<(), Failure> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    const NOBODY: [&str; 2] = ["/dev/null", "/dev/full"];

    let out = rustix::stdio::stdout();
    let device = |stat: rustix::fs::Stat| (stat.st_mode, stat.st_rdev);
    let own = rustix::fs::fstat(out).map(device);
    let leads_nowhere = own.is_err()
        || NOBODY.iter().any(|nobody| {
            rustix::fs::stat(*nobody)
                .map(device)
                .is_ok_and(|it| own == Ok(it))
        });
    let mut asked = [PollFd::new(&out, PollFlags::OUT)];
    let now = Timespec::default();
    let is_gone = poll(&mut asked, Some(&now)).is_ok()
        && asked[0].revents().intersects(PollFlags::ERR | PollFlags::NVAL);
    if leads_nowhere || is_gone {
        return Err(Failure::new(
            WRONG_USE,
            "Standard output leads nowhere, so that nobody could receive the secrets. Nothing was changed.",
            "Let something read it, or name a file with --out or a destination with --send.",
        ));
    }
    Ok(())
}

/// Nobody can tell here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn check_that_somebody_reads() -> Result<(), Failure> {
    Ok(())
}

/// Secrets, byte for byte on standard output: nobody else has them, so that a reader that has gone away is a failure.
///
/// # Errors
/// When standard output is closed or full.
pub fn exactly(text: &str) -> Result<(), Unwritten> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(Unwritten)
}

/// One JSON document and a line feed, on standard output.
///
/// # Errors
/// As [`result`].
pub fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    read_by_anybody(exactly(&json_text(value)?))
}

/// The text of a JSON document and a line feed, wiped when it is dropped, because it may hold secrets. What cannot be seen is
/// written out, which is the same to whoever reads JSON.
fn json_text<T: Serialize>(value: &T) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    let wrong = |_| Failure::new(FAILED, "The result cannot be written as JSON.", "Report this.");
    serde_json::to_writer(&mut *text, value).map_err(wrong)?;
    text.push(b'\n');
    let text = std::str::from_utf8(&text)
        .map_err(|_| Failure::new(FAILED, "The result is not text.", "Report this."))?;
    let mut out = Zeroizing::new(String::with_capacity(text.len().saturating_mul(2)));
    for line in text.split_inclusive('\n') {
        if !has_unseen(line.trim_end_matches('\n')) {
            out.push_str(line);
            continue;
        }
        for c in line.chars() {
            let is_seen = c.is_ascii() || !has_unseen(c.encode_utf8(&mut [0; 4]));
            if is_seen {
                out.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    Ok(out)
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
/// Outside, when it cannot be written as JSON; inside, when standard output did not take it.
pub fn issuance_json(issuance: &Issuance) -> Result<Result<(), Unwritten>, Failure> {
    let seed = issuance.seed.to_base64();
    let text = json_text(&IssuanceJson {
        token: TokenJson::from(&issuance.token),
        // Exposed because --json asks for it.
        ci_token: match &issuance.ci_token {
            CiTokenOutcome::Issued(token) => Some(token.expose()),
            CiTokenOutcome::Kept | CiTokenOutcome::Missing => None,
        },
        // Exposed because --json asks for it.
        deploy_seed: seed.expose(),
        shared: issuance.share.is_ok(),
    })?;
    Ok(exactly(&text))
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

/// Rows with their columns aligned, by the cells that a terminal gives to each character.
pub fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let rows: Vec<[Cow<'_, str>; N]> = rows
        .iter()
        .map(|row| std::array::from_fn(|column| shown(&row[column])))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let room = width.saturating_sub(cell.width());
            format!("{cell}{}", " ".repeat(room))
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The name of a thing, set off from the sentence around it; for [`tell`].
pub fn strong(text: &str) -> String {
    format!("{BOLD}{}{BOLD:#}", shown(text))
}

/// The same for [`result`], which writes what it is given: plain where standard output is no terminal that wants more.
pub fn strong_result(text: &str) -> String {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => text.to_owned(),
        _ => strong(text),
    }
}
