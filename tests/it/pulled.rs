//! What `pull` writes, read by those for whom it is: every value arrives as it was, or the command has named it. And where it
//! writes to: never over what is not its own.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use model::formats::{dotenv, pulled};
use protocol::secret::SecretText;
use protocol::variable::Variable;
use serde_json::Value;
use testkit::{Secrets, Shell, TestWorkspace, assert_code, said};

/// What shells, parsers and readers have each been seen to change, cut, run or refuse.
const UGLY: &[&str] = &[
    "plain",
    "",
    " ",
    "  around  ",
    "\ttab\t",
    "# lead",
    "two words # no comment",
    "a#b",
    "$HOME",
    "${HOME}",
    "${HOME:-x}",
    "$(touch ran)",
    "`touch ran`",
    "x`touch ran`y$(touch ran)",
    "' ; touch ran ; '",
    "\" ; touch ran ; \"",
    "\n touch ran \n",
    "'\ntouch ran\n'",
    "it's",
    "it's $HOME",
    "it's \"x\"",
    "it's `touch ran`",
    "it's \\n",
    "it's C:\\new",
    "it's # x",
    "it's\nlines",
    "''",
    "'quoted'",
    "\"quoted\"",
    "`quoted`",
    "x'",
    "'x",
    "x\"",
    "'\"`",
    "say \"hi\"",
    r"C:\new\temp",
    r"ends\",
    r"ends\\",
    r"\\server\share",
    r"a\'b",
    r#"a\"b"#,
    r"a\$b",
    r"a\nb",
    r"\",
    "{\"a\":[1,\"b\"],\"c\":null}",
    "{\"it's\": \"a\\nb\"}",
    "{\n  \"a\": 1\n}\n",
    "-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n",
    "a\nEVIL=1\nb",
    "a\n# b\nc",
    "\n",
    "\na\n",
    "crlf\r\nlines\r\n",
    "a\rb",
    "ends\r",
    "a\\\r",
    "Grüße, 世界 \u{1f511} \u{1f469}\u{200d}\u{1f4bb}",
    "ü's",
    "a\u{85}b\u{2028}c\u{a0}d",
    "a\u{feff}b",
    "\u{ffff}\u{fffe}",
    "a\u{1}b\u{1b}[31mc\u{7f}",
    "bell\u{7}vt\u{b}ff\u{c}",
    "! !! !x ~ ~root * ? [a] {b,c} < > | & ; ( ) ^ %",
    "~",
    "*",
    "a=b=c",
    "a: b",
    "- a",
    "yes",
    "null",
    "0123",
    "1e3",
    "export X=1",
    "postgres://u:p%40@h:5432/d?x=y#z",
    "019c2d7e|9xQm3vT7sVb2Lr8KpWz4YdFh6NcJ1aEgRu0Xi5o42KD",
    "END_OF_VALUE_1",
    "encrypted:abc",
];

fn name(at: usize) -> String {
    format!("V{at}")
}

fn variables(values: &[&str]) -> Vec<Variable> {
    let variable = |(at, value): (usize, &&str)| Variable {
        name: name(at),
        value: SecretText::new((*value).to_owned()),
    };
    values.iter().enumerate().map(variable).collect()
}

/// Runs a program on an input in a folder, with a home and no other variables.
fn run(folder: &Path, program: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/root")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; scripts/system-packages test installs it"));
    drop(child.stdin.take().unwrap().write_all(input));
    child.wait_with_output().unwrap()
}

/// What a shell has after it has sourced the file.
fn sourced(shell: &str, folder: &Path, file: &str) -> BTreeMap<String, Vec<u8>> {
    let script = format!("set -a; . ./{file} || exit 1; exec env -0");
    let output = run(folder, shell, &["-c", &script], b"");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{shell}: {}",
        said(&output)
    );
    let pairs = output.stdout.split(|byte| *byte == 0).filter(|it| !it.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap();
            (
                String::from_utf8_lossy(&pair[..at]).into_owned(),
                pair[at + 1..].to_vec(),
            )
        })
        .collect()
}

/// A folder of an environment whose production has the ugly values, and the secrets of a runner.
struct Site {
    world: TestWorkspace,
    secrets: Secrets,
    folder: tempfile::TempDir,
}

