//! find: whose what leaked is, in texts, files and the history of a repository.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use zeroize::Zeroizing;

use super::args::Find;
use super::output;
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::{LeakError, LeakMatch, Leaked, PlacedToken, Problem};
use service::revocation::{self, LONGEST_LEAK, Leak, Sighting};

/// How standard input is called among files.
const STANDARD_INPUT: &str = "-";

#[derive(Serialize)]
struct SearchJson<'a> {
    /// The tokens that what leaked fits, each once.
    found: Vec<FoundJson<'a>>,
    /// Everything that leaked, and where.
    sightings: Vec<SightingJson<'a>>,
    /// Of those that fit no token: whether the server accepts one of them; `null` where it was not asked about all of them.
    ci_token_accepted: Option<bool>,
}

#[derive(Serialize)]
struct FoundJson<'a> {
    id: &'a str,
    name: &'a str,
    status: &'a str,
    project: &'a str,
    project_id: &'a str,
    environment: &'a str,
    by_seed: bool,
    by_ci_token_suffix: bool,
}

#[derive(Serialize)]
struct SightingJson<'a> {
    /// The file; a commit and a file of it, with a colon between; `null` for standard input.
    source: Option<&'a str>,
    line: usize,
    what: &'static str,
    /// The ids of the tokens that it fits.
    tokens: Vec<&'a str>,
    /// `null` where the server was not asked.
    accepted: Option<bool>,
}

/// Names the tokens of what leaked.
pub async fn find(target: &Target, options: &Find) -> Result<u8, Failure> {
    let leak = read(options)?;
    let connected = target.connect().await?;
    let search = revocation::find(&connected.context, &leak).await?;
    output::unlisted(&search.unlisted);
    let (tokens, problem) = (search.tokens(), search.problem());
    if options.json {
        output::json(&SearchJson {
            found: tokens.iter().map(token_json).collect(),
            sightings: search.sightings.iter().map(sighting_json).collect(),
            ci_token_accepted: match &problem {
                Some(Problem::NobodysLeak { works, .. }) => *works,
                _ => None,
            },
        })?;
    } else {
        let places = search.sightings.iter().map(sighting_text);
        output::result(&places.chain(tokens.iter().map(token_text)).collect::<String>())?;
    }
    let Some(problem) = problem else {
        return Ok(0);
    };
    output::failure(&text::explain(&problem));
    Ok(FAILED)
}

/// Reads everything that is to be looked through.
fn read(options: &Find) -> Result<Leak, Failure> {
    let mut found: Option<Leak> = None;
    let mut last = LeakError::Empty;
    let mut add = |leak: Result<Leak, LeakError>| match (leak, found.take()) {
        (Ok(leak), Some(known)) => found = Some(known.and(leak)),
        (Ok(leak), None) => found = Some(leak),
        // A file without anything of ours is what most are.
        (Err(LeakError::Empty), known) => found = known,
        (Err(error), known) => (last, found) = (error, known),
    };
    if let Some(repository) = &options.git {
        history(repository, &mut |source, line, text| {
            add(Leak::read(text).map(|leak| leak.within(source, line)));
        })?;
    } else if options.files.is_empty() {
        add(Leak::read(&content(std::io::stdin().lock(), STANDARD_INPUT)?));
    }
    for file in &options.files {
        let name = file.display().to_string();
        let text = if name == STANDARD_INPUT {
            content(std::io::stdin().lock(), &name)?
        } else {
            let opened = std::fs::File::open(file).map_err(|error| unreadable(&name, &error))?;
            content(opened, &name)?
        };
        add(Leak::read(&text).map(|leak| leak.within(&name, 1)));
    }
    found.ok_or_else(|| Problem::from(last).into())
}

/// All of a text, into a buffer that is wiped.
fn content(source: impl Read, name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    let most = u64::try_from(LONGEST_LEAK).unwrap_or(u64::MAX);
    let read = source.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        WRONG_USE,
        match name {
            STANDARD_INPUT => format!("Standard input cannot be read: {error}."),
            name => format!("{name} cannot be read: {error}."),
        },
        "Give what leaked on standard input or as files, such as: deploy-tokens find build.log",
    )
}

