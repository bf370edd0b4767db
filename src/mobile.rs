//! Deploy Tokens on a phone: the window, without commands and without the local workspace.
//!
//! A binary of its own, because a phone's program is started without a command line. docs/mobile.md says how it is built.

use std::alloc::System;

use deploy_tokens::app;
use deploy_tokens::connect::Target;
use zeroizing_alloc::ZeroAlloc;

/// As in the desktop's program: whatever is given back is wiped first.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    // What was open last, else the ways in.
    app::launch(Target::Remembered(None));
}
