//! The history of a repository as `find` looks through it: what git itself says was ever added, by commits, and in their
//! messages and tags.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use zeroize::Zeroizing;

use super::find_sources::Looked;
use crate::failure::{Failure, WRONG_USE};
use service::revocation::{LeakStream, Source};

/// Everything that any branch, tag, note, stash or entry of the reflog leads to, with what each commit adds and says. Nothing of
/// the user's settings changes what is printed, and nothing that a repository names is started.
const LOG: [&str; 19] = [
    "-c",
    "core.quotePath=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.showSignature=false",
    "log",
    "--all",
    "--reflog",
    "--patch",
    "--unified=0",
    // What is said is told from what is added by the space before it.
    "--format=commit %h%n%w(0,1,1)%B",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--text",
    "--diff-merges=first-parent",
    "--dst-prefix=b/",
];

/// What tags say, which is in no commit.
const TAGS: [&str; 3] = ["for-each-ref", "--format=%(contents)", "refs/tags"];

/// What a message is called in place of a file.
const MESSAGE: &str = "(message)";

/// Looks through a history.
///
/// # Errors
/// When git is not there, or cannot read it.
pub(super) fn history(repository: &Path, looked: &mut Looked) -> Result<(), Failure> {
    through(repository, &LOG, |git| {
        let mut patch = Patch::new(looked);
        let mut output = BufReader::new(git.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?);
        let mut line = Zeroizing::new(Vec::new());
        while output.read_until(b'\n', &mut line)? > 0 {
            patch.line(&line);
            line.clear();
        }
        patch.end();
        Ok(())
    })?;
    through(repository, &TAGS, |git| {
        let mut output = git.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let mut text = Zeroizing::new(Vec::new());
        output.read_to_end(&mut text)?;
        let mut stream = LeakStream::within(
            Source {
                commit: None,
                file: "(tags)".to_owned(),
            },
            1,
        );
        stream.push(&text);
        looked.add(stream.finish());
        Ok(())
    })
}

fn through(
    repository: &Path,
    arguments: &[&str],
    read: impl FnOnce(&mut Child) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let failed = |what: &dyn std::fmt::Display| {
        Failure::new(
            WRONG_USE,
            format!("The history of {} cannot be read: {what}.", repository.display()),
            "Give the folder of a repository after --git, and see that git is installed.",
        )
    };
    let mut git = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        // What is not here is not fetched, and nobody is asked for anything.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    // Both streams are read at once: one that nobody reads would hold git up.
    let said = git.stderr.take().map(|mut said| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            drop(said.read_to_end(&mut text));
            text
        })
    });
    let done = read(&mut git);
    let ended = git.wait().map_err(|error| failed(&error))?;
    let said = said.and_then(|it| it.join().ok()).unwrap_or_default();
    done.map_err(|error| failed(&error))?;
    if ended.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    let first = said.lines().next().unwrap_or("git says nothing");
    Err(failed(&first.trim_end_matches('.')))
}

/// What of a log was read so far.
struct Patch<'a> {
    looked: &'a mut Looked,
    commit: String,
    file: String,
    /// The line on which what is added next stands.
    next_line: usize,
    /// How many lines of the hunk are to come: taken away, and added.
    left: (usize, usize),
    text: Option<LeakStream>,
}

impl<'a> Patch<'a> {
    fn new(looked: &'a mut Looked) -> Self {
        Self {
            looked,
            commit: String::new(),
            file: String::new(),
            next_line: 1,
            left: (0, 0),
            text: None,
        }
    }

    fn line(&mut self, line: &[u8]) {
        // As many as were announced are content, whatever they look like.
        match (line.first(), self.left) {
            (Some(b'-'), (taken @ 1.., added)) => self.left = (taken - 1, added),
            (Some(b'+'), (taken, added @ 1..)) => {
                self.left = (taken, added - 1);
                self.push(line.get(1..).unwrap_or_default());
            }
            (Some(b'\\'), _) => {}
            (Some(b' '), (0, 0)) => self.said(line.get(1..).unwrap_or_default()),
            _ => self.head(&String::from_utf8_lossy(line)),
        }
    }

    /// A line that says what the next ones are.
    fn head(&mut self, line: &str) {
        let line = line.trim_end_matches(['\r', '\n']);
        // A message may have blank lines.
        if line.is_empty() && self.file == MESSAGE {
            return;
        }
        self.end();
        if let Some(commit) = line.strip_prefix("commit ") {
            commit.clone_into(&mut self.commit);
            MESSAGE.clone_into(&mut self.file);
            self.next_line = 1;
        } else if let Some(file) = line.strip_prefix("+++ ") {
            // A name with a tab or a quote is in quotes, and one with a space ends with a tab.
            let file = file.trim_end_matches('\t');
            file.strip_prefix("b/").unwrap_or(file).clone_into(&mut self.file);
        } else if let Some((taken, added)) = line.strip_prefix("@@ ").and_then(hunk) {
            self.left = (taken.1, added.1);
            self.next_line = added.0;
        }
    }

    fn said(&mut self, line: &[u8]) {
        if self.file == MESSAGE {
            self.push(line);
        }
    }

    fn push(&mut self, text: &[u8]) {
        let (commit, file, line) = (&self.commit, &self.file, self.next_line);
        let stream = self.text.get_or_insert_with(|| {
            let source = Source {
                commit: Some(commit.clone()),
                file: file.clone(),
            };
            LeakStream::within(source, line)
        });
        stream.push(text);
    }

    /// What was added in one place is there as a whole.
    fn end(&mut self) {
        if let Some(text) = self.text.take() {
            self.looked.add(text.finish());
        }
    }
}

/// `-12,0 +13,2 @@`: of both sides the line and how many; one is not said.
fn hunk(text: &str) -> Option<((usize, usize), (usize, usize))> {
    let mut sides = text.split(' ');
    let mut side = |sign: char| {
        let numbers = sides.next()?.strip_prefix(sign)?;
        let (line, count) = numbers.split_once(',').unwrap_or((numbers, "1"));
        Some((line.parse().ok()?, count.parse().ok()?))
    };
    Some((side('-')?, side('+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_says_how_many_lines_it_has() {
        assert_eq!(hunk("-12,0 +13,2 @@ fn x"), Some(((12, 0), (13, 2))));
        assert_eq!(hunk("-1 +1 @@"), Some(((1, 1), (1, 1))));
        assert_eq!(hunk("x"), None);
    }
}
