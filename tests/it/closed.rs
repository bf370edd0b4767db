//! Sheets that were closed, and values that nobody has: what the journal keeps of them, for how long, and the ways back.

use std::sync::Arc;
use std::time::Duration;

use model::{Finding, Problem, Remedy, ResumeError, Values};
use protocol::secret::JournalKey;
use protocol::{Lifetime, TokenName};
use service::journal::{Journal, ShownEntry};
use service::{Context, Finished, Issued, Place};
use testkit::{Secrets, TestWorkspace, silent};

const KEPT: Duration = Duration::from_secs(900);

struct Scene {
    world: TestWorkspace,
    place: Place,
}

impl Scene {
    async fn start() -> Self {
        let world = TestWorkspace::start().await;
        let place = world.place("staging").await;
        Self { world, place }
    }

    /// Another program on the same journal, for which shown values are kept so long.
    fn keeping(&self, time: Duration) -> Context {
        let key = JournalKey::fill_with(|bytes| bytes.fill(7));
        let folder = self.world.folder.path().join("journal");
        let journal = Journal::open(folder, key, "here").with_deadline(time);
        self.world.context.clone().with_journal(Arc::new(journal))
    }

    async fn create(&self, context: &Context) -> Issued {
        let name = TokenName::parse("closed-ci").unwrap();
        service::create(context, &self.place, &name, &silent)
            .await
            .unwrap()
    }
}

fn journal(context: &Context) -> &Arc<Journal> {
    context.journal.as_ref().unwrap()
}

fn shown(issued: &mut Issued) -> ShownEntry {
    let (entry, written) = issued.entry.take().unwrap().shown();
    written.unwrap();
    entry
}

