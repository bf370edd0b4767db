//! All targets in one program, which is called by the name of one: a link to it, as `scripts/fuzz` makes them. Called by its
//! own name with `--list` it prints them.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use deploy_tokens_fuzz::TARGETS;

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let called = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&called).file_name();
    let target = TARGETS.iter().find(|target| name == Some(target.name.as_ref()));
    target.expect("called by the name of a target").run
});

libfuzzer_sys::fuzz_target!(
    init: {
        if std::env::args().nth(1).as_deref() == Some("--list") {
            for target in TARGETS {
                println!("{}\t{}", target.name, target.reads);
            }
            std::process::exit(0);
        }
    },
    |data: &[u8]| RUN(data)
);
