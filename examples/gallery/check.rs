//! Measures the page in many states: what is cut, outside or too small at each width, while the window is resized; and the
//! contrast of each text and control, as the style sheet has it in each state, setting and theme. Writes what is wrong, and
//! ends.

use std::time::Duration;

use deploy_tokens::state::AppState;
use dioxus::prelude::*;
use dioxus_desktop::{LogicalSize, window};
use serde::Deserialize;

const SCRIPT: &str = include_str!("check.js");

/// From the narrowest window to a wide screen, and either side of each width at which something changes.
const WIDTHS: [u32; 27] = [
    340, 360, 390, 480, 560, 639, 640, 719, 720, 839, 840, 879, 880, 900, 940, 960, 973, 974, 1089, 1090,
    1179, 1180, 1220, 1400, 1600, 1920, 2560,
];

/// States that are measured at each width.
const WIDE: [&str; 13] = [
    "long",
    "access",
    "settings",
    "create",
    "close-warning",
    "palette",
    "emergency",
    "emergency-run",
    "checklist",
    "everywhere",
    "chosen",
    "bulk-revoke",
    "bulk-over",
];

/// States whose contrast is measured.
const COLOURED: [&str; 34] = [
    "emergency",
    "emergency-run",
    "checklist",
    "everywhere",
    "everywhere-part",
    "chosen",
    "bulk-revoke",
    "bulk-over",
    "table",
    "long",
    "revoked",
    "none",
    "failed",
    "offline",
    "pending",
    "replacing",
    "create",
    "create-failed",
    "create-running",
    "rotate",
    "revoke-production",
    "finish",
    "interrupted",
    "sheet",
    "sheet-revealed",
    "sheet-notshared",
    "sheet-send",
    "close-warning",
    "keys",
    "palette",
    "toasts",
    "access",
    "settings",
    "welcome-password",
];

/// What was looked at, and what is wrong with it.
#[derive(Default, Deserialize)]
struct Found {
    looked: usize,
    problems: Vec<String>,
}

impl Found {
    fn add(&mut self, more: Self, at: &str) {
        self.looked += more.looked;
        let lines = more.problems.into_iter().map(|line| format!("{at}: {line}"));
        self.problems.extend(lines);
    }
}

/// Measures and ends the program.
pub(super) async fn run(what: &str, state: AppState, fill: fn(AppState, &str)) {
    let mut all = Found::default();
    let states: &[&str] = if what == "widths" { &WIDE } else { &COLOURED };
    for name in states {
        state.reset();
        fill(state, name);
        // The page has it a moment later.
        tokio::time::sleep(Duration::from_millis(120)).await;
        let found = if what == "widths" {
            widths().await
        } else {
            contrast().await
        };
        all.add(found, name);
    }
    for line in &all.problems {
        println!("{line}");
    }
    let (looked, wrong) = (all.looked, all.problems.len());
    println!("measured {what} {looked} times: {wrong} wrong");
    std::process::exit(i32::from(wrong > 0));
}

async fn measured(work: &str) -> Found {
    let script = format!("{SCRIPT}\n{work}\ndioxus.send({{ looked, problems }});");
    let mut last = String::new();
    // An answer may be lost while the page renders.
    for _ in 0..3 {
        match document::eval(&script).recv().await {
            Ok(found) => return found,
            Err(error) => last = format!("cannot be measured: {error}"),
        }
    }
    Found {
        looked: 0,
        problems: vec![last],
    }
}

async fn widths() -> Found {
    let mut found = Found::default();
    for wide in WIDTHS {
        window().set_inner_size(LogicalSize::new(f64::from(wide), 800.0));
        let work = format!("await settled({wide}); await frames(); widths();");
        found.add(measured(&work).await, &format!("at {wide}"));
    }
    found
}

async fn contrast() -> Found {
    let mut found = Found::default();
    for (mode, dark, more) in [
        ("light", false, false),
        ("dark", true, false),
        ("light, more contrast", false, true),
        ("dark, more contrast", true, true),
    ] {
        let least = if more { 7.0 } else { 4.5 };
        let work = format!("setting({dark}, {more}); contrast({least});");
        found.add(measured(&work).await, mode);
    }
    found
}
