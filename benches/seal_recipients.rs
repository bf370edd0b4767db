//! Sealing an environment key for 1, 100 and 1000 recipients, on all cores and on one, beside the plain sum of the
//! primitives that it cannot do without (docs/benchmarks.md).
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
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use protocol::crypto::envelope::EncryptedEnvelope;
use protocol::crypto::{
    DeviceIdentity, key_fingerprint, make_deploy_key, make_environment_key, seal_environment_key, system_rng,
};
use protocol::{DeployTokenId, EnvironmentName, KeyScope, Moment, ProjectId, Recipient, RecipientKind};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};

/// What one recipient costs at least: a key pair, an agreement, a derivation, an encryption, a signature, and base64.
fn primitives(recipient: &PublicKey, signing: &SigningKey, json: &str, aad: &[u8], message: &[u8]) {
    let ephemeral = StaticSecret::from(black_box([7; 32]));
    let public = PublicKey::from(&ephemeral);
    let shared = ephemeral.diffie_hellman(recipient);
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(&[0; 32]), shared.as_bytes())
        .expand(b"ghostable:v1:envelope", &mut key)
        .unwrap();
    let payload = Payload { msg: &[5; 32], aad };
    let ciphertext = XChaCha20Poly1305::new(&key.into())
        .encrypt(&XNonce::from([9; 24]), payload)
        .unwrap();
    let signature = signing.sign(message).to_bytes();
    black_box((public, ciphertext, signature, STANDARD.encode(black_box(json))));
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

fn seal_recipients(criterion: &mut Criterion) {
    let rng = &mut system_rng();
    let device = DeviceIdentity::make(rng);
    let key = make_environment_key(rng);
    let scope = KeyScope {
        project: ProjectId::new("019bb7f0-3333-7000-8000-0000000000a1"),
        environment: EnvironmentName::new("production"),
        fingerprint: key_fingerprint(&key),
    };
    let recipients: Vec<_> = (0..1000)
        .map(|number| Recipient {
            kind: RecipientKind::Deployment(DeployTokenId::new(format!("dpl_tok_{number}"))),
            public_key: make_deploy_key(rng).1,
        })
        .collect();
    let keys: Vec<_> = recipients
        .iter()
        .map(|recipient| PublicKey::from(*recipient.public_key.as_bytes()))
        .collect();
    let seal = |count: usize| {
        let (now, rng) = (Moment::now(), &mut system_rng());
        seal_environment_key(&key, &scope, &recipients[..count], &device, now, rng).unwrap()
    };
    let sample = EncryptedEnvelope::from_edek(&seal(1).recipients[0].edek_b64).unwrap();
    let json = sample.to_json();
    let aad = sample.checked_aad().unwrap().into_bytes();
    // As long as the signed text is: everything in the envelope but its names, kid, signature and repeated AAD.
    let message = vec![b'm'; 390];
    // The signing key's bytes are needed for signing without this crate.
    let signing = SigningKey::from_bytes(device.signing_seed().expose());
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();

    let mut group = criterion.benchmark_group("seal_recipients");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    for count in [1, 100, 1000] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("all cores", count), |bencher| {
            bencher.iter(|| seal(count));
        });
        group.bench_function(BenchmarkId::new("one core", count), |bencher| {
            one_core.install(|| bencher.iter_custom(|times| timed(times, || seal(count))));
        });
        group.bench_function(BenchmarkId::new("primitives, one core", count), |bencher| {
            bencher.iter_custom(|times| {
                timed(times, || {
                    for key in &keys[..count] {
                        primitives(key, &signing, &json, &aad, &message);
                    }
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, seal_recipients);
criterion_main!(benches);
