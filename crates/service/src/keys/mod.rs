//! Environment keys: whether this device has one, for whom it is sealed, publishing it, and who waits for it.

pub mod access;
pub(crate) mod add_devices;
pub(crate) mod for_whom;
pub(crate) mod make_key;
pub(crate) mod preflight;
pub(crate) mod publish;
pub(crate) mod recipients;
mod requests;
mod reshare;

pub use preflight::{KeyAccess, key_access};
pub use requests::{Asked, Fulfilled, asking_devices, fulfil, fulfil_all, fulfillable, select, waiting};
pub use reshare::{MissingKey, reshare, reshare_accepting, take_way_out};
