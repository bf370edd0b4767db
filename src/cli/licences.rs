//! `licences`: what is inside, and under which terms.

use std::sync::Arc;

use super::output;
use crate::connect;
use crate::failure::Failure;
use model::{Document, Passage};

/// Prints each text once, after everything that is under it.
pub(super) fn print() -> Result<u8, Failure> {
    let passages = connect::read_document(Document::Licences)?;
    output::document(&listing(passages))?;
    Ok(0)
}

fn listing(mut passages: Vec<Passage>) -> String {
    let mut text = String::new();
    while let Some(first) = passages.first().map(|it| Arc::clone(&it.text)) {
        let (same, others): (Vec<_>, Vec<_>) = passages.into_iter().partition(|it| it.text == first);
        for passage in same {
            text.push_str(&format!("{}: {}\n", passage.title, passage.note));
        }
        text.push_str(&format!("\n{}\n\n{}\n\n", first.trim_end(), "-".repeat(79)));
        passages = others;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_several_are_under_is_printed_once() {
        let passage = |title: &str, text: &str| Passage {
            title: title.to_owned(),
            note: "MIT".to_owned(),
            text: text.into(),
        };
        let printed = listing(vec![
            passage("one 1.0", "A\n"),
            passage("two 2.0", "B"),
            passage("three 3.0", "A\n"),
        ]);
        let line = "-".repeat(79);
        assert_eq!(
            printed,
            format!("one 1.0: MIT\nthree 3.0: MIT\n\nA\n\n{line}\n\ntwo 2.0: MIT\n\nB\n\n{line}\n\n")
        );
    }
}
