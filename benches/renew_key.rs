//! Renewing the key of an environment of 500 variables and 50 recipients on a local workspace, and the time in it during which
//! runners could not decrypt (docs/benchmarks.md).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark is a program of its own"
)]

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use protocol::crypto::{make_journal_key, system_rng};
use service::journal::Journal;
use service::{Context, Place};
use testkit::{TestWorkspace, silent};

const VARIABLES: usize = 500;
const DEVICES: usize = 25;
const TOKENS: usize = 25;

struct Scene {
    _world: TestWorkspace,
    context: Context,
    place: Place,
}

async fn scene() -> Scene {
    let world = TestWorkspace::start_with(|options| {
        options.sample.variables = Some(VARIABLES);
        options.sample.devices = Some(DEVICES);
        options.sample.tokens = Some(TOKENS);
    })
    .await;
    let journal = Journal::open(
        world.folder.path().join("journal"),
        make_journal_key(&mut system_rng()),
        "benchmark",
    );
    let context = world.context.clone().with_journal(Arc::new(journal));
    let place = world.place("production").await;
    Scene {
        _world: world,
        context,
        place,
    }
}

fn renewing(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scene = runtime.block_on(scene());
    let mut gaps = Vec::new();
    let mut group = criterion.benchmark_group("renew_key");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("500 variables, 50 recipients", |bencher| {
        bencher.iter(|| {
            let renewed = service::renew_key(&scene.context, &scene.place, None, &silent);
            let renewed = runtime.block_on(renewed).unwrap();
            assert_eq!(renewed.variables.len(), VARIABLES);
            gaps.push(renewed.gap.unwrap());
        });
    });
    group.finish();
    gaps.sort_unstable();
    println!(
        "runners could not decrypt for {:?} in the median of {}, at most {:?}",
        gaps[gaps.len() / 2],
        gaps.len(),
        gaps[gaps.len() - 1],
    );
}

criterion_group!(benches, renewing);
criterion_main!(benches);
