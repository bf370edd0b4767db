//! Requests and answers as JSON, in both directions (docs/protocol.md).
//!
//! A `…Request` is one type: clients write it, a server reads it with [`request`]. An answer is a `…Document`, which a server
//! writes, and beside it the function by which a client reads it into the types of this crate: leniently where the protocol
//! is (docs/protocol.md 1.4), and otherwise refusing it by the member's name. The members of a document are in the order in
//! which they are written. Nothing here decrypts, signs or judges; that is [`crypto`](crate::crypto)'s work.

pub mod activity;
pub mod bundle;
mod cost;
pub mod devices;
pub mod directory;
pub mod environment_key;
pub mod error;
pub mod history;
pub mod members;
pub mod names;
mod read;
pub mod request;
pub mod reshare;
pub mod sign_in;
pub mod tokens;
pub mod variable;
pub mod webhooks;
mod written;

use serde::Serialize;

/// A JSON text is not what it should be. Carries names of members, never their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not JSON at all.
    #[error("not JSON")]
    NotJson,
    /// A required member is absent, null or empty.
    #[error("{what} is missing")]
    Missing {
        /// Path of the member.
        what: &'static str,
    },
    /// There is more in it than is read.
    #[error("it has more than {most} parts")]
    TooMany {
        /// So many entries or values are.
        most: usize,
    },
    /// A member is not of its type, or its text is not of its form.
    #[error("{what} is not what it should be")]
    Wrong {
        /// Path of the member.
        what: &'static str,
    },
}

impl WireError {
    /// The member that is missing or wrong.
    pub fn what(self) -> &'static str {
        match self {
            Self::NotJson => "JSON",
            Self::TooMany { .. } => "its size",
            Self::Missing { what } | Self::Wrong { what } => what,
        }
    }
}

/// An answer under `data`, as nearly all are (docs/protocol.md 1.4).
#[derive(Clone, Debug, Serialize)]
pub struct Data<T> {
    /// The resource, or the list of them.
    pub data: T,
}

/// An answer under `data` with something beside it.
#[derive(Clone, Debug, Serialize)]
pub struct DataWithMeta<T, M> {
    /// The resource, or the list of them.
    pub data: T,
    /// What is said about it.
    pub meta: M,
}

/// `meta` of an answer to a request that removed or ended something.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Success {
    /// Always true: a failure has another status.
    pub success: bool,
}

/// `meta` of a list that has no pages.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Count {
    /// How many entries there are.
    pub count: usize,
}

/// `meta` of a page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct PageMeta {
    /// The most entries that a page has.
    pub per_page: i64,
    /// Where the next page is; absolute.
    pub next_page_url: Option<String>,
    /// Where the one before is; absolute.
    pub prev_page_url: Option<String>,
    /// Whether there is another page.
    pub has_more: bool,
}

/// `meta` alone, of an answer about what is not there any more.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Done {
    /// All of it.
    pub meta: Success,
}

/// A resource with its type named first.
#[derive(Clone, Debug, Serialize)]
pub struct Resource<'a, A> {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which one.
    pub id: &'a str,
    /// What is known of it.
    pub attributes: A,
}

/// Which record another one names.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Identifier<'a> {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which one.
    pub id: &'a str,
}

/// `status` of devices and deploy tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordStatus {
    /// In use.
    Active,
    /// Ended for good.
    Revoked,
}

impl RecordStatus {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    /// Reads the text exactly; `None` for every other one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Revoked]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}
