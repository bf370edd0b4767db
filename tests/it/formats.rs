//! What is handed over, read by those whom each format is for: shells, dotenv readers, YAML and JSON parsers, kubectl, and
//! the commands that are pasted. CI tokens have a `|`, which half of them would act on.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use model::formats::{self, FORMATS};
use model::{CiTokenOutcome, Issuance, IssuanceKind};
use protocol::secret::{CiToken, DeploySeed};
use protocol::{
    DeployToken, DeployTokenId, EnvironmentId, EnvironmentName, Occurrence, PublicKey, TokenKey, TokenStatus,
};
use testkit::{Shell, assert_code, said};

/// As the server makes them, and one with all that a bearer may have and some reader would change.
const CI_TOKENS: [&str; 3] = [
    "019c2d7e|9xQm3vT7sVb2Lr8KpWz4YdFh6NcJ1aEgRu0Xi5o42KD",
    "plain-bearer_without.anything",
    r##"odd|'"\$`#!~*?[a]{b}<c>&;()%^=,:@+-./\n"##,
];

fn issuance(ci_token: &str) -> Issuance {
    Issuance {
        kind: IssuanceKind::Create,
        token: DeployToken {
            id: DeployTokenId::new("dpl_tok_1"),
            name: "release-ci".to_owned(),
            status: TokenStatus::Active,
            key: TokenKey::Usable(PublicKey::from_bytes([7; 32])),
            environment_id: EnvironmentId::new("env_1"),
            environment_name: EnvironmentName::new("production"),
            created: Occurrence::Never,
            last_use: Occurrence::Never,
            end: Occurrence::Never,
            ci_token_suffix: None,
        },
        ci_token: CiTokenOutcome::Issued(CiToken::new(ci_token.to_owned())),
        seed: DeploySeed::fill_with(|bytes| {
            for (byte, n) in bytes.iter_mut().zip(0_u8..) {
                *byte = n.wrapping_mul(37) ^ 0xa5;
            }
        }),
        share: Ok(2),
        notes: Vec::new(),
    }
}

/// A block in a file of a folder of its own, and what is in it.
struct Written {
    folder: tempfile::TempDir,
    values: [String; 2],
}

impl Written {
    fn of(format: &str, ci_token: &str) -> Self {
        let issuance = issuance(ci_token);
        let folder = tempfile::tempdir().unwrap();
        let block = issuance.block(formats::named(format).unwrap());
        std::fs::write(folder.path().join("block"), block.expose()).unwrap();
        let seed = issuance.seed.to_base64().expose().to_owned();
        Self {
            folder,
            values: [ci_token.to_owned(), seed],
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        let output = command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("GHOSTABLE_CI_TOKEN")
            .env_remove("GHOSTABLE_DEPLOY_SEED")
            .output();
        output.unwrap_or_else(|error| panic!("{program}: {error}; scripts/system-packages test installs it"))
    }

    /// What a reader prints: both values, each on a line.
    #[track_caller]
    fn read_by(&self, program: &str, arguments: &[&str]) {
        let output = self.run(program, arguments);
        assert!(output.status.success(), "{program}: {}", said(&output));
        let read = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            read.lines().collect::<Vec<_>>(),
            self.values,
            "{program} {arguments:?}"
        );
    }
}

const PRINT: &str = r#"printf '%s\n' "$GHOSTABLE_CI_TOKEN" "$GHOSTABLE_DEPLOY_SEED""#;

#[test]
fn shells_get_what_is_for_shells() {
    for token in CI_TOKENS {
        for shell in ["bash", "dash"] {
            Written::of("env", token).read_by(shell, &["-c", &format!(". ./block && {PRINT}")]);
            // What a shell starts gets it, too.
            let child = format!(". ./block && sh -c '{}'", PRINT.replace('\'', r"'\''"));
            Written::of("shell", token).read_by(shell, &["-c", &child]);
        }
    }
}