/// Everything that was ever added to a repository, by git's own output: a commit and a file, the line, and the text from there on.
fn history(repository: &Path, tell: &mut dyn FnMut(&str, usize, &[u8])) -> Result<(), Failure> {
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
        .args([
            "log",
            "--all",
            "--patch",
            "--unified=0",
            "--format=commit %h",
            "--no-color",
            "--no-ext-diff",
        ])
        .args([
            "--no-textconv",
            "--no-renames",
            "--text",
            "--diff-merges=first-parent",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut patch = Patch::default();
    if let Some(output) = git.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Zeroizing::new(Vec::new());
        while output
            .read_until(b'\n', &mut line)
            .map_err(|error| failed(&error))?
            > 0
        {
            patch.line(&line, tell);
            line.clear();
        }
    }
    patch.end(tell);
    let ended = git.wait_with_output().map_err(|error| failed(&error))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(failed(
        &said
            .lines()
            .next()
            .unwrap_or("git says nothing")
            .trim_end_matches('.'),
    ))
}

/// What of a patch was read so far.
#[derive(Default)]
struct Patch {
    commit: String,
    file: String,
    first_line: usize,
    added: Zeroizing<Vec<u8>>,
}

impl Patch {
    fn line(&mut self, line: &[u8], tell: &mut dyn FnMut(&str, usize, &[u8])) {
        if let Some(added) = line.strip_prefix(b"+").filter(|_| !line.starts_with(b"+++ ")) {
            if self.added.len().saturating_add(added.len()) <= LONGEST_LEAK {
                self.added.extend_from_slice(added);
            }
            return;
        }
        self.end(tell);
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if let Some(commit) = text.strip_prefix("commit ") {
            commit.clone_into(&mut self.commit);
        } else if let Some(file) = text.strip_prefix("+++ ") {
            file.strip_prefix("b/").unwrap_or(file).clone_into(&mut self.file);
        } else if let Some(hunk) = text.strip_prefix("@@ ") {
            // -12,0 +13,2 @@
            let begin = hunk.split('+').nth(1).and_then(|it| it.split([',', ' ']).next());
            self.first_line = begin.and_then(|it| it.parse().ok()).unwrap_or(1);
        }
    }

    fn end(&mut self, tell: &mut dyn FnMut(&str, usize, &[u8])) {
        if !self.added.is_empty() {
            tell(
                &format!("{}:{}", self.commit, self.file),
                self.first_line,
                &self.added,
            );
            self.added.clear();
        }
    }
}

fn token_json(it: &LeakMatch) -> FoundJson<'_> {
    FoundJson {
        id: it.placed.token.id.as_str(),
        name: &it.placed.token.name,
        status: text::status(&it.placed.token),
        project: &it.placed.project_name,
        project_id: it.placed.project.as_str(),
        environment: it.placed.environment.name.as_str(),
        by_seed: it.by_seed,
        by_ci_token_suffix: it.by_suffix,
    }
}

fn sighting_json(it: &Sighting) -> SightingJson<'_> {
    SightingJson {
        source: it.source.as_deref(),
        line: it.line,
        what: match it.what {
            Leaked::CiToken => "ci-token",
            Leaked::WrappedCiToken => "ci-token-wrapped",
            Leaked::CutCiToken => "ci-token-cut",
            Leaked::MaskedCiToken => "ci-token-masked",
            Leaked::Seed => "seed",
            Leaked::CutSeed => "seed-cut",
            Leaked::MaskedSeed => "seed-masked",
        },
        tokens: it.matches.iter().map(|it| it.placed.token.id.as_str()).collect(),
        accepted: it.works,
    }
}

/// Where something stands, what it is, and whose.
fn sighting_text(it: &Sighting) -> String {
    let place = match &it.source {
        Some(source) => format!("{source}:{}", it.line),
        None => format!("line {}", it.line),
    };
    let whose = match (it.matches.first(), it.works) {
        (Some(first), _) => format!("of {}", first.placed.token.name),
        (None, Some(true)) => "of a token that you cannot see; the server accepts it".to_owned(),
        (None, Some(false)) => "the server refuses it".to_owned(),
        (None, None) => "not known whose".to_owned(),
    };
    format!("{place}: {}, {whose}\n", text::emergency::leaked(it.what))
}

fn token_text(it: &LeakMatch) -> String {
    let PlacedToken {
        project,
        project_name,
        environment,
        token,
    } = &it.placed;
    let how = match (it.by_seed, it.by_suffix) {
        (true, true) => "its seed and its CI token fit",
        (true, false) => "its seed fits",
        (false, _) => "its CI token ends alike",
    };
    let place = text::place(project_name, &environment.name);
    let head = format!(
        "{} ({}) in {place}: {}, {how}\n",
        output::strong_result(&token.name),
        token.id,
        text::status(token)
    );
    if token.may_be_active() {
        let told = [environment.name.as_str(), environment.id.as_str()];
        let env = told.into_iter().find(|it| !it.is_empty());
        let env = env.map_or(String::new(), |env| format!(" --env {env}"));
        format!(
            "{head}  deploy-tokens --project {project} revoke{env} {}\n",
            token.id
        )
    } else {
        head
    }
}