impl Site {
    async fn start() -> Self {
        let world = TestWorkspace::start().await;
        let key = world.open_key("production").await;
        let uploads: Vec<Value> = UGLY
            .iter()
            .enumerate()
            .map(|(at, value)| {
                serde_json::to_value(world.upload("production", &key, &name(at), value, None)).unwrap()
            })
            .collect();
        let body = world.push_body(&uploads);
        let (status, said) = world.post(&world.environment("production", "/push"), &body).await;
        assert_eq!(status, 200, "{said}");
        let secrets = Secrets::of(&world.issue("production", "puller").await);
        Self {
            world,
            secrets,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn pull(&self, arguments: &[&str]) -> Output {
        let seed = self.secrets.seed.to_base64();
        // Exposed because it is what a runner is configured with.
        let secrets = [
            ("GHOSTABLE_CI_TOKEN", self.secrets.ci_token.expose()),
            ("GHOSTABLE_DEPLOY_SEED", seed.expose()),
        ];
        let arguments = [&["pull"], arguments].concat();
        self.world
            .run_at(&self.world.running.api_url(), &arguments, "", &secrets)
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Nothing that stands in a value was run.
    fn assert_nothing_ran(&self) {
        assert!(!self.folder.path().join("ran").exists(), "a value was run");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_arrives_or_is_named() {
    let site = Site::start().await;
    let folder = site.folder.path();
    let pull = |form: &str| site.pull(&["--format", form, "--file", &site.file(form)]);

    let warned = pull("env");
    assert_code(&warned, 0);
    let warned = String::from_utf8(warned.stderr).unwrap();
    assert_code(&pull("shell"), 0);
    for form in ["env", "shell"] {
        for shell in ["bash", "dash"] {
            let read = sourced(shell, folder, form);
            for (at, value) in UGLY.iter().enumerate() {
                let got = read
                    .get(&name(at))
                    .map(|it| String::from_utf8_lossy(it).into_owned());
                assert_eq!(got.as_deref(), Some(*value), "{shell}, {form}");
            }
            assert!(!read.contains_key("EVIL"));
        }
    }
    for (at, value) in UGLY.iter().enumerate() {
        for who in dotenv::who_misreads(value) {
            let line = warned.split("line breaks in it: ").nth(1).unwrap();
            let said = line
                .split("; ")
                .find(|it| it.starts_with(&format!("{} by ", name(at))));
            assert!(said.is_some_and(|it| it.contains(who)), "{value:?}: {who}");
        }
    }
    site.assert_nothing_ran();

    assert_code(&pull("json"), 0);
    assert_code(&pull("yaml"), 0);
    let json = "import json, sys; json.dump(json.load(open('json')), sys.stdout)";
    let yaml = "import json, sys, yaml; json.dump(yaml.safe_load(open('yaml', newline='')), sys.stdout)";
    for program in [json, yaml] {
        let output = run(folder, "/usr/bin/python3", &["-c", program], b"");
        let read: BTreeMap<String, String> =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        for (at, value) in UGLY.iter().enumerate() {
            assert_eq!(read[&name(at)], *value);
        }
    }

    assert_code(&pull("github-env"), 0);
    let read = read_by_github(&std::fs::read_to_string(site.file("github-env")).unwrap());
    for (at, value) in UGLY.iter().enumerate() {
        assert_eq!(read[&name(at)], *value);
    }

    // What docker would cut is named, and nothing is written; the rest is as it is.
    let refused = pull("docker");
    assert_code(&refused, 1);
    assert!(
        said(&refused).contains("docker reads a line for each variable"),
        "{}",
        said(&refused)
    );
    assert!(!Path::new(&site.file("docker")).exists());
    let lines: Vec<usize> = (0..UGLY.len())
        .filter(|at| !UGLY[*at].contains('\n') && !UGLY[*at].ends_with('\r'))
        .collect();
    let names: Vec<String> = lines.iter().map(|at| name(*at)).collect();
    let only: Vec<&str> = names.iter().flat_map(|name| ["--only", name]).collect();
    let docker = site.file("docker");
    assert_code(
        &site.pull(&[&["--format", "docker", "--file", &docker], &only[..]].concat()),
        0,
    );
    let text = std::fs::read_to_string(&docker).unwrap();
    let read = read_by_docker(&text);
    for at in lines {
        assert_eq!(read[&name(at)], UGLY[at]);
    }
    site.assert_nothing_ran();
}

/// The rule of `docker run --env-file` (opts/file.go of docker's command line): what begins with `#` is a comment, the value is
/// all that comes after the first `=`; a line ends with `\n`, and a `\r` before it is no part of it.
fn read_by_docker(text: &str) -> BTreeMap<String, &str> {
    let lines = text
        .split_terminator('\n')
        .map(|it| it.strip_suffix('\r').unwrap_or(it));
    lines
        .filter(|line| !line.trim_start().is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The rule of `GITHUB_ENV` (FileCommandManager.cs of GitHub's runner): `NAME<<DELIMITER`, lines up to one that is the delimiter;
/// the line break before that is no part of the value.
fn read_by_github(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.split_terminator('\n');
    while let Some(head) = lines.next() {
        let equals = head.find('=').unwrap_or(usize::MAX);
        let (name, delimiter) = head.split_once("<<").unwrap();
        assert!(name.len() < equals && !delimiter.is_empty());
        let value: Vec<_> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        found.insert(name.to_owned(), value.join("\n"));
    }
    found
}

const BY_NODE: &str = "const t = JSON.parse(require('fs').readFileSync(0)); \
    console.log(JSON.stringify(t.map(x => { try { return require('util').parseEnv(x) } catch { return {} } })))";
const BY_NPM: &str = "const d = require(process.argv[1] + '/dotenv'); const t = JSON.parse(require('fs').readFileSync(0)); \
    console.log(JSON.stringify(t.map(x => d.parse(x))))";
const BY_PYTHON: &str = "import json, sys; from dotenv import dotenv_values
def read(text):
    open('file', 'w', newline='', encoding='utf-8').write(text)
    return dict(dotenv_values('file'))
print(json.dumps([read(x) for x in json.load(sys.stdin)]))";
const BY_PHP: &str = "require 'Dotenv/autoload.php'; \
    $t = json_decode(file_get_contents('php://stdin'), true); \
    $r = array_map(function ($x) { try { return (object) Dotenv\\Dotenv::parse($x); } catch (Exception $e) { return new stdClass; } }, $t); \
    echo json_encode($r);";

/// Each value alone, and all that a reader is not said to misread in one file: both as the reader has them.
/// What comes `after` a value may show what a backslash before its closing quote does.
fn read_by(reader: &str, after: &str, program: &str, arguments: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let is_fine = |value: &&&str| !dotenv::who_misreads(value).contains(&reader);
    let fine: Vec<&str> = UGLY.iter().filter(is_fine).copied().collect();
    let mut texts: Vec<String> = Vec::new();
    // Exposed to be read by somebody else.
    texts.push(dotenv::write(&variables(&fine)).expose().to_owned());
    for value in UGLY {
        texts.push(dotenv::write(&variables(&[value, after])).expose().to_owned());
    }
    let input = serde_json::to_vec(&texts).unwrap();
    let output = run(folder.path(), program, arguments, &input);
    let read: Vec<BTreeMap<String, Option<String>>> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{reader}: {}", said(&output)));
    for (at, value) in fine.iter().enumerate() {
        let got = read[0].get(&name(at)).cloned().flatten();
        assert_eq!(got.as_deref(), Some(*value), "{reader}");
    }
    assert_eq!(read[0].len(), fine.len(), "{reader} has nothing else");
    for (at, value) in UGLY.iter().enumerate() {
        let got = read[at + 1].get("V0").cloned().flatten();
        let is_read = got.as_deref() == Some(*value);
        assert_eq!(is_read, is_fine(&value), "{reader}: {value:?} is read as {got:?}");
    }
}

#[test]
fn who_is_said_to_misread_a_value_does_and_nobody_else() {
    let output = run(
        Path::new("/"),
        "node",
        &["-p", "typeof require('util').parseEnv"],
        b"",
    );
    if output.stdout.starts_with(b"function") {
        read_by("Node", "it is 'quoted'", "node", &["-e", BY_NODE]);
    } else {
        println!("SKIPPED: this node reads no env files");
    }
    read_by(
        "python-dotenv",
        "it is 'quoted'",
        "/usr/bin/python3",
        &["-c", BY_PYTHON],
    );
    read_by("phpdotenv", "it is 'quoted'", "php", &["-r", BY_PHP]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/readers/node_modules");
    if !folder.is_dir() {
        println!("SKIPPED: dotenv and dotenvx of npm are not installed");
        return;
    }
    let folder = folder.display().to_string();
    read_by("npm's dotenv", "\n\"x\"", "node", &["-e", BY_NPM, &folder]);
    // dotenvx takes a second to start, so that it reads one file.
    let fine: Vec<&str> = UGLY
        .iter()
        .filter(|it| !dotenv::who_misreads(it).contains(&"dotenvx"))
        .copied()
        .collect();
    let place = tempfile::tempdir().unwrap();
    // Exposed to be read by somebody else.
    std::fs::write(
        place.path().join("env"),
        dotenv::write(&variables(&fine)).expose(),
    )
    .unwrap();
    let dotenvx = format!("{folder}/.bin/dotenvx");
    let output = run(
        place.path(),
        &dotenvx,
        &["get", "--quiet", "-f", "env", "--format", "json"],
        b"",
    );
    let read: BTreeMap<String, String> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    for (at, value) in fine.iter().enumerate() {
        assert_eq!(read[&name(at)], *value, "dotenvx");
    }
}

/// Each variable that bash has of itself, and those by which a shell finds what it runs.
#[test]
fn no_name_is_written_that_a_shell_acts_on_or_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let listed = run(folder.path(), "bash", &["-c", "compgen -v"], b"");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let further = [
        "COLUMNS", "HISTFILE", "OLDPWD", "REPLY", "TMOUT", "LC_ALL", "HOME", "FUNCNAME", "OPTARG",
    ];
    let form = pulled::named("env").unwrap();
    let written: Vec<Variable> = listed
        .lines()
        .chain(further)
        .map(|name| Variable {
            name: name.to_owned(),
            value: SecretText::new("7".to_owned()),
        })
        .filter(|variable| (form.refuse)(variable).is_none())
        .collect();
    assert!(written.len() > 10, "{}", written.len());
    std::fs::write(folder.path().join("file"), (form.write)(&written).expose()).unwrap();
    for shell in ["bash", "dash"] {
        for variable in &written {
            let script = format!(". ./file; printf %s \"${}\"", variable.name);
            let output = run(folder.path(), shell, &["-c", &script], b"");
            assert_eq!(
                output.stdout,
                b"7",
                "{shell} {}: {}",
                variable.name,
                said(&output)
            );
        }
    }
    for name in ["PS4", "PROMPT_COMMAND", "BASH_ENV", "LD_PRELOAD", "PATH", "IFS"] {
        let variable = Variable {
            name: name.to_owned(),
            value: SecretText::new("$(touch ran)".to_owned()),
        };
        assert!((form.refuse)(&variable).is_some(), "{name}");
    }
}

#[test]
fn what_pull_did_not_write_is_left_alone() {
    let shell = Shell::new();
    let issued = shell.create("puller");
    let file = shell.file(".env");
    let pull = |more: &[&str]| {
        shell.run_as_runner(
            &issued,
            &[&["pull", "--only", "APP_ENV", "--file", &file], more].concat(),
        )
    };
    let read = || std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "MINE=1\n").unwrap();
    let refused = pull(&[]);
    assert_code(&refused, 2);
    assert!(said(&refused).contains("--force"), "{}", said(&refused));
    assert_eq!(read(), "MINE=1\n");
    assert_code(&pull(&["--force"]), 0);
    let written = read();
    assert!(
        written.starts_with("# Written by deploy-tokens pull") && written.ends_with("\nAPP_ENV=production\n")
    );
    // Its own it replaces, as long as nobody has added to it.
    assert_code(&pull(&["--format", "yaml"]), 0);
    assert!(read().ends_with("\n\"APP_ENV\": \"production\"\n"));
    let changed = format!("{}MINE: 1\n", read());
    std::fs::write(&file, &changed).unwrap();
    assert_code(&pull(&[]), 2);
    assert_eq!(read(), changed);
    // JSON has no comments to tell by.
    assert_code(&pull(&["--force", "--format", "json"]), 0);
    assert_eq!(read(), "{\n  \"APP_ENV\": \"production\"\n}\n");
    assert_code(&pull(&["--format", "json"]), 2);
    // An empty file has nothing to lose.
    std::fs::write(&file, "").unwrap();
    assert_code(&pull(&[]), 0);
    for wrong in ["GHOST", "", "APP_ENV,DB_HOST"] {
        let before = read();
        let refused = pull(&["--force", "--only", wrong]);
        assert_code(&refused, 2);
        assert_eq!(read(), before, "{wrong}: {}", said(&refused));
    }
    let wrong = pull(&["--format", "toml"]);
    assert_code(&wrong, 2);
}

#[test]
fn a_file_keeps_its_mode_and_links_are_followed() {
    let shell = Shell::new();
    let issued = shell.create("puller");
    let (file, link) = (shell.file("real"), shell.file("link"));
    let pull = |to: &str| shell.run_as_runner(&issued, &["pull", "--only", "APP_ENV", "--file", to]);
    let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_code(&pull(&file), 0);
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let warned = pull(&link);
    assert_code(&warned, 0);
    assert!(
        said(&warned).contains("others on this machine may read it"),
        "{}",
        said(&warned)
    );
    assert_eq!(mode(), 0o640);
    assert!(Path::new(&link).is_symlink());
    std::fs::remove_file(&file).unwrap();
    assert_code(&pull(&link), 1);
    assert!(Path::new(&link).is_symlink(), "a link to nothing stays one");
    let folder = shell.file("folder");
    std::fs::create_dir(&folder).unwrap();
    let refused = pull(&folder);
    assert_code(&refused, 2);
    assert!(said(&refused).contains("is a folder"), "{}", said(&refused));
}

#[test]
fn standard_output_pipes_and_devices_are_written_to() {
    let shell = Shell::new();
    let issued = shell.create("puller");
    let pull = |to: &str| shell.run_as_runner(&issued, &["pull", "--only", "APP_ENV", "--file", to]);
    for to in ["-", "/dev/stdout", "/dev/fd/1"] {
        let output = pull(to);
        assert_code(&output, 0);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "APP_ENV=production\n",
            "{to}"
        );
    }
    // A file in memory is a file.
    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    let file = memory.path().join("env").display().to_string();
    for _ in 0..2 {
        assert_code(&pull(&file), 0);
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap().matches("APP_ENV").count(),
        1
    );
    let full = pull("/dev/full");
    assert_code(&full, 1);
    assert!(said(&full).contains("cannot be written"), "{}", said(&full));
    let pipe = shell.file("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut text = String::new();
            std::fs::File::open(pipe)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            text
        }
    });
    assert_code(&pull(&pipe), 0);
    assert_eq!(reader.join().unwrap(), "APP_ENV=production\n");
}

#[test]
fn what_came_along_with_the_secrets_is_said_by_name() {
    let shell = Shell::new();
    let issued = shell.create("runner");
    let (token, seed) = (
        issued["ci_token"].as_str().unwrap(),
        issued["deploy_seed"].as_str().unwrap(),
    );
    for (around, says) in [
        (["'", "'"], "quotes around it"),
        (["\"", "\""], "quotes around it"),
        (["\u{feff}", ""], "a byte order mark before it"),
        (["", "\r"], "a Windows line end behind it"),
        (
            ["\u{feff}\"", "\"\r\n"],
            "a byte order mark before it and quotes around it and a Windows line end",
        ),
    ] {
        let with = |value: &str| format!("{}{value}{}", around[0], around[1]);
        for (given_token, given_seed, name) in [
            (with(token), seed.to_owned(), "GHOSTABLE_CI_TOKEN"),
            (token.to_owned(), with(seed), "GHOSTABLE_DEPLOY_SEED"),
        ] {
            let output = shell.run_with(
                &["verify"],
                &[
                    ("GHOSTABLE_CI_TOKEN", &given_token),
                    ("GHOSTABLE_DEPLOY_SEED", &given_seed),
                ],
            );
            assert_code(&output, 0);
            let warned = String::from_utf8(output.stderr).unwrap();
            assert!(warned.contains(&format!("{name} has {says}")), "{warned}");
            assert!(!warned.contains(token) && !warned.contains(seed));
        }
    }
}
