//! For tests: the program without its window, which it is linked without, so that it starts in half the time. Thousands of
//! starts are most of what tests of commands take.

use std::alloc::System;
use std::process::ExitCode;

use deploy_tokens::cli;
use deploy_tokens::failure::Failure;
use zeroizing_alloc::ZeroAlloc;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    cli::start(|_, _, _| {
        cli::fail(&Failure::new(
            2,
            "This is for tests of commands.",
            "The window is the program's.",
        ))
    })
}