const NODE: &str = "console.log(process.env.GHOSTABLE_CI_TOKEN + '\\n' + process.env.GHOSTABLE_DEPLOY_SEED)";
const PYTHON: &str = "from dotenv import dotenv_values as v; b = v('block'); \
    print(b['GHOSTABLE_CI_TOKEN']); print(b['GHOSTABLE_DEPLOY_SEED'])";
const PHP: &str = "require 'Dotenv/autoload.php'; \
    $b = Dotenv\\Dotenv::parse(file_get_contents('block')); \
    echo $b['GHOSTABLE_CI_TOKEN'], \"\\n\", $b['GHOSTABLE_DEPLOY_SEED'], \"\\n\";";

fn node_reads_env_files(written: &Written) -> bool {
    let version = written.run("node", &["--version"]).stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    let major = version.trim_start_matches('v').split('.').next();
    let reads = major
        .and_then(|it| it.parse().ok())
        .is_some_and(|it: u32| it >= 20);
    if !reads {
        println!("SKIPPED: node {version} reads no env files");
    }
    reads
}

const DOTENV_OF_NPM: &str = "const b = require(process.argv[1] + '/dotenv').parse(require('fs').readFileSync('block')); \
    console.log(b.GHOSTABLE_CI_TOKEN + '\\n' + b.GHOSTABLE_DEPLOY_SEED)";

/// Where `scripts/system-packages test` puts what Debian does not have; `None` where there is no npm to put it there.
fn readers_of_npm() -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/readers/node_modules");
    if !folder.is_dir() {
        println!("SKIPPED: dotenv and dotenvx of npm are not installed");
        return None;
    }
    Some(folder.display().to_string())
}

#[test]
fn dotenv_readers_of_npm_get_what_is_for_them() {
    let Some(folder) = readers_of_npm() else {
        return;
    };
    for token in &CI_TOKENS[..2] {
        let written = Written::of("env", token);
        written.read_by("node", &["-e", DOTENV_OF_NPM, &folder]);
        let dotenvx = format!("{folder}/.bin/dotenvx");
        written.read_by(
            &dotenvx,
            &["run", "--quiet", "-f", "block", "--", "node", "-e", NODE],
        );
    }
}

/// A token as servers make them is read alike by all; what needs escapes is not, which is what other formats are for.
#[test]
fn dotenv_readers_get_what_is_for_them() {
    for token in &CI_TOKENS[..2] {
        let written = Written::of("env", token);
        if node_reads_env_files(&written) {
            written.read_by("node", &["--env-file=block", "-e", NODE]);
        }
        written.read_by("/usr/bin/python3", &["-c", PYTHON]);
        written.read_by("php", &["-r", PHP]);
    }
}

/// The rule of `docker run --env-file`: lines that begin with `#` are comments, and the value is all after the first `=`.
#[test]
fn docker_gets_values_without_quotes() {
    for token in CI_TOKENS {
        let written = Written::of("docker", token);
        let text = std::fs::read_to_string(written.folder.path().join("block")).unwrap();
        let values: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once('=').unwrap().1)
            .collect();
        assert_eq!(values, written.values);
    }
}

const YAML: &str = "import yaml; b = yaml.safe_load(open('block')); assert b['kind'] == 'Secret'; \
    b = b['stringData']; print(b['GHOSTABLE_CI_TOKEN']); print(b['GHOSTABLE_DEPLOY_SEED'])";
const JSON: &str = "import json; b = json.load(open('block')); \
    print(b['GHOSTABLE_CI_TOKEN']); print(b['GHOSTABLE_DEPLOY_SEED'])";

#[test]
fn parsers_of_yaml_and_json_get_each_value() {
    for token in CI_TOKENS {
        Written::of("kubernetes", token).read_by("/usr/bin/python3", &["-c", YAML]);
        Written::of("json", token).read_by("/usr/bin/python3", &["-c", JSON]);
    }
}

