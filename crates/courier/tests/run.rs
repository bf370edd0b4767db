//! How a tool is run: what it is given, when it is stopped, and what is left of it then.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing unwrap is how a test reports"
)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use deploy_tokens_courier::Courier;
use model::formats::Subject;
use model::{CI_TOKEN_VARIABLE, Destination, Parcel, SEED_VARIABLE, SendError};
use protocol::secret::SecretText;
use protocol::variable::Variable;

const TOKEN: &str = "019c2d7e|9xQm3vT7sVb2Lr8KpWz4YdFh6NcJ1aEgRu0Xi5o42KD";

fn parcel() -> Parcel {
    let variable = |name: &str, value: &str| Variable {
        name: name.to_owned(),
        value: SecretText::new(value.to_owned()),
    };
    Parcel {
        subject: Subject {
            environment: "production".to_owned(),
            is_known: false,
        },
        variables: vec![
            variable(CI_TOKEN_VARIABLE, TOKEN),
            variable(SEED_VARIABLE, "pQmQc2V5IG9mIGEgdG9rZW4gdGhhdCBpcyBub25lIQ=="),
        ],
    }
}

/// A command of the user's own, in a folder of its own.
struct Tool {
    folder: tempfile::TempDir,
    destination: Destination,
}

impl Tool {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tool");
        std::fs::write(
            &path,
            format!("#!/bin/sh\ncd '{}'\n{script}", folder.path().display()),
        )
        .unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let destination = Destination::parse(&format!("command:json {} one 'two words'", path.display()));
        Self {
            folder,
            destination: destination.unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }
}

#[tokio::test]
async fn a_command_gets_its_arguments_and_the_values() {
    let tool = Tool::new("printf '%s|' \"$@\" > arguments; cat > input");
    let sent = Courier::default()
        .send(&tool.destination, &parcel())
        .await
        .unwrap();
    assert_eq!(sent.program, tool.file("tool"));
    assert_eq!(tool.read("arguments"), "one|two words|");
    let input = tool.read("input");
    assert!(
        input.contains(&format!("\"{CI_TOKEN_VARIABLE}\": \"{TOKEN}\"")),
        "{input}"
    );
}

/// A tool that prints without end, and what it was given: it is bounded and masked.
#[tokio::test]
async fn what_it_prints_is_bounded_and_has_no_value_in_it() {
    let tool = Tool::new("cat >&2; head -c 3000000 /dev/zero | tr '\\0' 'x'; exit 3");
    let failed = Courier::default().send(&tool.destination, &parcel()).await;
    let Err(SendError::Failed { said, .. }) = failed else {
        panic!("{failed:?}");
    };
    assert!(said.contains("•••") && !said.contains("9xQm3vT7"), "{said}");
    assert!(said.len() < 4000);
}

/// One that reads nothing ends as it likes.
#[tokio::test]
async fn a_tool_need_not_read() {
    let tool = Tool::new("exit 0");
    Courier::default()
        .send(&tool.destination, &parcel())
        .await
        .unwrap();
}

#[tokio::test]
async fn it_is_stopped_when_its_time_is_over_and_so_is_what_it_started() {
    let tool = Tool::new("sleep 60 & echo $! > child; echo $$ > own; wait");
    let begun = Instant::now();
    let late = Courier::with_limit(Duration::from_secs(1))
        .send(&tool.destination, &parcel())
        .await;
    assert!(
        matches!(late, Err(SendError::TimedOut { seconds: 1, .. })),
        "{late:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
    for name in ["own", "child"] {
        ended(tool.read(name).trim()).await;
    }
}

#[tokio::test]
async fn cancelling_ends_it_and_what_it_started() {
    let tool = Tool::new("sleep 60 & echo $! > child; echo $$ > own; wait");
    let destination = tool.destination.clone();
    let sending = tokio::spawn(async move { Courier::default().send(&destination, &parcel()).await });
    while tool.read("own").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    for name in ["own", "child"] {
        ended(tool.read(name).trim()).await;
    }
}

/// Waits until a process is gone, or only waits to be counted.
async fn ended(process: &str) {
    let begun = Instant::now();
    loop {
        let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        if status.is_empty() || status.contains(") Z") {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{status}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One value is not put where it would take the place of both.
#[tokio::test]
async fn half_of_a_pair_replaces_no_whole() {
    let mut half = parcel();
    half.variables.remove(0);
    for whole in [
        "aws:storefront",
        "gcp:storefront",
        "kubernetes:storefront/ghostable",
    ] {
        let destination = Destination::parse(whole).unwrap();
        let sent = Courier::default().send(&destination, &half).await;
        assert_eq!(sent, Err(SendError::Incomplete), "{whole}");
    }
}
