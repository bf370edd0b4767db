//! What the program says about itself, and its folder.

use std::rc::Rc;

use dioxus::prelude::*;

use super::Actions;
use crate::state::{Dialog, Load};
use model::{Document, News};

impl Actions {
    /// Opens a document that is inside the program. It is unpacked only now.
    pub fn read_document(&self, document: Document) {
        let mut passages = self.state.about.passages;
        passages.set(Load::Loading);
        self.state.dialog.show(Dialog::Reader(document));
        let (reading, dialog) = (self.surroundings.read_document(document), self.state.dialog);
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

    /// Shows the data folder in the system's file manager.
    pub fn open_data_folder(&self) {
        let (actions, opening) = (self.clone(), self.surroundings.open_data_folder());
        spawn(async move {
            if let Err(problem) = opening.await {
                actions.tell(News::Trouble(problem));
            }
        });
    }
}
