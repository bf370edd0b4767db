//! What leaks look like: the files of `tests/leaks`, made by hand and by other tools, and what is found in each.

use std::path::Path;
use std::time::Instant;

use model::{LeakError, Leaked};
use protocol::secret::SecretText;
use service::revocation::{Candidate, Leak, LeakStream, Source};

const TOKEN: &str = "0199c0de-1d2e-7f3a-8b4c-5d6e7f809102|Qx7Zp2Lm9Vn4Rb8Kd3Ws6Yf1Hj5Gt0CaQw2Er4Ty6Ui8Op1A";

/// How each of the two secrets is seen in a file: as a whole, or not.
fn seen(leak: &Leak) -> (Vec<Leaked>, bool) {
    let what = leak.candidates().iter().map(Candidate::what).collect();
    let whole = |it: &Candidate| it.ci_token().is_some_and(|token| token.expose() == TOKEN);
    (what, leak.candidates().iter().any(whole))
}

#[test]
fn every_shape_of_a_leak_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/leaks");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let leak = Leak::read(&std::fs::read(&path).unwrap());
        read += 1;
        let kind = name.split('-').next().unwrap();
        if kind == "nothing" {
            assert!(matches!(leak, Err(LeakError::Neither)), "{name}: {leak:?}");
            continue;
        }
        let (what, has_token) = seen(&leak.unwrap_or_else(|error| panic!("{name}: {error}")));
        let has_seed = what.contains(&Leaked::Seed);
        match kind {
            "both" => assert!(has_token && has_seed, "{name}: {what:?}"),
            "token" => assert!(has_token && !what.contains(&Leaked::Seed), "{name}: {what:?}"),
            "seed" => assert!(!has_token && has_seed, "{name}: {what:?}"),
            "cut" => assert!(
                !has_token
                    && what
                        .iter()
                        .all(|it| matches!(it, Leaked::CutCiToken | Leaked::CutSeed)),
                "{name}: {what:?}"
            ),
            "masked" => assert!(
                what.iter()
                    .all(|it| matches!(it, Leaked::MaskedCiToken | Leaked::MaskedSeed)),
                "{name}: {what:?}"
            ),
            other => panic!("{other}"),
        }
    }
    assert!(read >= 60, "{read}");
}

#[test]
fn a_place_is_its_line() {
    let text = format!("first\nsecond\n\nGHOSTABLE_CI_TOKEN={TOKEN}\n");
    let leak = Leak::read(text.as_bytes()).unwrap();
    let lines: Vec<_> = leak.candidates().iter().map(|it| (it.line, it.what())).collect();
    assert_eq!(lines, [(4, Leaked::CiToken)]);
    let source = Source {
        commit: Some("0a1b2c3".to_owned()),
        file: "build.log".to_owned(),
    };
    let mut stream = LeakStream::within(source, 100);
    stream.push(text.as_bytes());
    let leak = stream.finish().unwrap();
    let it = &leak.candidates()[0];
    let place = it.source.as_ref().map(ToString::to_string);
    assert_eq!((place.as_deref(), it.line), (Some("0a1b2c3:build.log"), 103));
}

#[test]
fn what_is_broken_over_lines_or_goes_on_is_not_called_whole() {
    let (begin, end) = TOKEN.split_at(60);
    for text in [format!("{begin}\n{end}\n"), format!("{TOKEN}more\n")] {
        let leak = Leak::read_text(&SecretText::new(text)).unwrap();
        assert_eq!(seen(&leak), (vec![Leaked::WrappedCiToken], true));
    }
}

#[test]
fn nothing_long_takes_long() {
    let whole = format!("GHOSTABLE_CI_TOKEN={TOKEN}\n");
    let mut names = "GHOSTABLE_CI_TOKEN=abc12345 ".repeat(40_000);
    names.push_str(&whole);
    let noise: String = (0..150_000).map(|n| format!("{n:x}|")).collect();
    for text in [
        "x".repeat(1_000_000) + "\n" + &whole,
        "QUJD".repeat(250_000) + "\n" + &whole,
        "\\".repeat(1_000_000) + "\n" + &whole,
        "%7C".repeat(300_000) + "\n" + &whole,
        "\x1b[31m".repeat(200_000) + "\n" + &whole,
        format!("{}\n", "A".repeat(43)).repeat(40_000) + &whole,
        names,
        noise + "\n" + &whole,
    ] {
        let begun = Instant::now();
        let leak = Leak::read(text.as_bytes()).unwrap();
        assert!(seen(&leak).1);
        // In a debug build, on a busy machine: what is not linear takes minutes.
        assert!(
            begun.elapsed().as_secs() < 20,
            "{} bytes: {:?}",
            text.len(),
            begun.elapsed()
        );
    }
}

/// A log of more than one piece is looked through as it comes. One of 50 MB is no other, and takes a debug build half a minute.
#[test]
fn a_long_log_is_streamed() {
    let line = format!(
        "{} {}\n",
        "2026-11-28T06:18:08Z step 17 downloaded layer",
        "x".repeat(53)
    );
    let part = line.repeat(10_000);
    let mut stream = LeakStream::new();
    let mut lines = 0;
    while lines * line.len() < 6_000_000 {
        stream.push(part.as_bytes());
        lines += 10_000;
    }
    stream.push(format!("GHOSTABLE_CI_TOKEN={TOKEN}\n").as_bytes());
    let leak = stream.finish().unwrap();
    assert_eq!(leak.candidates().len(), 1);
    assert_eq!(leak.candidates()[0].line, lines + 1);
}
