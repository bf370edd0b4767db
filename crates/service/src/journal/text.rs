//! An entry as JSON, inside the seal. Buffers and fields with secrets are wiped.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::entry::{
    Delivered, Entry, EntryId, EntryPlace, IssueRecord, QueueItem, QueueState, RenewalRecord, ReplaceRecord,
    Stage, Successor, Unclaimed, Work,
};
use model::{IssuanceKind, JournalError, NewToken};
use protocol::secret::{CiToken, DeploySeed, EnvironmentKey};
use protocol::{DeployTokenId, EnvironmentId, EnvironmentName, Lifetime, Moment, ProjectId, PublicKey};

#[derive(Serialize, Deserialize)]
struct EntryText {
    started: String,
    shown: Option<String>,
    /// Entries of earlier versions have none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    closed: bool,
    scope: String,
    project: ProjectId,
    environment: EnvironmentId,
    environment_name: EnvironmentName,
    environment_kind: String,
    work: WorkText,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WorkText {
    Create(IssueText),
    Rotate(IssueText),
    Replace(ReplaceText),
    Unclaimed(UnclaimedText),
    Revoke(Vec<ItemText>),
    RenewKey(RenewalText),
    KeyWanted,
}

#[derive(Serialize, Deserialize)]
struct RenewalText {
    keys: Vec<String>,
}

impl Drop for RenewalText {
    fn drop(&mut self) {
        self.keys.zeroize();
    }
}

#[derive(Serialize, Deserialize)]
struct ReplaceText {
    old: DeployTokenId,
    successor: SuccessorText,
}

#[derive(Serialize, Deserialize)]
struct UnclaimedText {
    rotated: bool,
    name: String,
    token: Option<DeployTokenId>,
    public_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SuccessorText {
    Issuing(IssueText),
    // As it has always been on the disk.
    #[serde(rename = "handed_over")]
    Delivered {
        name: String,
        token: Option<DeployTokenId>,
        public_key: String,
    },
}

#[derive(Serialize, Deserialize)]
struct IssueText {
    name: String,
    token: Option<DeployTokenId>,
    public_key: String,
    seed: String,
    ci_token: Option<String>,
    expires_at: Option<String>,
    /// Entries of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifetime_days: Option<i64>,
    stage: StageText,
}

impl Drop for IssueText {
    fn drop(&mut self) {
        self.seed.zeroize();
        self.ci_token.zeroize();
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StageText {
    Intended,
    Received,
    Shared,
}

#[derive(Serialize, Deserialize)]
struct ItemText {
    token: DeployTokenId,
    name: String,
    state: StateText,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateText {
    Waiting,
    Revoked,
    Refused,
}

/// The entry as text.
pub(super) fn write(entry: &Entry) -> Result<Zeroizing<Vec<u8>>, JournalError> {
    let text = EntryText {
        started: entry.started.to_wire(),
        shown: entry.shown.map(Moment::to_wire),
        closed: entry.closed,
        scope: entry.place.scope.clone(),
        project: entry.place.project.clone(),
        environment: entry.place.environment.clone(),
        environment_name: entry.place.environment_name.clone(),
        environment_kind: entry.place.environment_kind.clone(),
        work: match &entry.work {
            Work::Issue(record) => match record.kind {
                IssuanceKind::Rotate => WorkText::Rotate(issue_text(record)),
                IssuanceKind::Create | IssuanceKind::Replace => WorkText::Create(issue_text(record)),
            },
            Work::Replace(record) => WorkText::Replace(replace_text(record)),
            Work::Unclaimed(it) => WorkText::Unclaimed(UnclaimedText {
                rotated: it.kind == IssuanceKind::Rotate,
                name: it.token.name.clone(),
                token: it.token.token.clone(),
                public_key: it.token.key.to_base64(),
            }),
            Work::Revoke(queue) => WorkText::Revoke(queue.iter().map(item_text).collect()),
            Work::RenewKey(record) => WorkText::RenewKey(RenewalText {
                // Exposed to be sealed into the journal: variables may be under a key that is nowhere else.
                keys: record
                    .keys
                    .iter()
                    .map(|key| BASE64.encode(key.expose()))
                    .collect(),
            }),
            Work::KeyWanted => WorkText::KeyWanted,
        },
    };
    // Room from the start: growing would leave copies behind that nothing wipes.
    let mut plain = Zeroizing::new(Vec::with_capacity(room(&entry.work)));
    serde_json::to_writer(&mut *plain, &text).map_err(|_| JournalError::Text)?;
    Ok(plain)
}

fn room(work: &Work) -> usize {
    let queue = match work {
        Work::Issue(_) | Work::Replace(_) | Work::Unclaimed(_) | Work::RenewKey(_) | Work::KeyWanted => 0,
        Work::Revoke(queue) => queue.len(),
    };
    queue.saturating_mul(512).saturating_add(8 * 1024)
}

fn issue_text(record: &IssueRecord) -> IssueText {
    IssueText {
        name: record.asked.name.clone(),
        token: record.token.clone(),
        public_key: record.key.to_base64(),
        // Exposed to be sealed into the journal, from which the user gets them after an interruption.
        seed: BASE64.encode(record.seed.expose()),
        ci_token: record.ci_token.as_ref().map(|token| token.expose().to_owned()),
        expires_at: record.expires_at.map(Moment::to_wire),
        lifetime_days: Some(i64::from(record.asked.lifetime.days())),
        stage: match record.stage {
            Stage::Intended => StageText::Intended,
            Stage::Received => StageText::Received,
            Stage::Shared => StageText::Shared,
        },
    }
}

fn replace_text(record: &ReplaceRecord) -> ReplaceText {
    ReplaceText {
        old: record.old.clone(),
        successor: match &record.successor {
            Successor::Issuing(issue) => SuccessorText::Issuing(issue_text(issue)),
            Successor::Delivered(it) => SuccessorText::Delivered {
                name: it.name.clone(),
                token: it.token.clone(),
                public_key: it.key.to_base64(),
            },
        },
    }
}

fn item_text(item: &QueueItem) -> ItemText {
    ItemText {
        token: item.token.clone(),
        name: item.name.clone(),
        state: match item.state {
            QueueState::Waiting => StateText::Waiting,
            QueueState::Revoked => StateText::Revoked,
            QueueState::Failed => StateText::Refused,
        },
    }
}

/// Reads the text of an entry; `None` if it is not understood.
pub(super) fn read(id: &EntryId, plain: &[u8]) -> Option<Entry> {
    let text: EntryText = serde_json::from_slice(plain).ok()?;
    Some(Entry {
        id: id.clone(),
        started: Moment::parse(&text.started)?,
        shown: text.shown.as_deref().and_then(Moment::parse),
        closed: text.closed,
        place: EntryPlace {
            scope: text.scope,
            project: text.project,
            environment: text.environment,
            environment_name: text.environment_name,
            environment_kind: text.environment_kind,
        },
        work: match text.work {
            WorkText::Create(issue) => Work::Issue(issue_of(IssuanceKind::Create, &issue)?),
            WorkText::Rotate(issue) => Work::Issue(issue_of(IssuanceKind::Rotate, &issue)?),
            WorkText::Replace(replace) => Work::Replace(replace_of(replace)?),
            WorkText::Unclaimed(text) => Work::Unclaimed(unclaimed_of(text)?),
            WorkText::Revoke(items) => Work::Revoke(items.into_iter().map(item_of).collect()),
            WorkText::RenewKey(renewal) => Work::RenewKey(renewal_of(&renewal)?),
            WorkText::KeyWanted => Work::KeyWanted,
        },
    })
}

fn issue_of(kind: IssuanceKind, text: &IssueText) -> Option<IssueRecord> {
    let seed = Zeroizing::new(BASE64.decode(text.seed.as_bytes()).ok()?);
    let seed: &[u8; 32] = seed.as_slice().try_into().ok()?;
    Some(IssueRecord {
        kind,
        asked: NewToken {
            name: text.name.clone(),
            lifetime: text
                .lifetime_days
                .and_then(|days| Lifetime::of_days(days).ok())
                .unwrap_or_default(),
        },
        token: text.token.clone(),
        key: PublicKey::from_base64(&text.public_key)?,
        seed: DeploySeed::fill_with(|out| out.copy_from_slice(seed)),
        ci_token: text.ci_token.clone().map(CiToken::new),
        expires_at: text.expires_at.as_deref().and_then(Moment::parse),
        stage: match text.stage {
            StageText::Intended => Stage::Intended,
            StageText::Received => Stage::Received,
            StageText::Shared => Stage::Shared,
        },
    })
}

fn replace_of(text: ReplaceText) -> Option<ReplaceRecord> {
    Some(ReplaceRecord {
        old: text.old,
        successor: match text.successor {
            SuccessorText::Issuing(issue) => Successor::Issuing(issue_of(IssuanceKind::Replace, &issue)?),
            SuccessorText::Delivered {
                name,
                token,
                public_key,
            } => Successor::Delivered(Delivered {
                name,
                token,
                key: PublicKey::from_base64(&public_key)?,
            }),
        },
    })
}

fn renewal_of(text: &RenewalText) -> Option<RenewalRecord> {
    let key = |text: &String| {
        let bytes = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
        Some(EnvironmentKey::copy_of(bytes.as_slice().try_into().ok()?))
    };
    let keys: Option<Vec<EnvironmentKey>> = text.keys.iter().map(key).collect();
    Some(RenewalRecord {
        keys: keys.filter(|keys| !keys.is_empty())?,
    })
}

fn unclaimed_of(text: UnclaimedText) -> Option<Unclaimed> {
    Some(Unclaimed {
        kind: if text.rotated {
            IssuanceKind::Rotate
        } else {
            IssuanceKind::Create
        },
        token: Delivered {
            name: text.name,
            token: text.token,
            key: PublicKey::from_base64(&text.public_key)?,
        },
    })
}

fn item_of(text: ItemText) -> QueueItem {
    QueueItem {
        token: text.token,
        name: text.name,
        state: match text.state {
            StateText::Waiting => QueueState::Waiting,
            StateText::Revoked => QueueState::Revoked,
            StateText::Refused => QueueState::Failed,
        },
    }
}
