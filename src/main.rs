//! Deploy Tokens: one command, or the way to the window.

use std::alloc::System;
use std::process::ExitCode;

use deploy_tokens::cli::{self, Window};
use zeroizing_alloc::ZeroAlloc;

/// Secrets pass through buffers that are not ours, of the HTTP client, of the clipboard, of the renderer. Whatever is
/// given back is wiped first.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

#[cfg(all(feature = "desktop", not(target_os = "linux")))]
mod open;

/// On Linux the renderer is a hundred shared libraries, for which each command would wait: there it is in a program of its own.
#[cfg(not(all(feature = "desktop", not(target_os = "linux"))))]
const WINDOW: Window = Window::Beside;
#[cfg(all(feature = "desktop", not(target_os = "linux")))]
const WINDOW: Window = Window::Inside(open::open);

fn main() -> ExitCode {
    cli::start(WINDOW)
}
