//! The API v2: its wire models. Nothing here signs, seals or opens anything; that is `crypto`'s work.

pub mod wire;
