//! Brings a token's values to a destination (`model::destinations`) by a tool that the user has and is signed in to.
//!
//! Security: values go to the tool's standard input, and never into its arguments or its environment, from which the
//! variables that hold secrets of ours are taken away. No shell is started. The tool is found in absolute folders of `PATH`
//! alone. What it prints is bounded, and masked before anybody reads it. It has a time limit, and dropping a call ends it
//! together with all that it has started.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

mod find;
mod masked;
mod run;

use std::path::{Path, PathBuf};
use std::time::Duration;

use masked::Mask;
use model::destinations::{Call, Kind, Plan, Sent};
use model::{Destination, Parcel, SendError};
use protocol::secret::SecretText;
use run::Run;

/// How long one start of a tool may take: they ask servers, and some are slow to begin.
const LIMIT: Duration = Duration::from_secs(60);
/// So many lines of what a tool lists are shown.
const MOST_SEEN: usize = 4;

/// Brings values to destinations.
#[derive(Clone, Copy, Debug)]
pub struct Courier {
    limit: Duration,
}

impl Default for Courier {
    fn default() -> Self {
        Self { limit: LIMIT }
    }
}

impl Courier {
    /// One that gives each start of a tool so long.
    pub fn with_limit(limit: Duration) -> Self {
        Self { limit }
    }

    /// The program that is run for a destination.
    ///
    /// # Errors
    /// [`SendError::Missing`].
    pub fn program(&self, destination: &Destination) -> Result<PathBuf, SendError> {
        let named = destination.plan(&[]).and_then(|plan| plan.program);
        program(destination.kind, named.as_deref())
    }

    /// Checks that a destination's program is there and says that its user is signed in, before anything is issued for it.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn ready(&self, destination: &Destination) -> Result<PathBuf, SendError> {
        let program = self.program(destination)?;
        if let Some(plan) = destination.plan(&[]) {
            self.check(&program, &plan, &Mask::none()).await?;
        }
        Ok(program)
    }

    /// Sends values to a destination, and asks afterwards what is stored there, where that can be asked.
    ///
    /// Dropping it stops what runs; some of the values may have been stored then.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, destination: &Destination, parcel: &Parcel) -> Result<Sent, SendError> {
        let names = parcel.names();
        // What is a destination has a plan.
        let Some(plan) = destination.plan(&names) else {
            return Err(SendError::Stopped);
        };
        // A CI token that was kept is not here.
        if names.len() < 2 && plan.calls.iter().any(|call| call.input.is_whole()) {
            return Err(SendError::Incomplete);
        }
        let program = self.program(destination)?;
        let mask = Mask::of(parcel);
        self.check(&program, &plan, &mask).await?;
        for call in &plan.calls {
            self.carry(&program, call, parcel, &mask).await?;
        }
        let seen = self.look(&program, &plan, &names, &mask).await;
        Ok(Sent { program, seen })
    }

    /// Asks the tool whether its user is signed in, before it is given anything.
    async fn check(&self, program: &Path, plan: &Plan, mask: &Mask) -> Result<(), SendError> {
        let Some(arguments) = &plan.signed_in else {
            return Ok(());
        };
        let ended = self.start(program, arguments, None, mask).await?;
        if ended.is_well {
            return Ok(());
        }
        Err(SendError::NotSignedIn {
            program: program.to_owned(),
            sign_in: plan.sign_in.clone(),
            said: ended.words(),
        })
    }

    async fn carry(
        &self,
        program: &Path,
        call: &Call,
        parcel: &Parcel,
        mask: &Mask,
    ) -> Result<(), SendError> {
        let Some(input) = call.input.text(parcel) else {
            return Ok(());
        };
        let first = self.start(program, &call.arguments, Some(&input), mask).await?;
        if first.is_well {
            return Ok(());
        }
        let mut said = first.words();
        if let Some(arguments) = &call.otherwise {
            let second = self.start(program, arguments, Some(&input), mask).await?;
            if second.is_well {
                return Ok(());
            }
            // Both may say why: the first that it is not there, or what is really wrong.
            said = format!("{said} / {}", second.words());
        }
        Err(SendError::Failed {
            program: program.to_owned(),
            said,
        })
    }

    /// What the tool lists of these names. That it cannot be asked takes nothing back.
    async fn look(&self, program: &Path, plan: &Plan, names: &[&str], mask: &Mask) -> Vec<String> {
        let Some(arguments) = &plan.look else {
            return Vec::new();
        };
        let listed = match self.start(program, arguments, None, mask).await {
            Ok(ended) if ended.is_well => ended.printed(),
            Ok(_) => return Vec::new(),
            Err(error) => {
                tracing::warn!(%error, "a destination could not be asked what it stores");
                return Vec::new();
            }
        };
        let about_names = |line: &&String| names.iter().any(|name| line.contains(name));
        let mut seen: Vec<_> = listed.iter().filter(about_names).cloned().collect();
        if seen.is_empty() && plan.calls.iter().any(|call| call.input.is_whole()) {
            // What keeps both as one lists that one.
            seen = listed;
        }
        seen.truncate(MOST_SEEN);
        seen
    }

    async fn start(
        &self,
        program: &Path,
        arguments: &[String],
        input: Option<&SecretText>,
        mask: &Mask,
    ) -> Result<run::Ended, SendError> {
        let run = Run {
            program,
            arguments,
            input,
            limit: self.limit,
        };
        run.to_its_end(mask).await
    }
}

/// The program of a kind, or the one that a destination names.
fn program(kind: Kind, named: Option<&str>) -> Result<PathBuf, SendError> {
    let names: Vec<&str> = named.map_or_else(|| kind.programs.to_vec(), |name| vec![name]);
    let found = names.iter().find_map(|name| find::program(name));
    found.ok_or_else(|| SendError::Missing {
        program: names.first().copied().unwrap_or_default().to_owned(),
        install: kind.install,
    })
}