/// kubectl reads the manifest without a cluster.
#[test]
fn kubectl_takes_the_manifest() {
    let written = Written::of("kubernetes", CI_TOKENS[2]);
    let arguments = ["annotate", "--local", "-f", "block", "seen=yes", "-o", "json"];
    let output = written.run("kubectl", &arguments);
    assert!(output.status.success(), "{}", said(&output));
    let secret: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(secret["metadata"]["name"], "ghostable-production");
    assert_eq!(secret["stringData"]["GHOSTABLE_CI_TOKEN"], written.values[0]);
    assert_eq!(secret["stringData"]["GHOSTABLE_DEPLOY_SEED"], written.values[1]);
}

/// Stands for gh and glab: notes its arguments, and what is on its standard input as they read it.
const RECORDER: &str = "#!/bin/sh\nprintf '%s\\n' \"$*\" >> said\ncat >> got\n";

#[test]
fn pasted_commands_put_each_value_on_standard_input_and_nowhere_else() {
    for (format, program, first) in [
        ("github", "gh", "secret set GHOSTABLE_CI_TOKEN --env production"),
        (
            "gitlab",
            "glab",
            "variable set GHOSTABLE_CI_TOKEN --masked --protected --raw --scope production",
        ),
    ] {
        for shell in ["bash", "dash"] {
            let written = Written::of(format, CI_TOKENS[2]);
            let path = written.folder.path().join(program);
            std::fs::write(&path, RECORDER).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            let ran = paste(shell, written.folder.path());
            assert!(ran.status.success(), "{}", said(&ran));
            let look = |name: &str| std::fs::read_to_string(written.folder.path().join(name)).unwrap();
            // gh and glab take the line break at the end away.
            assert_eq!(look("got").lines().collect::<Vec<_>>(), written.values);
            let arguments = look("said");
            assert_eq!(arguments.lines().next(), Some(first));
            assert!(
                !written
                    .values
                    .iter()
                    .any(|value| arguments.contains(value.as_str())),
                "{arguments}"
            );
        }
    }
}

fn paste(shell: &str, folder: &Path) -> Output {
    let block = std::fs::read(folder.join("block")).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut child = Command::new(shell)
        .current_dir(folder)
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&block).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn what_is_shown_has_the_shape_of_the_block_and_nothing_of_its_values() {
    for token in CI_TOKENS {
        let issuance = issuance(token);
        let seed = issuance.seed.to_base64();
        for format in FORMATS {
            let outline = issuance.outline(format);
            let block = issuance.block(format);
            assert_eq!(outline.lines().count(), block.expose().lines().count());
            assert!(!outline.contains(token) && !outline.contains(seed.expose()));
            assert_eq!(outline.matches(formats::MASK).count(), 2, "{outline}");
        }
    }
    let shown = issuance(CI_TOKENS[0]).outline(formats::DOTENV);
    assert!(shown.starts_with("GHOSTABLE_CI_TOKEN='•"), "{shown}");
}

#[test]
fn commands_write_each_format_and_refuse_others() {
    let shell = Shell::new();
    for format in FORMATS {
        let file = std::path::PathBuf::from(shell.file(&format!("out-{}", format.name)));
        let out = file.display().to_string();
        let name = format!("for-{}", format.name);
        let arguments = [
            "create",
            "--env",
            "production",
            "--name",
            &name,
            "--no-verify",
            "--format",
            format.name,
            "--out",
            &out,
        ];
        shell.ok(&arguments);
        let text = protocol::secret::SecretText::new(std::fs::read_to_string(&file).unwrap());
        let read = (format.read)(text.expose()).unwrap();
        assert_eq!(read.len(), 2, "{}", format.name);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_code(&shell.run(&arguments), 2);
    }
    let wrong = shell.run(&["create", "--env", "production", "--format", "yaml"]);
    assert_code(&wrong, 2);
}
