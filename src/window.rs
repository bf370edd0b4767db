//! The window's program where that is one of its own: see `cli::Window`.

use std::alloc::System;
use std::process::ExitCode;

use deploy_tokens::cli::{self, Window};
use zeroizing_alloc::ZeroAlloc;

mod open;

/// As that of the commands: whatever is given back is wiped first.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    cli::start(Window::Inside(open::open))
}
