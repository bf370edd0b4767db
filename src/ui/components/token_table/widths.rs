//! How the columns share the room: the style sheet chooses by the width of the window, which columns have made room.

use super::columns::{Look, columns};

/// The widths of the columns, as the style sheet wants them: of all, and without those that have made room so far.
pub(super) fn widths() -> String {
    let gone: [(&str, &[&str]); 4] = [
        ("all", &[]),
        ("without-first", &["first"]),
        ("without-second", &["first", "second"]),
        ("without-third", &["first", "second", "third"]),
    ];
    let stays = |look: &Look, gone: &[&str]| look.yields.is_none_or(|it| !gone.contains(&it));
    gone.into_iter()
        .map(|(name, gone)| {
            let looks = columns().map(|(_, look)| look).filter(|look| stays(look, gone));
            let widths: String = looks
                .map(
                    |Look {
                         width: (least, share),
                         ..
                     }| format!("minmax({least}px, {share}fr) "),
                )
                .collect();
            format!("--{name}: var(--pick) {widths}var(--actions);")
        })
        .collect()
}
