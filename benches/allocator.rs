//! What wiping freed memory costs: the same work with the program's allocator and with the system's, in one run
//! (docs/benchmarks.md).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark is a program of its own"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use protocol::crypto::{
    DeviceIdentity, key_fingerprint, make_deploy_key, make_environment_key, seal_environment_key, system_rng,
};
use protocol::wire;
use protocol::{DeployTokenId, EnvironmentName, KeyScope, Moment, ProjectId, Recipient, RecipientKind};
use zeroizing_alloc::ZeroAlloc;

static WIPING: AtomicBool = AtomicBool::new(false);

/// The program's allocator or the system's, by a switch.
struct Switched;

// SAFETY: each call is handed on unchanged, and both allocators take their blocks from the system's.
#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Switched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WIPING.load(Ordering::Relaxed) {
            unsafe { ZeroAlloc(System).dealloc(block, layout) }
        } else {
            unsafe { System.dealloc(block, layout) }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if WIPING.load(Ordering::Relaxed) {
            unsafe { ZeroAlloc(System).realloc(block, layout, size) }
        } else {
            unsafe { System.realloc(block, layout, size) }
        }
    }
}

#[global_allocator]
static ALLOCATOR: Switched = Switched;

/// CPU time of this thread where the system tells it, else the clock: what else the machine does is not to count.
fn cpu_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    // The system counts a thread's time up when it stops; without this the count is that of the last tick.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = stat.and_then(|stat| stat.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// A list of tokens as the API answers it.
fn token_list(count: usize) -> String {
    let token = |number: usize| {
        format!(
            "{{\"type\":\"deployment-tokens\",\"id\":\"dpl_tok_{number}\",\"attributes\":{{\"name\":\"ci-{number}\",\
             \"status\":\"active\",\"public_key\":\"cHVibGljLWtleS1vZi10aGlydHktdHdvLWJ5dGVzISE=\",\
             \"last_used_at\":\"2026-02-01T12:00:00.000000Z\",\"created_at\":\"2026-01-06T10:00:00.000000Z\",\
             \"revoked_at\":null,\"environment\":{{\"id\":\"env_1\",\"name\":\"production\"}}}}}}"
        )
    };
    let tokens: Vec<_> = (0..count).map(token).collect();
    format!("{{\"data\":[{}]}}", tokens.join(","))
}

fn both(criterion: &mut Criterion, name: &str, mut work: impl FnMut()) {
    let mut group = criterion.benchmark_group(format!("allocator/{name}"));
    group.sample_size(30).measurement_time(Duration::from_secs(3));
    for (allocator, wiping) in [("system", false), ("wiping", true)] {
        group.bench_function(BenchmarkId::from_parameter(allocator), |bencher| {
            bencher.iter_custom(|times| {
                WIPING.store(wiping, Ordering::Relaxed);
                let start = cpu_time();
                for _ in 0..times {
                    work();
                }
                let took = cpu_time().saturating_sub(start);
                WIPING.store(false, Ordering::Relaxed);
                took
            });
        });
    }
    group.finish();
}

fn allocator(criterion: &mut Criterion) {
    for size in [64, 4096, 65536] {
        both(criterion, &format!("allocate and free {size} bytes"), || {
            drop(black_box(Vec::<u8>::with_capacity(black_box(size))));
        });
    }
    let list = token_list(1000);
    both(criterion, "read a list of 1000 tokens", || {
        assert_eq!(wire::tokens::tokens(list.as_bytes()).unwrap().len(), 1000);
    });
    let rng = &mut system_rng();
    let device = DeviceIdentity::make(rng);
    let key = make_environment_key(rng);
    let scope = KeyScope {
        project: ProjectId::new("019bb7f0-3333-7000-8000-0000000000a1"),
        environment: EnvironmentName::new("production"),
        fingerprint: key_fingerprint(&key),
    };
    let recipients: Vec<_> = (0..100)
        .map(|number| Recipient {
            kind: RecipientKind::Deployment(DeployTokenId::new(format!("dpl_tok_{number}"))),
            public_key: make_deploy_key(rng).1,
        })
        .collect();
    // Sealing on this thread alone, whose time is measured.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread();
    let _this_thread = pool.build().unwrap();
    both(criterion, "seal for 100 recipients", || {
        let (now, rng) = (Moment::now(), &mut system_rng());
        black_box(seal_environment_key(&key, &scope, &recipients, &device, now, rng).unwrap());
    });
}

criterion_group!(benches, allocator);
criterion_main!(benches);
