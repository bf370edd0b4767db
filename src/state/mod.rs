//! Signal stores: what the window shows. No I/O, no error prose of their own, no work that takes time.
//!
//! Components read these signals; actions write them. The stores that ever hold secrets are [`SheetStore`], and closing the
//! sheet drops them; [`SessionStore`], which has what is typed to sign in, until that was used; and [`EmergencyStore`],
//! until a leaked CI token is proven to be refused.

mod about;
mod access;
mod activity;
mod audit;
mod checklists;
mod chip;
mod chosen;
mod clipboard;
mod dialog;
mod emergency;
mod health;
mod holders;
mod latest;
mod place;
mod section;
mod sending;
mod session;
mod settings;
mod sheet;
mod toast;
mod tokens;

use dioxus::prelude::*;

pub use about::AboutStore;
pub use access::{AccessStore, Holders, OwnDevice};
pub use activity::{ActivityStore, Entries};
pub use audit::{AuditStore, Audited, is_found};
pub use checklists::ChecklistStore;
pub use chip::TokenChip;
pub use chosen::{BulkKind, BulkLine, BulkRun, BulkState, ChosenStore};
pub use clipboard::ClipboardStore;
pub use dialog::{Confirm, ConfirmKind, Dialog, DialogStore, Operation, RenewedKey};
pub use emergency::{EmergencyRun, EmergencyStore, Group, LeakSearch, groups};
pub use health::{Attention, TokenHealth, attention, health};
pub use holders::{HolderColumn, HolderSort, shown_holders};
pub use latest::{Latest, Ticket};
pub use place::{Connection, KeyState, PlaceStore};
pub use section::Section;
pub use sending::{SendLine, SendState};
pub use session::{CommandLineOffer, Gate, SessionKind, SessionStore, SignInStage, Typed, address_host};
pub use settings::SettingsStore;
pub use sheet::{Copied, Left, SheetPage, SheetStore, Taken, Verification};
pub use toast::{Toast, ToastStore};
pub use tokens::{Counts, Sealed, Sort, StatusFilter, TokensStore, visible};

/// Something that is fetched.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Load<T> {
    /// Not there yet.
    #[default]
    Loading,
    /// There.
    Ready(T),
    /// Not to be had; what happened, what to do.
    Failed(model::Problem),
}

/// Sets a signal to what it is not already: a signal that is set renders, ten thousand rows again, too.
pub fn change<T: PartialEq + 'static>(mut signal: Signal<T>, value: T) {
    if *signal.peek() != value {
        signal.set(value);
    }
}

/// All stores of a window. Copy it freely: signals are handles.
#[derive(Clone, Copy, PartialEq)]
pub struct AppState {
    /// The page that is shown.
    pub section: Signal<Section>,
    /// What somebody should look at, everywhere.
    pub audit: AuditStore,
    /// Everything that could be revoked, and how far that is.
    pub emergency: EmergencyStore,
    /// The way in.
    pub session: SessionStore,
    /// Devices, holders of keys, and requests for them.
    pub access: AccessStore,
    /// Who did what in the open project.
    pub activity: ActivityStore,
    /// Values that may have been read.
    pub checklists: ChecklistStore,
    /// Where the window is: organisation, project, environment, its key.
    pub place: PlaceStore,
    /// The tokens of that environment.
    pub tokens: TokensStore,
    /// Those of them that are chosen, and what is done with all of those.
    pub chosen: ChosenStore,
    /// The dialog that is open, and the operation it runs.
    pub dialog: DialogStore,
    /// The one-time sheet.
    pub sheet: SheetStore,
    /// What is left of the clipboard's time.
    pub clipboard: ClipboardStore,
    /// What is read of the program itself.
    pub about: AboutStore,
    /// What was chosen of the window.
    pub settings: SettingsStore,
    /// Short notices.
    pub toasts: ToastStore,
}

impl AppState {
    /// Makes empty stores; call once, in the root component, inside `use_hook` or `use_context_provider`.
    pub fn make() -> Self {
        Self {
            section: begin(),
            audit: AuditStore::make(),
            emergency: EmergencyStore::make(),
            session: SessionStore::make(),
            access: AccessStore::make(),
            activity: ActivityStore::make(),
            checklists: ChecklistStore::make(),
            place: PlaceStore::make(),
            tokens: TokensStore::make(),
            chosen: ChosenStore::make(),
            dialog: DialogStore::make(),
            sheet: SheetStore::make(),
            clipboard: ClipboardStore::make(),
            about: AboutStore::make(),
            settings: SettingsStore::make(),
            toasts: ToastStore::make(),
        }
    }

    /// Forgets everything of what is left: a server, or the local workspace. What stays is said here: what is true of this
    /// machine, and the clipboard, which is still to be cleared of what was copied.
    pub fn reset(self) {
        // Every store is named, so that a new one cannot be forgotten.
        let Self {
            section,
            audit,
            emergency,
            session,
            access,
            activity,
            checklists,
            place,
            tokens,
            chosen,
            dialog,
            sheet,
            clipboard: _,
            about,
            settings: _,
            toasts,
        } = self;
        restore(section);
        audit.reset();
        emergency.reset();
        session.reset();
        access.reset();
        activity.reset();
        checklists.reset();
        place.reset();
        tokens.reset();
        chosen.reset();
        dialog.reset();
        sheet.reset();
        about.reset();
        toasts.reset();
    }
}

/// A signal at its beginning.
fn begin<T: Default + 'static>() -> Signal<T> {
    Signal::new(T::default())
}

/// Puts a signal back to its beginning.
fn restore<T: Default + 'static>(mut signal: Signal<T>) {
    signal.set(T::default());
}
