//! The columns of a list of tokens in words: what each is called, and what it says of a token.

use jiff::tz::TimeZone;

use super::{dated, ends, happened};
use model::{TokenColumn, TokenHealth};
use protocol::{DeployToken, Fingerprint, Moment, TokenKey, TokenStatus, UnreadEntry};

/// The head of a column; commands print it in capitals.
pub fn column(column: TokenColumn) -> &'static str {
    match column {
        TokenColumn::Name => "Name",
        TokenColumn::Status => "Status",
        TokenColumn::LastUsed => "Last used",
        TokenColumn::Created => "Created",
        TokenColumn::Expires => "Expires",
        TokenColumn::Fingerprint => "Fingerprint",
        TokenColumn::Id => "Id",
    }
}

/// What a column says of a token, in a line. Whether the token is being replaced is known to this machine alone, so it is
/// told; times are as seen at `now`, dates of the zone.
pub fn cell(
    column: TokenColumn,
    token: &DeployToken,
    being_replaced: bool,
    now: Moment,
    zone: &TimeZone,
) -> String {
    match column {
        TokenColumn::Name => token.name.clone(),
        TokenColumn::Status if being_replaced => "being replaced".to_owned(),
        TokenColumn::Status => status(token).to_owned(),
        TokenColumn::LastUsed => happened(token.last_use, now, zone),
        TokenColumn::Created => dated(token.created, zone),
        TokenColumn::Expires => ends(token.end, now),
        TokenColumn::Fingerprint => token
            .fingerprint()
            .map_or_else(|| no_key(&token.key).to_owned(), Fingerprint::short),
        TokenColumn::Id => token.id.to_string(),
    }
}

/// What a column says of an entry that has no id, or none that can be read.
pub fn malformed_cell(column: TokenColumn, entry: &UnreadEntry) -> String {
    match column {
        TokenColumn::Name => entry.name.as_deref().unwrap_or("?").to_owned(),
        TokenColumn::Status => format!("unreadable: “{}” is missing", entry.missing),
        TokenColumn::Id => format!("entry {}", entry.position),
        TokenColumn::LastUsed | TokenColumn::Created | TokenColumn::Expires | TokenColumn::Fingerprint => {
            "-".to_owned()
        }
    }
}

/// What stands for a fingerprint where there is none.
fn no_key(key: &TokenKey) -> &'static str {
    match key {
        TokenKey::NotTold => "not told",
        TokenKey::Usable(_) | TokenKey::Unusable => "unusable",
    }
}

/// The status of a token as commands and their JSON give it: one that this program does not know is the server's own word.
pub fn status(token: &DeployToken) -> &str {
    match &token.status {
        TokenStatus::Active => "active",
        TokenStatus::Revoked { .. } => "revoked",
        TokenStatus::Other(text) => text,
        TokenStatus::NotKnown => "not known",
    }
}

/// How it stands with a token, as it is said after its name.
pub fn health(health: &TokenHealth) -> String {
    match health {
        TokenHealth::NotShared => "is not shared: its runner decrypts nothing".to_owned(),
        TokenHealth::NotHandedOver => "was not handed over".to_owned(),
        TokenHealth::Expired => "has expired".to_owned(),
        TokenHealth::Expiring(0) => "expires within a day".to_owned(),
        TokenHealth::Expiring(1) => "expires in 1 day".to_owned(),
        TokenHealth::Expiring(days) => format!("expires in {days} days"),
        TokenHealth::Unused(days) => format!("has not been used for {days} days"),
        TokenHealth::BeingReplaced => "is being replaced".to_owned(),
        TokenHealth::Other(status) => format!("has the status {status}"),
        TokenHealth::Unreadable => "has a status that cannot be read".to_owned(),
        TokenHealth::Active => "is in order".to_owned(),
        TokenHealth::Revoked => "is revoked".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{DeployTokenId, EnvironmentId, EnvironmentName, NotKnown, Occurrence, PublicKey};

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn row(token: &DeployToken, being_replaced: bool) -> [String; 7] {
        let now = at("2026-11-24T12:00:00Z");
        TokenColumn::ALL.map(|column| cell(column, token, being_replaced, now, &TimeZone::UTC))
    }

    #[test]
    fn each_column_says_its_fact() {
        let mut token = DeployToken {
            id: DeployTokenId::new("dpl_tok_1"),
            name: "ci".to_owned(),
            status: TokenStatus::Active,
            key: TokenKey::Usable(PublicKey::from_bytes([7; 32])),
            environment_id: EnvironmentId::new("env_1"),
            environment_name: EnvironmentName::new("production"),
            created: Occurrence::At(at("2026-08-12T12:00:00Z")),
            last_use: Occurrence::At(at("2026-11-24T11:56:00Z")),
            end: Occurrence::At(at("2026-11-30T12:00:00Z")),
            ci_token_suffix: None,
        };
        let print = token.fingerprint().unwrap().short();
        let active = [
            "ci",
            "active",
            "4 min ago",
            "12 Aug 2026",
            "in 6 days",
            &print,
            "dpl_tok_1",
        ];
        assert_eq!(row(&token, false), active);
        assert_eq!(row(&token, true)[1], "being replaced");
        token.status = TokenStatus::Other("paused".to_owned());
        token.key = TokenKey::Unusable;
        token.last_use = Occurrence::Never;
        token.end = Occurrence::NotKnown(NotKnown::NotTold);
        let bare = [
            "ci",
            "paused",
            "never",
            "12 Aug 2026",
            "not known",
            "unusable",
            "dpl_tok_1",
        ];
        assert_eq!(row(&token, false), bare);
    }

    #[test]
    fn what_cannot_be_read_says_why_and_what_is_there() {
        let row = |name: Option<&str>| {
            let entry = UnreadEntry {
                position: 3,
                name: name.map(str::to_owned),
                missing: "id",
            };
            TokenColumn::ALL.map(|column| malformed_cell(column, &entry))
        };
        let why = "unreadable: “id” is missing";
        assert_eq!(row(Some("ci")), ["ci", why, "-", "-", "-", "-", "entry 3"]);
        assert_eq!(row(None), ["?", why, "-", "-", "-", "-", "entry 3"]);
    }
}
