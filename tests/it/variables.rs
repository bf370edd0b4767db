//! The environment and the clock, as they can be: variables blank or not text, times beyond all reason.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt as _;
use std::process::Output;

use testkit::TestWorkspace;
use testkit::{Endpoint, Fault, FaultProxy};

/// Everything that the program or a library below its commands reads.
const ALL: [&str; 15] = [
    "GHOSTABLE_API",
    "GHOSTABLE_TOKEN",
    "GHOSTABLE_CI_TOKEN",
    "GHOSTABLE_DEPLOY_SEED",
    "GHOSTABLE_KEYCHAIN_PREFIX",
    "DEPLOY_TOKENS_JOURNAL_MINUTES",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "GDK_BACKEND",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "XDG_SESSION_TYPE",
    "RUST_LOG",
];

/// Runs the program with these variables, a home folder and no other.
fn run(home: &std::path::Path, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Output {
    testkit::commands()
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn not_text() -> OsString {
    OsString::from_vec(b"gtok_\xff\xfe".to_vec())
}

#[test]
fn each_variable_may_be_blank() {
    let home = tempfile::tempdir().unwrap();
    let usual = run(
        home.path(),
        &["--local", "list", "--env", "production", "--json"],
        &[],
    );
    assert!(usual.status.success(), "{}", said(&usual));
    assert!(
        home.path()
            .join(".local/share/deploy-tokens/workspace/workspace.db")
            .is_file()
    );
    // With nothing but a server: what is missing is named, as if the variable were unset.
    let lost = [
        "--api",
        "http://127.0.0.1:9/api/v2",
        "list",
        "--env",
        "production",
    ];
    let unset = run(home.path(), &lost, &[]);
    for name in ALL {
        for blank in ["", " \t"] {
            let environment = [(name, OsStr::new(blank))];
            let local = run(
                home.path(),
                &["--local", "list", "--env", "production", "--json"],
                &environment,
            );
            assert!(local.status.success(), "{name}={blank:?}: {}", said(&local));
            assert_eq!(local.stdout, usual.stdout, "{name}={blank:?}: the same workspace");
            assert_eq!(said(&local), "", "{name}={blank:?}");
            let set = run(home.path(), &lost, &environment);
            assert_eq!(
                (set.status.code(), said(&set)),
                (unset.status.code(), said(&unset)),
                "{name}={blank:?}"
            );
        }
    }
    for name in ["GHOSTABLE_CI_TOKEN", "GHOSTABLE_DEPLOY_SEED"] {
        let both = [
            ("GHOSTABLE_CI_TOKEN", OsStr::new("x")),
            ("GHOSTABLE_DEPLOY_SEED", OsStr::new("x")),
            (name, OsStr::new(" ")),
        ];
        let output = run(home.path(), &["--local", "verify"], &both);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            said(&output).contains(&format!("{name} is not set")),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn what_is_not_text_is_said_and_never_shown() {
    let home = tempfile::tempdir().unwrap();
    let (text, seed) = (not_text(), OsStr::new("x"));
    let list = ["list", "--env", "production"];
    let finish = [
        "--local",
        "replace",
        "--env",
        "production",
        "--finish",
        "production-ci",
    ];
    let api = [
        "--api",
        "http://127.0.0.1:9/api/v2",
        "list",
        "--env",
        "production",
    ];
    for (name, arguments) in [
        ("GHOSTABLE_API", &list[..]),
        ("GHOSTABLE_TOKEN", &api[..]),
        ("GHOSTABLE_CI_TOKEN", &["--local", "verify"][..]),
        ("GHOSTABLE_DEPLOY_SEED", &["--local", "verify"][..]),
        ("GHOSTABLE_CI_TOKEN", &finish[..]),
    ] {
        let other = ("GHOSTABLE_CI_TOKEN", seed);
        let output = run(home.path(), arguments, &[other, (name, &text)]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(
            said(&output).contains(&format!("{name} does not hold text")),
            "{}",
            said(&output)
        );
        assert!(
            !said(&output).contains("gtok_") && !said(&output).contains("panicked"),
            "{}",
            said(&output)
        );
    }
    // A comfort stops nothing, and what is not asked for is not read.
    for name in ALL {
        let output = run(
            home.path(),
            &["--local", "list", "--env", "production"],
            &[(name, &text)],
        );
        if name == "XDG_DATA_HOME" {
            continue;
        }
        assert!(output.status.success(), "{name}: {}", said(&output));
        assert!(!said(&output).contains("panicked"), "{name}: {}", said(&output));
    }
}

#[test]
fn times_that_are_given_are_in_range_or_refused_with_it() {
    let home = tempfile::tempdir().unwrap();
    for option in ["--clear-clipboard-after", "--hide-sheet-after"] {
        for wrong in [
            "18446744073709551615",
            "18446744073709551616",
            "86401",
            "-1",
            "1.5",
            "-0.5",
            "soon",
            "",
            " ",
        ] {
            let output = run(home.path(), &[option, wrong], &[]);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{option} {wrong}: {}",
                said(&output)
            );
            assert!(
                said(&output).contains("whole number of seconds from 0 to 86400"),
                "{option} {wrong}: {}",
                said(&output)
            );
        }
        for right in ["0", "1", "86400"] {
            // There is no display here, which is what it comes to say after having taken the number.
            let output = run(home.path(), &[option, right], &[]);
            assert!(!said(&output).contains("seconds"), "{}", said(&output));
        }
    }
}

/// Sets the times of every token in a list.
fn edit(list: &mut serde_json::Value, created: &str, used: &str, expires: &str) {
    match list {
        serde_json::Value::Array(all) => all.iter_mut().for_each(|it| edit(it, created, used, expires)),
        serde_json::Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match name.as_str() {
                    "created_at" => *value = created.into(),
                    "last_used_at" => *value = used.into(),
                    "expires_at" => *value = expires.into(),
                    _ => edit(value, created, used, expires),
                }
            }
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_absurd_times_is_read_all_the_same() {
    const LIST: Endpoint = Endpoint {
        method: "GET",
        ending: "/deploy-tokens",
        from: 1,
    };
    let world = TestWorkspace::start().await;
    let faults: [fn(&mut serde_json::Value); 4] = [
        |it| {
            edit(
                it,
                "9999-12-31T23:59:59.999999999Z",
                "9999-12-31T23:59:59+00:00",
                "9999-12-30T21:59:59Z",
            )
        },
        |it| {
            edit(
                it,
                "-009999-01-02T01:59:59Z",
                "-009999-01-02T02:00:00Z",
                "-009999-01-03T00:00:00Z",
            )
        },
        |it| {
            edit(
                it,
                "0000-01-01T00:00:00Z",
                "0001-01-01",
                "1970-01-01T00:00:00-23:59",
            )
        },
        |it| edit(it, "99999-01-01T00:00:00Z", "-1", "18446744073709551615"),
    ];
    for fault in faults {
        let proxy = FaultProxy::at(world.running.address(), LIST, Fault::Edit(fault));
        let token = world.running.local().access_token.expose();
        for more in [&["--json"][..], &[]] {
            let arguments = [&["--api", &proxy.url, "list", "--env", "production"], more].concat();
            let output = run(
                world.folder.path(),
                &arguments,
                &[("GHOSTABLE_TOKEN", OsStr::new(token))],
            );
            assert!(proxy.fired(), "the times were changed");
            assert!(!said(&output).contains("panicked"), "{}", said(&output));
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        }
    }
}
