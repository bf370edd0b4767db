//! The style sheet: tokens, fonts and the styles of elements and components, in one text for the document's head.
//!
//! Everything is inside the binary, so that a binary built by plain cargo works wherever it is moved.

use std::sync::LazyLock;

use data_encoding::BASE64;

/// The sheets in the order in which they apply.
const SHEETS: [&str; 19] = [
    include_str!("../../assets/theme.css"),
    include_str!("elements/controls.css"),
    include_str!("elements/overlays.css"),
    include_str!("views/style.css"),
    include_str!("components/sidebar/style.css"),
    include_str!("components/header/style.css"),
    include_str!("components/token_table/style.css"),
    include_str!("components/dialogs/style.css"),
    include_str!("components/facts/style.css"),
    include_str!("components/activity/style.css"),
    include_str!("components/details/style.css"),
    include_str!("components/secret_sheet/style.css"),
    include_str!("components/sign_in/style.css"),
    include_str!("views/welcome/style.css"),
    include_str!("views/access/style.css"),
    include_str!("views/activity/style.css"),
    include_str!("views/settings/style.css"),
    include_str!("components/emergency/style.css"),
    include_str!("components/navigation/style.css"),
];

const LATIN: &str = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,\
    U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD";
const LATIN_EXTENDED: &str = "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,\
    U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF";

/// A font file: family, characters it covers, its bytes.
const FONTS: [(&str, &str, &[u8]); 4] = [
    (
        "Inter",
        LATIN,
        include_bytes!("../../assets/fonts/inter-latin-wght-normal.woff2"),
    ),
    (
        "Inter",
        LATIN_EXTENDED,
        include_bytes!("../../assets/fonts/inter-latin-ext-wght-normal.woff2"),
    ),
    (
        "JetBrains Mono",
        LATIN,
        include_bytes!("../../assets/fonts/jetbrains-mono-latin-wght-normal.woff2"),
    ),
    (
        "JetBrains Mono",
        LATIN_EXTENDED,
        include_bytes!("../../assets/fonts/jetbrains-mono-latin-ext-wght-normal.woff2"),
    ),
];

static STYLE: LazyLock<String> = LazyLock::new(|| {
    let faces: String = FONTS.iter().map(|font| face(*font)).collect();
    format!("<style>{faces}{}</style>", SHEETS.concat())
});

fn face((family, range, bytes): (&str, &str, &[u8])) -> String {
    format!(
        "@font-face{{font-family:\"{family}\";font-style:normal;font-weight:100 900;font-display:swap;\
         src:url(data:font/woff2;base64,{}) format(\"woff2\");unicode-range:{range}}}",
        BASE64.encode(bytes)
    )
}

/// The whole `<style>` element.
pub(super) fn style() -> &'static str {
    &STYLE
}
