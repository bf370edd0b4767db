//! When this program itself acted as a runner: the server has a `deploy` for it like any other, which must not be taken for
//! a use by CI (docs/protocol.md G30). Kept beside the journal by deploy token; no secret is in it.
//!
//! The server's clock may differ from this machine's, and the activity has the server's. So what is kept is the time of the
//! answer as the server dates it, and how long it took; this machine's clock counts only where an answer has no date, or
//! was lost. One check is one `deploy`: another one within the same seconds is CI's.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::Context;
use crate::journal::Kept;
use protocol::{DeployTokenId, Moment};

const CHECKS: Kept = Kept {
    file: "own-checks.json",
    lock: "own-checks.lock",
};
/// So many checks at a server at most: the oldest are forgotten.
const MOST: usize = 2000;
/// By how much a time of the activity may differ from the date of the answer: both are in whole seconds, and taken at
/// different moments of one request.
const SLACK: i64 = 2;
/// By how much it may differ from this machine's clock, where that is all there is.
const SLACK_OF_CLOCKS: i64 = 5;

/// The content of the file: the checks by server, oldest first.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Document {
    checks: std::collections::BTreeMap<String, Vec<Noted>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Noted {
    token: DeployTokenId,
    from: String,
    to: String,
}

/// Within which time the server noted a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    from: Moment,
    to: Moment,
}

/// Where the checks at one server are kept.
#[derive(Clone, Debug)]
pub struct OwnChecks {
    folder: PathBuf,
    scope: String,
}

impl OwnChecks {
    /// Beside the journal in `folder`, of the server that is called `scope` there.
    pub fn at(folder: PathBuf, scope: impl Into<String>) -> Self {
        Self {
            folder,
            scope: scope.into(),
        }
    }

    /// Those of a context; `None` without a journal: its checks look like uses by CI.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let journal = context.journal.as_ref()?;
        Some(Self::at(journal.folder().to_owned(), journal.scope()))
    }

    /// Where this machine keeps anything: a machine that only runs CI does not, and nothing is to be left there.
    #[must_use]
    pub fn if_kept(self) -> Option<Self> {
        Path::is_dir(&self.folder).then_some(self)
    }

    /// Notes a check that was begun then, and answered at that moment of the server's clock, where it told one. That it
    /// cannot be noted is no reason to stop: it then looks like a use by CI.
    pub(crate) async fn note(self, token: &DeployTokenId, begun: Instant, answered: Option<Moment>) {
        let span = Span::of(begun, answered);
        let noted = Noted {
            token: token.clone(),
            from: span.from.to_wire(),
            to: span.to.to_wire(),
        };
        let write = move || {
            CHECKS.change(&self.folder, |document: &mut Document| {
                let checks = document.checks.entry(self.scope).or_default();
                checks.push(noted);
                let too_many = checks.len().saturating_sub(MOST);
                checks.drain(..too_many);
            })
        };
        match tokio::task::spawn_blocking(write).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a check will look like a use by CI"),
            Err(_) => tracing::warn!("a check will look like a use by CI"),
        }
    }

    /// The checks of a token that are known, oldest first.
    pub(super) async fn read(self) -> Read {
        let read = move || {
            let document: std::io::Result<Document> = CHECKS.read(&self.folder);
            let mut document = document.unwrap_or_else(|error| {
                tracing::warn!(%error, "this program's own checks cannot be read");
                Document::default()
            });
            document.checks.remove(&self.scope).unwrap_or_default()
        };
        Read(tokio::task::spawn_blocking(read).await.unwrap_or_default())
    }
}

/// The checks at a server.
#[derive(Debug, Default)]
pub(super) struct Read(Vec<Noted>);

impl Read {
    /// Of these times at which a token fetched, those that no check accounts for.
    pub(super) fn leave_out(&self, token: &DeployTokenId, fetches: &[Moment]) -> Vec<Moment> {
        let spans = self.0.iter().filter(|noted| noted.token == *token);
        let spans = spans.filter_map(|noted| {
            Some(Span {
                from: Moment::parse(&noted.from)?,
                to: Moment::parse(&noted.to)?,
            })
        });
        let mut left = fetches.to_vec();
        left.sort();
        for span in spans {
            if let Some(own) = left.iter().position(|at| span.has(*at)) {
                left.remove(own);
            }
        }
        left
    }
}

impl Span {
    fn of(begun: Instant, answered: Option<Moment>) -> Self {
        let took = i64::try_from(begun.elapsed().as_secs()).unwrap_or(i64::MAX);
        let slack = answered.map_or(SLACK_OF_CLOCKS, |_| SLACK);
        let answered = answered.unwrap_or_else(Moment::now);
        Self {
            from: answered.plus_seconds(-took.saturating_add(slack)),
            to: answered.plus_seconds(slack),
        }
    }

    fn has(self, at: Moment) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::parse("2026-11-24T12:00:00Z")
            .unwrap()
            .plus_seconds(second)
    }

    #[tokio::test]
    async fn a_check_accounts_for_one_fetch_of_its_token_by_the_server_s_clock() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (DeployTokenId::new("one"), DeployTokenId::new("other"));
        let checks = || OwnChecks::at(folder.path().join("journal"), "here");
        assert!(
            checks().if_kept().is_none(),
            "nothing is left where nothing is kept"
        );
        checks().note(&one, Instant::now(), Some(at(0))).await;
        assert!(checks().if_kept().is_some());
        let read = checks().read().await;
        let left = |token, seconds: &[i64]| {
            let fetches: Vec<Moment> = seconds.iter().map(|second| at(*second)).collect();
            read.leave_out(token, &fetches)
        };
        assert_eq!(left(&one, &[1]), []);
        assert_eq!(left(&one, &[30, -1, 1]), [at(1), at(30)], "one is CI's");
        assert_eq!(left(&one, &[4, -4]), [at(-4), at(4)]);
        assert_eq!(left(&other, &[0]), [at(0)]);
        let elsewhere = OwnChecks::at(folder.path().join("journal"), "elsewhere");
        assert_eq!(elsewhere.read().await.leave_out(&one, &[at(0)]), [at(0)]);
    }

    #[tokio::test]
    async fn the_oldest_are_forgotten_and_a_file_of_nonsense_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let token = DeployTokenId::new("one");
        let many = Document {
            checks: [(
                "here".to_owned(),
                vec![
                    Noted {
                        token: token.clone(),
                        from: at(0).to_wire(),
                        to: at(0).to_wire(),
                    };
                    MOST
                ],
            )]
            .into(),
        };
        let path = folder.path().join(CHECKS.file);
        std::fs::write(&path, serde_json::to_vec(&many).unwrap()).unwrap();
        let checks = || OwnChecks::at(folder.path().to_owned(), "here");
        checks().note(&token, Instant::now(), Some(at(60))).await;
        let read = checks().read().await;
        assert_eq!((read.0.len(), read.leave_out(&token, &[at(60)])), (MOST, vec![]));
        std::fs::write(&path, "nonsense").unwrap();
        assert!(checks().read().await.0.is_empty());
    }
}
