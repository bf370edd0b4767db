//! What the program says about itself, its folder, and the clipboard.

use std::path::PathBuf;
use std::rc::Rc;

use dioxus::prelude::*;

use super::Actions;
use crate::intent::ProgramIntent;
use crate::state::{Dialog, Load};
use model::{Document, News};

impl Actions {
    pub(super) fn in_program(&self, intent: ProgramIntent) {
        match intent {
            ProgramIntent::CopyText(what, text) => self.copy_text(what, text),
            ProgramIntent::ClearClipboard => self.clear_clipboard(),
            ProgramIntent::Read(document) => self.read_document(document),
            ProgramIntent::OpenDataFolder => self.open_shown(self.platform.data_folder()),
            ProgramIntent::Prefer(chosen) => self.prefer(chosen),
            ProgramIntent::OpenFolderOf(file) => self.open_shown(file.parent().map(PathBuf::from)),
        }
    }

    /// Opens a document that is inside the program. It is unpacked only now.
    fn read_document(&self, document: Document) {
        let mut passages = self.state.about.passages;
        passages.set(Load::Loading);
        self.state.dialog.show(Dialog::Reader(document));
        let (reading, dialog) = (self.platform.read_document(document), self.state.dialog);
        spawn(async move {
            let read = reading.await;
            // Another one may have been opened meanwhile.
            if *dialog.open.peek() == Dialog::Reader(document) {
                passages.set(match read {
                    Ok(read) => Load::Ready(Rc::new(read)),
                    Err(message) => Load::Failed(message),
                });
            }
        });
    }

    /// Shows a folder in the system's file manager.
    fn open_shown(&self, folder: Option<PathBuf>) {
        let (actions, opening) = (self.clone(), self.platform.open_folder(folder));
        spawn(async move {
            if let Err(problem) = opening.await {
                actions.tell(News::Trouble(problem));
            }
        });
    }
}
