//! How many requests each operation makes on the happy path: a server may allow sixty a minute.

use client::{ApiAddress, Client};
use model::{RetryPolicy, RevokeTarget};
use protocol::crypto;
use protocol::secret::AccessToken;
use protocol::{Lifetime, TokenName};
use service::journal::Journal;
use service::revocation::{self, KnownCiTokens, RunOptions, StopWaiting};
use service::{Context, MissingKey};
use testkit::{FaultProxy, Faults, Secrets, TestWorkspace, silent};

struct Counted {
    site: TestWorkspace,
    proxy: FaultProxy,
    context: Context,
    _journal: tempfile::TempDir,
}

impl Counted {
    async fn start() -> Self {
        let site = TestWorkspace::start().await;
        let proxy = FaultProxy::start(site.running.address(), Faults::default());
        let token = AccessToken::new(site.user_token().to_owned());
        let client = Client::new(ApiAddress::parse(&proxy.url).unwrap(), &token).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let key = crypto::make_journal_key(&mut crypto::system_rng());
        let journal = Journal::open(folder.path().join("journal"), key, "counted");
        let context = Context::new(client, Some(site.own_device())).with_journal(journal.into());
        Self {
            site,
            proxy,
            context,
            _journal: folder,
        }
    }

    /// Does something and gives the requests that it took.
    async fn requests<T>(&self, what: &str, most: usize, work: impl Future<Output = T>) -> T {
        let before = self.proxy.seen().len();
        let done = work.await;
        let seen = &self.proxy.seen()[before..];
        println!("{what}: {} requests", seen.len());
        assert!(seen.len() <= most, "{what}, at most {most}: {seen:#?}");
        done
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_asks_twice_for_what_it_knows() {
    let it = Counted::start().await;
    let place = it.site.place("staging").await;
    let context = &it.context;
    let name = |text: &str| TokenName::parse(text).unwrap();

    let create = async {
        let issued = service::create(context, &place, &name("one"), &silent)
            .await
            .unwrap();
        let secrets = Secrets::of(&issued);
        // As the command and the window do after it.
        service::verify::check(
            context,
            &issued.issuance.token.id,
            &secrets.ci_token,
            &secrets.seed,
        )
        .await
        .unwrap();
        issued
    };
    let one = it.requests("create and verify", 6, create).await;
    let id = one.issuance.token.id.to_string();
    it.requests("list with last uses", 2, service::list_with_uses(context, &place))
        .await
        .unwrap();
    let rotated = it
        .requests(
            "rotate",
            5,
            service::rotate(context, &place, &id, Lifetime::default(), &silent),
        )
        .await
        .unwrap();
    drop(rotated);
    it.requests(
        "re-share",
        4,
        service::reshare(context, &place, MissingKey::Refuse, &silent),
    )
    .await
    .unwrap();
    it.requests(
        "renew the key",
        13,
        service::renew_key(context, &place, None, &silent),
    )
    .await
    .unwrap();
    it.requests(
        "try as a runner",
        14,
        service::prove_as_runner(context, &place, &silent),
    )
    .await;
    let replaced = it
        .requests(
            "replace",
            6,
            service::replace(context, &place, &id, Lifetime::default(), &silent),
        )
        .await
        .unwrap();
    replaced.entry.unwrap().handed_over().unwrap();
    it.requests("revoke", 6, service::revoke(context, &place, &id, &silent))
        .await
        .unwrap();
    it.requests("delete", 2, service::delete(context, &place, &id))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_of_many_in_one_environment_takes_four_requests_more_than_tokens() {
    const COUNT: usize = 7;
    let it = Counted::start().await;
    for number in 0..COUNT {
        it.site.issue("staging", &format!("leaked-{number}")).await;
    }
    let overview = revocation::survey(&it.context).await.unwrap();
    let leaked = |it: &&model::PlacedToken| it.token.name.starts_with("leaked-");
    let targets: Vec<RevokeTarget> = overview
        .active
        .iter()
        .filter(leaked)
        .map(RevokeTarget::from)
        .collect();
    assert_eq!(targets.len(), COUNT);
    let options = RunOptions {
        retry: RetryPolicy::REVOKE.tries(3),
        stop: StopWaiting::default(),
        known: KnownCiTokens::default(),
        tell: &|_, _| {},
    };
    let statuses = it
        .requests(
            "revoke seven at once",
            COUNT + 4,
            revocation::revoke_targets(&it.context, &targets, &options),
        )
        .await;
    assert!(
        statuses
            .iter()
            .all(|status| matches!(status, model::RevocationStatus::Reshared { .. })),
        "{statuses:?}"
    );
}
