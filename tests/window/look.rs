//! What only a real window can show of the look: measured in it, in many states.

use testkit::driver::{Desktop, example};

/// What the gallery finds wrong, in so many looks at least.
fn measure(what: &str, least: usize) {
    let desktop = Desktop::new().size(2600, 900).start();
    let mut app = desktop.launch(example("gallery"), &["table", "--check", what]);
    // Longer than other waits: it is hundreds of looks.
    for _ in 0..4 {
        if testkit::driver::poll(|| (!app.is_running()).then_some(())).is_some() {
            break;
        }
    }
    app.wait_end();
    let told = app.output();
    let looked = told
        .split_once(&format!("measured {what} "))
        .and_then(|(_, rest)| {
            let (looked, wrong) = rest.split_once(" times: ")?;
            wrong
                .starts_with("0 wrong")
                .then(|| looked.parse::<usize>().ok())?
        });
    assert!(looked.is_some_and(|looked| looked >= least), "{told}");
}

/// While the window is resized from a phone's width to a wide screen's: nothing is cut or outside, nothing scrolls sideways,
/// everything that is pressed has 24 px.
#[test]
fn every_width_shows_everything() {
    measure("widths", 10_000);
}

/// Each text has 4.5:1 and each control 3:1, in light and dark, below the pointer, focused, pressed, chosen and disabled; 7:1
/// where more contrast is wanted.
#[test]
fn every_text_and_control_has_its_contrast() {
    measure("contrast", 10_000);
}
