//! Opening a runner's bundle of 10 and 1000 variables, beside the plain sum of its primitives (docs/benchmarks.md).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark is a program of its own"
)]

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use protocol::crypto::envelope::EncryptedEnvelope;
use protocol::crypto::{
    DeviceIdentity, VariableKeys, key_fingerprint, make_deploy_key, make_environment_key, open_bundle,
    seal_environment_key, seal_variable, system_rng,
};
use protocol::envelope::PublishedKey;
use protocol::secret::{DeploySeed, SecretText};
use protocol::{DeployTokenId, EnvironmentName, KeyScope, Moment, ProjectId, Recipient, RecipientKind};
use protocol::{variable::Bundle, variable::VariableScope};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};

/// A bundle for the seed, with that many variables of 40 characters.
fn bundle(seed: &DeploySeed, public_key: protocol::PublicKey, count: usize) -> Bundle {
    let rng = &mut system_rng();
    let key = make_environment_key(rng);
    let scope = KeyScope {
        project: ProjectId::new("p"),
        environment: EnvironmentName::new("production"),
        fingerprint: key_fingerprint(&key),
    };
    let recipient = Recipient {
        kind: RecipientKind::Deployment(DeployTokenId::new("t")),
        public_key,
    };
    let device = DeviceIdentity::make(rng);
    let mut sealed = seal_environment_key(&key, &scope, &[recipient], &device, Moment::now(), rng).unwrap();
    let payload = EncryptedEnvelope::from_edek(&sealed.recipients[0].edek_b64).unwrap();
    sealed.lifted_ephemeral_key = Some(payload.ephemeral_key().unwrap());
    let place = |name: String| VariableScope {
        organization: "o".to_owned(),
        project: "p".to_owned(),
        environment: "production".to_owned(),
        name,
    };
    let keys = VariableKeys::derive(&key, &place(String::new()));
    let variables = (0..count).map(|number| {
        let value = SecretText::new(format!("{number:040}"));
        seal_variable(
            &place(format!("NAME_{number}")),
            &value,
            &keys,
            1,
            &mut system_rng(),
        )
        .unwrap()
    });
    let bundle = Bundle {
        environment: "production".to_owned(),
        chain: vec!["production".to_owned()],
        variables: variables.collect(),
        key: Some(PublishedKey {
            tells_all: true,
            version: 1,
            fingerprint: Some(scope.fingerprint),
            created_by: None,
            created_at: None,
            sealed: Some(sealed),
        }),
    };
    assert_eq!(open_bundle(&bundle, seed).variables.len(), count);
    bundle
}

/// One key pair, agreement and pair of derivations; one decryption for each layer and variable; one claim a variable.
fn primitives(edek_b64: &str, ciphertext: &[u8], aad: &[u8], count: usize) {
    let secret = StaticSecret::from(black_box([7; 32]));
    let public = PublicKey::from(&secret);
    let shared = secret.diffie_hellman(&public);
    let (mut key, mut both) = ([0; 32], [0; 64]);
    Hkdf::<Sha256>::new(Some(&[0; 32]), shared.as_bytes())
        .expand(b"ghostable:v1:envelope", &mut key)
        .unwrap();
    Hkdf::<Sha256>::new(Some(b"ghostable:o/p/production"), &key)
        .expand(b"", &mut both)
        .unwrap();
    black_box((both, STANDARD.decode(edek_b64).unwrap()));
    let nonce = XNonce::from([9; 24]);
    for _ in 0..count + 2 {
        // Of the same length and cost; that it is refused at the end would save the decryption, so it must be accepted.
        let payload = Payload { msg: ciphertext, aad };
        let plain = XChaCha20Poly1305::new(&[5; 32].into())
            .decrypt(&nonce, payload)
            .unwrap();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
        mac.update(&plain);
        black_box(mac.finalize());
    }
}

/// CPU time of this thread where the system tells it, else the clock: what else the machine does is not to count.
fn cpu_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    // The system counts a thread's time up when it stops; without this the count is that of the last tick.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = stat.and_then(|stat| stat.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// Runs something that many times and gives the CPU time it took.
fn timed<T>(times: u64, mut run: impl FnMut() -> T) -> Duration {
    let start = cpu_time();
    for _ in 0..times {
        black_box(run());
    }
    cpu_time().saturating_sub(start)
}

fn open(criterion: &mut Criterion) {
    let (seed, public_key) = make_deploy_key(&mut system_rng());
    let aad = b"{\"org\":\"o\",\"project\":\"p\",\"env\":\"production\",\"name\":\"NAME_100\"}";
    let payload = Payload {
        msg: &[b'v'; 40],
        aad,
    };
    let ciphertext = XChaCha20Poly1305::new(&[5; 32].into())
        .encrypt(&XNonce::from([9; 24]), payload)
        .unwrap();
    let mut group = criterion.benchmark_group("open_bundle");
    group.sample_size(30).measurement_time(Duration::from_secs(4));
    for count in [10, 1000] {
        let bundle = bundle(&seed, public_key, count);
        let edek = bundle.key.as_ref().unwrap().sealed.as_ref().unwrap().recipients[0]
            .edek_b64
            .clone();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("open", count), |bencher| {
            bencher.iter_custom(|times| timed(times, || open_bundle(&bundle, &seed)));
        });
        group.bench_function(BenchmarkId::new("primitives", count), |bencher| {
            bencher.iter_custom(|times| timed(times, || primitives(&edek, &ciphertext, aad, count)));
        });
    }
    group.finish();
}

criterion_group!(benches, open);
criterion_main!(benches);
