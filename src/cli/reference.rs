//! completions, man: what a package has beside the program, made of the same definitions as its `--help`.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Arguments, output};
use crate::build_info;
use crate::failure::{FAILED, Failure};

/// Prints the completions of a shell.
///
/// # Errors
/// When standard output is closed or full.
pub fn completions(shell: Shell) -> Result<u8, Failure> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    // The generator panics where it cannot write; a pipe that is closed is not worth a panic.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    output::document(&String::from_utf8_lossy(&script))?;
    Ok(0)
}

/// Writes the man page of the program and of each command.
///
/// # Errors
/// When the folder is not there or cannot be written to.
pub fn man(folder: &Path) -> Result<u8, Failure> {
    // `help` is one of clap's own, and its page would have a page of its own for each command.
    let mut overview = Arguments::command().disable_help_subcommand(true);
    // Gives each command its full name and the options that all have.
    overview.build();
    let commands = overview
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    for command in commands.chain([&overview]) {
        let page = clap_mangen::Man::new(command.clone())
            .source(format!("deploy-tokens {}", build_info::VERSION))
            .manual("Deploy Tokens");
        page.generate_to(folder).map_err(|error| {
            Failure::new(
                FAILED,
                format!(
                    "The man pages cannot be written to {}: {error}.",
                    folder.display()
                ),
                "Name a folder that is there and can be written to.",
            )
        })?;
    }
    Ok(0)
}
