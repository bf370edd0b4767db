//! The building blocks: native HTML elements with a look, a role and a name. They know nothing of deploy tokens.

mod badge;
mod button;
mod combobox;
mod dialog;
mod field;
mod hold;
mod icon;
mod menu;
mod notice;
mod segmented;
mod state_block;
mod steps;
mod tabs;

pub use badge::{Badge, Tone};
pub use button::{Button, ButtonKind, IconButton, MenuButton};
pub use combobox::Combobox;
pub use dialog::{Above, Dialog, DialogActions, DialogBody, DialogHead, DialogSize};
pub use field::{SearchField, SecretField, TextField};
pub use hold::HoldButton;
pub use icon::{Glyph, Icon, Spinner};
pub use menu::{Menu, MenuItem, MenuLine};
pub use notice::Notice;
pub use segmented::{Segment, Segmented};
pub use state_block::StateBlock;
pub use steps::{StepState, Steps};
pub use tabs::{Tab, Tabs};
