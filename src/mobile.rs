//! Deploy Tokens on a phone: the window, without commands and without the local workspace.
//!
//! A binary of its own, because a phone's program is started without a command line. docs/mobile.md says how it is built.

use deploy_tokens::app;
use deploy_tokens::connect::Target;

fn main() {
    // What was open last, else the ways in.
    app::launch(Target::Remembered(None));
}
