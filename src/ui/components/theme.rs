//! The colours that were chosen, where not the system decides.

use dioxus::prelude::*;

use crate::state::AppState;
use model::Theme;

/// The part of the theme in which its colours are named.
const THEME: &str = include_str!("../../../assets/theme.css");

/// Rules that give the window the colours that were chosen, whatever the system asks for; nothing where that decides. They
/// come after the style sheet, of which they repeat a part.
fn theme(chosen: Theme) -> Option<String> {
    const DARK: &str = "(prefers-color-scheme: dark)";
    const MORE: &str = "(prefers-contrast: more)";
    let root = |scheme: &str, tokens: &str| format!(":root,::backdrop{{color-scheme:{scheme};{tokens}}}");
    let when = |query: &str, rules: String| format!("@media {query}{{{rules}}}");
    let (light, dark) = (tokens(":root"), tokens(&format!("@media {DARK} {{")));
    let (more, more_dark) = (
        tokens(&format!("@media {MORE} {{")),
        tokens(&format!("@media {MORE} and {DARK} {{")),
    );
    match chosen {
        Theme::System => None,
        Theme::Light => Some(root("light", light) + &when(MORE, root("light", more))),
        Theme::Dark => Some(root("dark", dark) + &when(MORE, root("dark", more_dark))),
        Theme::Contrast => {
            let in_the_dark = root("dark", dark) + &root("dark", more_dark);
            Some(root("light", more) + &when(DARK, in_the_dark))
        }
    }
}

/// The custom properties of the first rule from a place of the theme on.
fn tokens(from: &str) -> &'static str {
    let rest = THEME.split_once(from).map_or("", |(_, rest)| rest);
    let rule = rest.split_once("::backdrop {").map_or("", |(_, rest)| rest);
    let tokens = rule.split_once('}').map_or("", |(tokens, _)| tokens);
    // What stands before them is said anew.
    tokens
        .split_once("--")
        .map_or("", |(before, _)| tokens.get(before.len()..).unwrap_or_default())
}

/// These rules, as a part of the page.
#[component]
pub fn ThemeRules() -> Element {
    let settings = use_context::<AppState>().settings;
    let rules = theme(settings.chosen.read().theme);
    rsx! {
        if let Some(rules) = rules {
            style { dangerous_inner_html: "{rules}" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_has_its_colours_whatever_the_system_asks_for() {
        assert_eq!(theme(Theme::System), None);
        let bg = |tokens: &str| tokens.split(';').next().map(str::to_owned);
        let light = theme(Theme::Light).unwrap();
        assert!(
            light.starts_with(":root,::backdrop{color-scheme:light;--bg: #fbfbfd;"),
            "{light}"
        );
        assert!(!light.contains("prefers-color-scheme"));
        let dark = theme(Theme::Dark).unwrap();
        assert!(
            dark.starts_with(":root,::backdrop{color-scheme:dark;--bg: #14161b;"),
            "{dark}"
        );
        assert!(dark.contains("@media (prefers-contrast: more){"));
        let contrast = theme(Theme::Contrast).unwrap();
        assert!(contrast.contains("--text: #000000") && contrast.contains("--text: #ffffff"));
        assert!(bg(tokens("@media (prefers-contrast: more) {")).is_some_and(|it| it.starts_with("--line")));
        for rules in [light, dark, contrast] {
            assert_eq!(rules.matches('{').count(), rules.matches('}').count());
        }
    }
}
