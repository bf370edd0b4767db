//! A command of the user's own. It is started without a shell.

use super::{Call, Input, Kind, Plan};
use crate::formats;

pub(super) const COMMAND: Kind = Kind {
    name: "command",
    label: "Own command",
    hint: "FORMAT PROGRAM ARGUMENT…: what goes to its standard input (env, docker, json, …), and what is run; “…” keeps spaces",
    example: "json /usr/local/bin/store-secret storefront production",
    programs: &[],
    install: "Check the path of the command.",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let mut words = words(target)?.into_iter();
    let format = formats::named(&words.next()?)?;
    let program = words.next().filter(|it| !it.is_empty() && !it.starts_with('-'))?;
    let arguments: Vec<_> = words.collect();
    Some(Plan {
        title: format!("Command {program} with {} on its standard input", format.label),
        sign_in: program.clone(),
        program: Some(program),
        signed_in: None,
        calls: vec![Call {
            arguments,
            otherwise: None,
            input: Input::Block(format),
        }],
        look: None,
    })
}

/// Words at spaces; those between quotes are one. `None` where a quote is not closed.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}
