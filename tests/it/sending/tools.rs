//! A folder of tools that note what they were given: arguments, environment, standard input.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The tools, and what they noted.
pub struct Tools {
    folder: tempfile::TempDir,
}

/// Notes how it was started and what came in, and ends as the file `ends` says that stands beside it. What it lists is the
/// first word of `lists`.
const RECORDER: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$(basename "$0") $*" >> "$here/said"
tr '\0' '\n' < /proc/$$/cmdline >> "$here/visible"
tr '\0' '\n' < /proc/$$/environ >> "$here/visible"
printf '<' >> "$here/got"; cat >> "$here/got"; printf '>\n' >> "$here/got"
case "$*" in *list*|*get*) [ -f "$here/lists" ] && cat "$here/lists" ;; esac
for word in $(cat "$here/refuses" 2>/dev/null); do
  case "$*" in *"$word"*) echo "no: $(cat "$here/got")" >&2; exit 1 ;; esac
done
exit 0
"#;

impl Tools {
    /// With one recorder for each name.
    pub fn new(names: &[&str]) -> Self {
        let tools = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for name in names {
            tools.add(name, RECORDER);
        }
        tools
    }

    /// Adds a program.
    pub fn add(&self, name: &str, script: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What the variable `PATH` is for a program that finds them first.
    pub fn as_path(&self) -> String {
        format!("{}:/usr/bin:/bin", self.path().display())
    }

    /// From here on a start with this word among its arguments ends badly, after telling all that came in.
    pub fn refuse(&self, word: &str) {
        std::fs::write(self.path().join("refuses"), word).unwrap();
    }

    /// What is listed.
    pub fn list(&self, text: &str) {
        std::fs::write(self.path().join("lists"), text).unwrap();
    }

    /// A file that they wrote.
    pub fn noted(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    /// The starts, in their order.
    pub fn said(&self) -> Vec<String> {
        self.noted("said").lines().map(str::to_owned).collect()
    }
}
