//! The texts of the sample. Values only look like secrets; none opens anything.

use super::tokens::Sample as Token;
use super::{DAY, HOUR};

/// A project of the sample.
pub(super) struct ProjectSample {
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) environments: &'static [EnvironmentSample],
}

/// An environment of the sample.
pub(super) struct EnvironmentSample {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) tokens: &'static [Token],
    pub(super) variables: &'static [(&'static str, &'static str)],
}

/// The first one is where the program starts, and its production environment is what can be scaled.
pub(super) const PROJECTS: &[ProjectSample] = &[
    ProjectSample {
        name: "Storefront",
        provider: "laravel_forge",
        environments: &[
            EnvironmentSample {
                name: "production",
                kind: "production",
                tokens: STOREFRONT_PRODUCTION,
                variables: STOREFRONT_VARIABLES,
            },
            EnvironmentSample {
                name: "staging",
                kind: "staging",
                tokens: &[
                    token("staging-ci", 211 * DAY, Some(26 * 60), Some(154 * DAY)),
                    token("pull-requests", 57 * DAY, Some(2 * DAY), Some(308 * DAY)),
                ],
                variables: &[
                    ("APP_NAME", "Northwind (staging)"),
                    ("APP_ENV", "staging"),
                    ("APP_URL", "https://staging.northwind.example"),
                    ("DB_HOST", "db.staging.northwind.internal"),
                    ("DB_PASSWORD", "plover-hinge-4471"),
                    ("CACHE_URL", "redis://cache.staging.northwind.internal:6379/0"),
                    ("MAIL_FROM_NAME", "Northwind Größenprüfung"),
                ],
            },
            EnvironmentSample {
                name: "local",
                kind: "local",
                tokens: &[],
                variables: &[
                    ("APP_NAME", "Northwind (local)"),
                    ("APP_ENV", "local"),
                    ("APP_URL", "http://localhost:8000"),
                    ("DB_PASSWORD", "secret"),
                ],
            },
        ],
    },
    ProjectSample {
        name: "Billing",
        provider: "other",
        environments: &[
            EnvironmentSample {
                name: "production",
                kind: "production",
                tokens: &[
                    token("billing-ci", 140 * DAY, Some(3 * HOUR), Some(225 * DAY)),
                    token("invoice-worker", 96 * DAY, Some(9 * 60), Some(269 * DAY)),
                ],
                variables: &[
                    ("LEDGER_URL", "https://ledger.northwind.example"),
                    ("LEDGER_TOKEN", "sample-ledger-7Zp2mQ"),
                    ("INVOICE_FOOTER", "Northwind AB · Malmö\nOrg.nr 556677-8899"),
                ],
            },
            EnvironmentSample {
                name: "staging",
                kind: "staging",
                tokens: &[token("billing-staging-ci", 88 * DAY, Some(DAY), Some(277 * DAY))],
                variables: &[
                    ("LEDGER_URL", "https://ledger.staging.northwind.example"),
                    ("LEDGER_TOKEN", "sample-ledger-staging"),
                ],
            },
        ],
    },
];

const STOREFRONT_PRODUCTION: &[Token] = &[
    token("production-ci", 103 * DAY, Some(4 * 60), Some(262 * DAY + HOUR)),
    token("forge-web-1", 173 * DAY, Some(22 * HOUR), Some(192 * DAY + HOUR)),
    token(
        "nightly-backup",
        359 * DAY,
        Some(11 * HOUR),
        Some(6 * DAY + 2 * HOUR),
    ),
    token("preview-runner", 283 * DAY, Some(94 * DAY), Some(82 * DAY + HOUR)),
    token("vapor-eu", 319 * DAY, Some(3 * DAY), Some(46 * DAY)),
    Token {
        name: "production-ci-2025",
        created: 432 * DAY,
        used: Some(83 * DAY),
        expires: None,
        revoked: Some(82 * DAY),
    },
];

const STOREFRONT_VARIABLES: &[(&str, &str)] = &[
    ("APP_NAME", "Northwind Storefront"),
    ("APP_ENV", "production"),
    ("APP_KEY", "base64:c2FtcGxlLXNhbXBsZS1zYW1wbGUtc2FtcGxlLTEyMzQ="),
    ("APP_URL", "https://northwind.example"),
    ("DB_HOST", "db.production.northwind.internal"),
    ("DB_PASSWORD", "it's a \"sample\" \\ with $everything #in it"),
    ("CACHE_URL", "redis://cache.production.northwind.internal:6379/0"),
    ("PAYMENT_SECRET", "sample-payment-4fT9xWkq1s"),
    (
        "WEBHOOK_SIGNING_KEY",
        "-----BEGIN SAMPLE KEY-----\n\
         Tm9ydGh3aW5kIHNhbXBsZSBkYXRhLCBub3QgYSBrZXksIGxpbmUgb25lIG9mIHRo\n\
         cmVlLiBOb3J0aHdpbmQgc2FtcGxlIGRhdGEsIG5vdCBhIGtleSwgbGluZSB0d28u\n\
         Tm9ydGh3aW5kIHNhbXBsZSBkYXRhLCBub3QgYSBrZXku\n\
         -----END SAMPLE KEY-----\n",
    ),
    ("MAIL_FROM_NAME", "Nørdwind – Größe & Öl ✓"),
    ("SUPPORT_BANNER", "Öppet 9–17 🕘\n日本語: 9時〜17時\n"),
    ("FEATURE_FLAGS", ""),
];

const fn token(name: &'static str, created: i64, used: Option<i64>, expires: Option<i64>) -> Token {
    Token {
        name,
        created,
        used,
        expires,
        revoked: None,
    }
}

/// The variables of an environment; `wanted` cuts off or adds.
pub(super) fn variables(samples: &[(&str, &str)], wanted: Option<usize>) -> Vec<(String, String)> {
    let place = |number: usize| match samples.get(number) {
        Some((name, value)) => ((*name).to_owned(), (*value).to_owned()),
        None => (format!("SETTING_{number:05}"), format!("sample value {number}")),
    };
    (0..wanted.unwrap_or(samples.len())).map(place).collect()
}