async fn show_again(context: &Context, id: &str) -> Issued {
    let found = service::find(context, id).await.unwrap().unwrap();
    match service::finish(context, found, &silent).await.unwrap() {
        Finished::Issued(issued) => *issued,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_sheet_is_had_again_until_its_time_is_over_and_no_longer() {
    let scene = Scene::start().await;
    let context = scene.keeping(KEPT);
    let mut issued = scene.create(&context).await;
    let values = Secrets::of(&issued);
    let id = shown(&mut issued).close_sheet().unwrap().unwrap().to_string();
    assert_eq!(journal(&context).interrupted(), [], "nobody has to be told");
    let closed = journal(&context).closed_sheets();
    assert_eq!((closed.len(), closed[0].entry.as_str()), (1, id.as_str()));
    assert_eq!(closed[0].token, issued.issuance.token.id);
    let until = closed[0].until;

    let mut again = show_again(&context, &id).await;
    let had = Secrets::of(&again);
    assert!(had.ci_token.ct_eq(&values.ci_token) && had.seed.ct_eq(&values.seed));
    let left = again.entry.as_ref().unwrap().time_left();
    assert!(left <= KEPT, "showing it does not make its time longer");
    assert_eq!(journal(&context).closed_sheets(), [], "it is open");
    assert!(matches!(journal(&context).forget_closed(&id), Err(Problem::Busy)));
    shown(&mut again).close_sheet().unwrap();
    assert_eq!(journal(&context).closed_sheets()[0].until, until);

    let later = scene.keeping(Duration::ZERO);
    assert_eq!(journal(&later).closed_sheets(), []);
    assert_eq!(
        journal(&later).interrupted(),
        [],
        "it was closed: nothing is missing"
    );
    assert!(service::find(&later, &id).await.unwrap().is_none());
    service::tidy(&later).await.unwrap();
    assert!(
        service::find(&context, &id).await.unwrap().is_none(),
        "it is gone from the disk"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_a_closed_sheet_ends_it_at_once() {
    let scene = Scene::start().await;
    let context = scene.keeping(KEPT);
    let id = shown(&mut scene.create(&context).await).close_sheet().unwrap();
    let id = id.unwrap().to_string();
    journal(&context).forget_closed(&id).unwrap();
    assert_eq!(journal(&context).closed_sheets(), []);
    assert!(service::interrupted(&context).await.unwrap().is_empty());
    journal(&context).forget_closed(&id).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successors_closed_sheet_is_kept_beside_its_replacement() {
    let scene = Scene::start().await;
    let context = scene.keeping(KEPT);
    let mut old = scene.create(&context).await;
    old.entry.take().unwrap().handed_over().unwrap();
    let wanted = old.issuance.token.id.as_str();
    let replaced = service::replace(&context, &scene.place, wanted, Lifetime::default(), &silent);
    let mut issued = replaced.await.unwrap();
    let values = Secrets::of(&issued);
    let id = shown(&mut issued).close_sheet().unwrap().unwrap().to_string();
    let replacements = service::replacements(&context, &scene.place).unwrap();
    assert!(replacements.len() == 1 && replacements[0].handed_over);
    assert_eq!(
        journal(&context).closed_sheets()[0].token,
        issued.issuance.token.id
    );
    let again = show_again(&context, &id).await;
    assert!(Secrets::of(&again).seed.ct_eq(&values.seed));
    drop(again);
    let done = service::finish_replacement(&context, &scene.place, wanted, None, &silent).await;
    assert!(done.is_ok(), "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_whose_sheet_was_never_closed_are_said_to_be_gone_and_rotated() {
    let scene = Scene::start().await;
    let context = scene.keeping(KEPT);
    let mut issued = scene.create(&context).await;
    let (token, values) = (issued.issuance.token.id.clone(), Secrets::of(&issued));
    // The program ends with the sheet open.
    drop(shown(&mut issued));
    let told = journal(&context).interrupted();
    assert!(matches!(told[0].values, Values::Until(_)), "{told:?}");
    assert_eq!(told[0].token.as_ref(), Some(&token));
    let found = service::interrupted(&context).await.unwrap().remove(0);
    assert!(found.shown.is_some_and(|it| !it.is_closed));
    assert_eq!(found.remedies()[0], Remedy::Show);

    let later = scene.keeping(Duration::ZERO);
    service::tidy(&later).await.unwrap();
    let told = journal(&later).interrupted();
    assert_eq!((told.len(), told[0].values), (1, Values::Gone));
    let all = || async { service::interrupted(&later).await.unwrap() };
    let found = all().await.remove(0);
    assert_eq!(found.finding, Finding::ValuesGone);
    let shown = service::finish(&later, found, &silent).await;
    let gone = Err(Problem::NotResumable(ResumeError::ValuesGone));
    assert_eq!(shown.map(drop), gone, "nothing is rotated unasked");
    let found = all().await.remove(0);
    let mut rotated = service::rotate_unclaimed(&later, found, Lifetime::default(), &silent)
        .await
        .unwrap();
    assert_eq!(rotated.issuance.token.id, token);
    assert!(!Secrets::of(&rotated).seed.ct_eq(&values.seed));
    rotated.entry.take().unwrap().handed_over().unwrap();
    assert!(all().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_of_no_use_any_more_are_nobodys_business() {
    let scene = Scene::start().await;
    let (context, later) = (scene.keeping(KEPT), scene.keeping(Duration::ZERO));
    let mut issued = scene.create(&context).await;
    let token = issued.issuance.token.id.clone();
    drop(shown(&mut issued));
    service::tidy(&later).await.unwrap();
    let list = || async { service::list(&later, &scene.place).await.unwrap() };
    journal(&later).settle(&scene.place, &list().await);
    assert_eq!(journal(&later).interrupted().len(), 1, "its key is still the one");
    let rotated = service::rotate(
        &context,
        &scene.place,
        token.as_str(),
        Lifetime::default(),
        &silent,
    );
    let mut rotated = rotated.await.unwrap();
    let id = shown(&mut rotated).close_sheet().unwrap().unwrap();
    journal(&context).settle(&scene.place, &list().await);
    let told = journal(&context).interrupted();
    assert_eq!(told, [], "it has other values by now");
    assert_eq!(journal(&context).closed_sheets()[0].entry, id.to_string());
    service::revoke(&context, &scene.place, token.as_str(), &silent)
        .await
        .unwrap();
    journal(&context).settle(&scene.place, &list().await);
    assert_eq!(journal(&context).closed_sheets(), []);
}
