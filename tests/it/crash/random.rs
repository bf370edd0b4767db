//! Attacks for `scripts/attack`, hundreds of each: kills of client and server at any moment, and servers that lie in any
//! answer. A seed is printed; the same seed is the same attacks, but for the moment of a kill.

use std::process::{Child, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::{ENVIRONMENT, ServedFolder, printed};
use serde_json::{Value, json};
use testkit::{CANARY, Endpoint, Fault, FaultProxy, Faults, Served, attacks, said};

/// xorshift64*
struct Dice(u64);

impl Dice {
    /// With a seed of its own each time, which is printed.
    fn new() -> Self {
        let now = protocol::Moment::now().0.as_nanosecond();
        let seed = u64::try_from(now).unwrap() | 1;
        println!("seed {seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.next()).unwrap() % all.len()]
    }
}

impl ServedFolder {
    fn begin(&self, api: &str, arguments: &[&str]) -> Child {
        testkit::commands()
            .arg("--data")
            .arg(self.data.path())
            .args(["--api", api])
            .args(arguments)
            .env_remove("RUST_LOG")
            .env("GHOSTABLE_TOKEN", self.served.told("access_token"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs a command that is killed after a while, if it still runs then.
    fn kill_after(&self, arguments: &[&str], wait: Duration) -> Output {
        let mut child = self.begin(self.served.told("api"), arguments);
        std::thread::sleep(wait);
        drop(child.kill());
        child.wait_with_output().unwrap()
    }

    /// The server is killed, and another one started on what it left.
    fn restart(&mut self) {
        drop(self.served.process().kill());
        drop(self.served.process().wait());
        self.served = Served::start(self.data.path(), &[]);
    }

    /// The secrets of a name that are in hand after an attack, wherever they come from; what is active is theirs.
    #[track_caller]
    fn settled(&self, name: &str, output: &Output, before: Option<Value>, what: &str) -> Option<Value> {
        let (_, resumed) = self.resolve(what);
        let in_hand = resumed.or_else(|| printed(output)).or(before);
        let active = self.active(name);
        assert!(active.len() <= 1, "{what}: {name} is there twice");
        match (&in_hand, active.is_empty()) {
            (Some(issued), false) => {
                assert_eq!(self.verify(issued), Some(0), "{what}: its secrets do not work")
            }
            (None, false) => panic!("{what}: {name} is active, and nobody has its secrets"),
            (Some(_), true) => panic!("{what}: {name} was handed over, and is gone"),
            (None, true) => {}
        }
        in_hand
    }
}

#[test]
#[ignore = "hundreds of kills: scripts/attack"]
fn attack_kills() {
    let (mut site, mut dice) = (ServedFolder::start(&[]), Dice::new());
    let (mut cut, all) = (0, attacks(300));
    for number in 0..all {
        let name = format!("k{number}");
        let create = ["create", "--env", ENVIRONMENT, "--name", &name, "--json"];
        let before = (dice.below(2) == 0).then(|| site.create(&name));
        let id = before
            .as_ref()
            .map(|issued| issued["token"]["id"].as_str().unwrap().to_owned());
        let rotate = [
            "rotate",
            "--env",
            ENVIRONMENT,
            id.as_deref().unwrap_or_default(),
            "--json",
        ];
        let arguments = if before.is_some() { &rotate[..] } else { &create };
        let what = format!("kill {number}, {}", arguments[0]);
        let output = site.kill_after(arguments, Duration::from_micros(dice.below(700_000)));
        cut += usize::from(output.status.code().is_none());
        assert!(!said(&output).contains("panicked"), "{what}: {}", said(&output));
        if dice.below(4) == 0 {
            site.restart();
        }
        site.settled(&name, &output, before, &what);
        for id in site.active(&name) {
            let revoke = ["revoke", "--env", ENVIRONMENT, &*id];
            site.kill_after(&revoke, Duration::from_micros(dice.below(700_000)));
            site.resolve(&what);
            for id in site.active(&name) {
                site.revoke(&id);
            }
        }
    }
    println!(
        "attacked: {all} commands and as many revocations, {cut} of the commands cut off, servers in every fourth round"
    );
}

/// The numbers of the lies of this run, because a function has no memory.
static LIES: AtomicU64 = AtomicU64::new(1);

/// Makes one thing of an answer into something else.
fn lie(answer: &mut Value) {
    let mut dice = Dice(LIES.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed) | 1);
    let mut at = answer;
    loop {
        let deeper = match &*at {
            Value::Array(all) if !all.is_empty() => dice.below(5) > 0,
            Value::Object(all) if !all.is_empty() => dice.below(6) > 0,
            _ => false,
        };
        if !deeper {
            break;
        }
        at = match at {
            Value::Array(all) => {
                let place = usize::try_from(dice.next()).unwrap() % all.len();
                &mut all[place]
            }
            Value::Object(all) => {
                let place = usize::try_from(dice.next()).unwrap() % all.len();
                all.values_mut().nth(place).unwrap()
            }
            _ => break,
        };
    }
    *at = match dice.below(10) {
        0 => Value::Null,
        1 => json!([]),
        2 => json!({}),
        3 => json!(-1),
        4 => json!(u64::MAX),
        5 => json!("../../../x?y#z"),
        6 => json!("a\r\nb: c\u{1b}[2J\u{202e}"),
        7 => json!("2026-13-45T99:99:99Z"),
        8 => Value::String("A".repeat(100_000)),
        _ => json!([[[[[[[["deep"]]]]]]]]),
    };
}

const ENDINGS: [(&str, &str); 9] = [
    ("GET", "/deploy-tokens"),
    ("POST", "/deploy-tokens"),
    ("GET", "/key"),
    ("GET", "/devices"),
    ("GET", "/environments"),
    ("GET", "/projects"),
    ("GET", "/organizations"),
    ("GET", "/ci/deploy"),
    ("POST", "/revoke"),
];
const STATUSES: [u16; 14] = [
    101, 204, 301, 304, 400, 401, 403, 404, 409, 422, 429, 451, 500, 503,
];
const BODIES: [&str; 7] = [
    "",
    "null",
    "[",
    "{\"data\":[]}",
    "{\"data\":{}}",
    "{\"data\":[null,1,\"canary-in-the-body\",{}]}",
    "<html>canary-in-the-body</html>",
];

fn fault(dice: &mut Dice) -> Fault {
    match dice.below(8) {
        0 => Fault::LostBefore,
        1 => Fault::LostAfter,
        2 => Fault::Cut,
        3 => Fault::Status(dice.one_of(&STATUSES), "", CANARY),
        4 => Fault::ActedBut(dice.one_of(&STATUSES)),
        5 => Fault::Body(dice.one_of(&BODIES)),
        _ => Fault::Edit(lie),
    }
}

#[test]
#[ignore = "hundreds of lies: scripts/attack"]
fn attack_answers() {
    let (site, mut dice) = (ServedFolder::start(&[]), Dice::new());
    LIES.store(dice.next() | 1, Relaxed);
    let (mut refused, all) = (0, attacks(300));
    let address = site
        .served
        .told("api")
        .split('/')
        .nth(2)
        .unwrap()
        .parse()
        .unwrap();
    for number in 0..all {
        let name = format!("h{number}");
        let before = (dice.below(3) == 0).then(|| site.create(&name));
        let create = ["create", "--env", ENVIRONMENT, "--name", &name, "--json"];
        let revoke = ["revoke", "--env", ENVIRONMENT, &name];
        let list = ["list", "--env", ENVIRONMENT];
        let arguments = match (&before, dice.below(4)) {
            (Some(_), _) => &revoke[..],
            (None, 0) => &list,
            (None, _) => &create,
        };
        let (method, ending) = dice.one_of(&ENDINGS);
        let from = usize::try_from(1 + dice.below(2)).unwrap();
        let one = Some((Endpoint { method, ending, from }, fault(&mut dice)));
        let proxy = FaultProxy::start(
            address,
            Faults {
                one,
                ..Faults::default()
            },
        );
        let output = site.begin(&proxy.url, arguments).wait_with_output().unwrap();
        let what = format!("answer {number}, {} {method} {ending}", arguments[0]);
        let words = said(&output);
        let code = output.status.code().unwrap_or_else(|| panic!("{what}: {words}"));
        assert!(
            !words.contains("panicked") && !words.contains(CANARY),
            "{what}: {words}"
        );
        assert!(
            !words.contains('\u{1b}') && !words.contains('\u{202e}'),
            "{what}: {words:?}"
        );
        refused += usize::from(code != 0);
        if before.is_some() {
            assert!(
                code != 0 || site.active(&name).is_empty(),
                "{what}: revoked, it says: {words}"
            );
            site.resolve(&what);
            for id in site.active(&name) {
                site.revoke(&id);
            }
        } else {
            let in_hand = site.settled(&name, &output, None, &what);
            let is_success = code == 0 && arguments[0] == "create";
            assert!(
                !is_success || in_hand.is_some(),
                "{what}: created, it says: {words}"
            );
            for id in site.active(&name) {
                site.revoke(&id);
            }
        }
    }
    println!(
        "attacked: {all} commands, each with one thing in the answers that is not so; {refused} were refused, the others did what they said"
    );
}
