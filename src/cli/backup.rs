//! backup, restore: the local workspace in one file, and back.

use std::path::Path;

use super::output;
use crate::connect::{Target, data_dir, workspace_problem};
use crate::failure::Failure;
use workspace::{Backup, Contents};

/// Writes a backup, and says what is in it.
pub fn write(target: &Target, file: &Path, force: bool, without_keys: bool) -> Result<u8, Failure> {
    let what = Backup {
        with_keys: !without_keys,
        replace: force,
    };
    let contents = workspace::backup(&data_dir(target.data())?, file, what).map_err(workspace_problem)?;
    let keys = if contents.has_keys {
        "The keys of the workspace's own device are in it, in clear: keep it as you keep those. No variable and no \
         environment key is."
    } else {
        "The keys of the workspace's own device are not in it: it can only be restored where local-keys.json still is."
    };
    output::result(&format!(
        "Written to {}: {}.\n{keys}\n",
        file.display(),
        held(&contents)
    ))?;
    Ok(0)
}

/// Puts a backup in the place of the workspace, and says what is there now.
pub fn restore(target: &Target, file: &Path) -> Result<u8, Failure> {
    let folder = data_dir(target.data())?;
    let contents = workspace::restore(&folder, file).map_err(workspace_problem)?;
    output::result(&format!(
        "Restored as of {}: {}.\nTokens that were revoked after that are active again: look through `list`. What was there is \
         kept in {}, in files that end in .old.\n",
        contents.made_at,
        held(&contents),
        folder.display()
    ))?;
    Ok(0)
}

fn held(contents: &Contents) -> String {
    format!(
        "{}, {} and {}",
        text::plural(contents.projects, "project"),
        text::plural(contents.tokens, "deploy token"),
        text::plural(contents.variables, "sealed variable")
    )
}
