//! The system's own chooser of files and folders.
//!
//! On Linux and the BSDs it is GTK's, above the window, on its thread: GTK asks the desktop's portal where one is wanted
//! (in a sandbox, or with `GTK_USE_PORTAL=1`). `rfd`, which does it elsewhere, would run GTK's loop on a second thread there.

use std::path::PathBuf;

use futures_util::future::LocalBoxFuture;

use crate::actions::Choice;

#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
pub(super) fn choose(choice: Choice) -> LocalBoxFuture<'static, Option<PathBuf>> {
    use gtk::prelude::{FileChooserExt as _, NativeDialogExt as _};
    use gtk::{FileChooserAction, FileChooserNative, ResponseType};

    let above = own_window();
    let native =
        |title: &str, action| FileChooserNative::new(Some(title), above.as_ref(), action, None, None);
    let chooser = match choice {
        Choice::NewFile { title, folder, name } => {
            let chooser = native(&title, FileChooserAction::Save);
            chooser.set_current_folder(folder);
            chooser.set_current_name(&name);
            chooser
        }
        Choice::Folder { title } => native(&title, FileChooserAction::SelectFolder),
    };
    chooser.set_modal(true);
    Box::pin(async move {
        let _one = OnlyOne::take()?;
        let (tell, told) = tokio::sync::oneshot::channel();
        let tell = std::cell::Cell::new(Some(tell));
        chooser.connect_response(move |chooser, response| {
            if let Some(tell) = tell.take() {
                let chosen = chooser.filename().filter(|_| response == ResponseType::Accept);
                drop(tell.send(chosen));
            }
        });
        chooser.show();
        let chosen = told.await.ok().flatten();
        chooser.destroy();
        chosen
    })
}

/// The window that it belongs to.
#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
fn own_window() -> Option<gtk::Window> {
    use gtk::prelude::{Cast as _, GtkWindowExt as _, WidgetExt as _};

    let windows = gtk::Window::list_toplevels().into_iter();
    let mut windows = windows.filter_map(|it| it.downcast::<gtk::Window>().ok());
    // What a pointer is told by stands above it, too.
    windows.find(|it| it.is_visible() && it.window_type() == gtk::WindowType::Toplevel)
}

#[cfg(all(feature = "desktop", not(all(unix, not(target_os = "macos")))))]
pub(super) fn choose(choice: Choice) -> LocalBoxFuture<'static, Option<PathBuf>> {
    Box::pin(async move {
        let _one = OnlyOne::take()?;
        let asked = rfd::AsyncFileDialog::new();
        let chosen = match choice {
            Choice::NewFile { title, folder, name } => {
                let asked = asked.set_title(title).set_directory(folder).set_file_name(name);
                asked.save_file().await
            }
            Choice::Folder { title } => asked.set_title(title).pick_folder().await,
        };
        chosen.map(|it| it.path().to_owned())
    })
}

#[cfg(not(feature = "desktop"))]
pub(super) fn choose(_: Choice) -> LocalBoxFuture<'static, Option<PathBuf>> {
    Box::pin(async { None })
}

/// One is open at a time: what a press by assistive technology would open behind the first is not asked.
#[cfg(feature = "desktop")]
struct OnlyOne;

#[cfg(feature = "desktop")]
static OPEN: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

#[cfg(feature = "desktop")]
impl OnlyOne {
    fn take() -> Option<Self> {
        (!OPEN.swap(true, std::sync::atomic::Ordering::Relaxed)).then_some(Self)
    }
}

#[cfg(feature = "desktop")]
impl Drop for OnlyOne {
    fn drop(&mut self) {
        OPEN.store(false, std::sync::atomic::Ordering::Relaxed);
    }
}
