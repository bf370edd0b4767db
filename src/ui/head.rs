//! The head of the page: what it may load, and how it looks. Nothing in it comes from anywhere but the binary.

use super::style::style;

/// What the page may do. Scripts are the renderer's own, written into the page or evaluated from Rust, and edits come
/// over its socket on 127.0.0.1, whose port is not known here; everything else is refused by the web view: addresses
/// elsewhere, frames, forms, plug-ins.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; \
    script-src 'unsafe-inline' 'unsafe-eval'; connect-src ws://127.0.0.1:* dioxus: http://dioxus.index.html \
    https://dioxus.index.html; form-action 'none'; base-uri 'none'";

/// The content of `<head>`: the policy before anything that it applies to.
pub fn head() -> String {
    format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"referrer\" content=\"no-referrer\">{}",
        style()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_comes_first_and_allows_no_other_place() {
        let head = head();
        assert!(head.starts_with("<meta http-equiv=\"Content-Security-Policy\""));
        let directives: Vec<_> = POLICY
            .split(';')
            .map(|it| it.trim().split_once(' ').unwrap())
            .collect();
        let sources = |name: &str| directives.iter().find(|it| it.0 == name).unwrap().1;
        for name in ["default-src", "form-action", "base-uri"] {
            assert_eq!(sources(name), "'none'");
        }
        let allowed = [
            "'none'",
            "'unsafe-inline'",
            "'unsafe-eval'",
            "data:",
            "ws://127.0.0.1:*",
            "dioxus:",
            "http://dioxus.index.html",
            "https://dioxus.index.html",
        ];
        for source in directives.iter().flat_map(|it| it.1.split_whitespace()) {
            assert!(allowed.contains(&source), "{source}");
        }
        // Nothing in the page asks for what the policy refuses.
        assert!(!head.contains("url(http") && !head.contains("@import"));
    }
}
