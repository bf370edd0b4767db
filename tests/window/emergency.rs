//! Emergency in a window of a phone's size: from start to "all revoked", counted and timed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::{DeployTokenId, TokenName};
use service::Issued;

use crate::program;
use testkit::driver::{App, Desktop, State, any, containing};
use testkit::{FaultProxy, Faults};
use testkit::{Secrets, TestWorkspace, silent};

/// Longer than the button wants, as people hold.
const HELD: Duration = Duration::from_millis(2200);

/// 50 active tokens in 5 environments of a workspace that this process serves.
struct Scene {
    runtime: tokio::runtime::Runtime,
    world: TestWorkspace,
    leaked: Vec<Issued>,
    road: FaultProxy,
}

impl Scene {
    fn set(road: Faults) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (world, leaked) = runtime.block_on(async {
            let world = TestWorkspace::start().await;
            world.another_device("colleague").await;
            let client = world.client.clone();
            let mut leaked = Vec::new();
            for project in service::directory(&world.context).await.unwrap().projects {
                for environment in service::environments(&world.context, &project.id)
                    .await
                    .unwrap()
                    .list
                {
                    let place =
                        service::find_environment(&world.context, &project.id, environment.name.as_str())
                            .await
                            .unwrap();
                    let name = TokenName::parse(&format!("leaked-{}", environment.name)).unwrap();
                    leaked.push(
                        service::create(&world.context, &place, &name, &silent)
                            .await
                            .unwrap(),
                    );
                    let there = client.tokens(&project.id, Some(&environment.id)).await.unwrap();
                    let active = there
                        .iter()
                        .filter_map(|it| it.token())
                        .filter(|it| it.is_active());
                    for number in active.count()..10 {
                        let named = model::NewToken {
                            name: format!("runner-{number}"),
                            lifetime: protocol::Lifetime::default(),
                        };
                        let key = protocol::crypto::make_deploy_key(&mut protocol::crypto::system_rng()).1;
                        client
                            .create_token(&project.id, &environment.id, &named, &key, None)
                            .await
                            .unwrap();
                    }
                }
            }
            (world, leaked)
        });
        let road = FaultProxy::start(world.running.address(), road);
        let scene = Self {
            runtime,
            world,
            leaked,
            road,
        };
        assert_eq!(scene.active(), 50);
        scene
    }

    fn desktop(&self) -> Arc<Desktop> {
        Desktop::new()
            .size(1280, 900)
            .env(
                "GHOSTABLE_TOKEN",
                self.world.running.local().access_token.expose(),
            )
            .start()
    }

    fn open(&self, desktop: &Arc<Desktop>) -> App {
        let data = self.world.folder.path().display().to_string();
        let app = desktop.launch(program(), &["--data", &data, "--api", &self.road.url]);
        app.resize(390, 844);
        app
    }

    fn active(&self) -> usize {
        self.runtime.block_on(async {
            service::revocation::survey(&self.world.context)
                .await
                .unwrap()
                .active
                .len()
        })
    }

    /// As the runners: refused each; and as devices: the key still opens, also for what is issued from now on.
    fn check_the_end(&self) {
        assert_eq!(self.active(), 0);
        self.runtime.block_on(async {
            for issued in &self.leaked {
                let refused = self.world.pull(&Secrets::of(issued)).await;
                assert!(
                    matches!(refused, Err(model::Problem::Call(model::CallError::Unauthorized))),
                    "{refused:?}"
                );
            }
            let place = self.world.place("production").await;
            let name = TokenName::parse("successor").unwrap();
            let next = service::create(&self.world.context, &place, &name, &silent)
                .await
                .unwrap();
            let pulled = self.world.pull(&Secrets::of(&next)).await.unwrap();
            testkit::assert_complete(&pulled, 12);
        });
    }
}

/// The three activations: the page, all tokens, the hold.
struct Hand {
    activations: usize,
}

impl Hand {
    fn choose_all(&mut self, app: &App) {
        app.find("push button", "Emergency").press();
        self.activations += 1;
        app.find("push button", "Select all 50 tokens").press();
        self.activations += 1;
    }

    fn hold(&mut self, app: &App) {
        app.find("push button", "Hold to revoke 50 tokens").hold(HELD);
        self.activations += 1;
    }
}

fn from_start_to_all_revoked(road: Faults, goal: Duration) {
    let scene = Scene::set(road);
    let desktop = scene.desktop();
    let mut hand = Hand { activations: 0 };
    let began = Instant::now();
    let app = scene.open(&desktop);
    hand.choose_all(&app);
    hand.hold(&app);
    app.find("heading", "All 50 tokens are refused by the server");
    let took = began.elapsed();
    assert_eq!(hand.activations, 3);
    println!(
        "start to all revoked, 50 tokens in 5 environments, {} ms a request, {} requests lost: {:.1} s, {} activations",
        road.latency.as_millis(),
        scene.road.lost(),
        took.as_secs_f32(),
        hand.activations
    );
    assert!(took < goal, "{took:?}");
    assert!(
        app.text().contains("Proof: the server lists them as revoked"),
        "{}",
        app.text()
    );
    app.find("push button", "Copy incident report")
        .wait(State::Enabled, true)
        .press();
    app.wait_text("Incident report copied.");
    let report = app.clipboard();
    for part in [
        "# Incident report",
        "leaked-production",
        "Billing / staging",
        "DB_PASSWORD",
    ] {
        assert!(report.contains(part), "no {part} in {report}");
    }
    // Where requests are lost, the third try for the name may be, too, and that is said.
    let is_not_known = road.lose_every > 0 && report.contains("By: not known");
    assert!(report.contains("Sam Rivera") || is_not_known, "{report}");
    app.find("push button", "Save incident report").press();
    let chooser = app.find("file chooser", "Save the incident report");
    chooser.find("push button", "Save").press();
    app.wait_text("The report is in");
    let saved = std::fs::read_dir(desktop.home()).unwrap().flatten();
    let saved = saved.filter(|it| it.file_name().to_string_lossy().starts_with("incident-"));
    assert_eq!(saved.count(), 1);
    app.find("push button", "Done").press();
    app.find("heading", "No active tokens");
    assert!(!app.output().contains("panicked"), "{}", app.output());
    drop(app);
    scene.check_the_end();
}

#[test]
fn three_activations_and_seconds() {
    let road = Faults {
        latency: Duration::from_millis(50),
        ..Faults::default()
    };
    // The goal is 10 s; a loaded machine gets more.
    from_start_to_all_revoked(road, Duration::from_secs(30));
}

#[test]
fn the_same_with_every_third_request_lost() {
    let road = Faults {
        latency: Duration::from_millis(50),
        lose_every: 3,
        ..Faults::default()
    };
    from_start_to_all_revoked(road, Duration::from_secs(60));
}

#[test]
fn a_kill_in_the_middle_and_a_restart() {
    let scene = Scene::set(Faults {
        latency: Duration::from_millis(250),
        ..Faults::default()
    });
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    let mut hand = Hand { activations: 0 };
    hand.choose_all(&app);
    hand.hold(&app);
    app.wait_for("the middle of it", || {
        let left = scene.active();
        (left < 45 && left > 5).then_some(())
    });
    // Kills the program.
    drop(app);
    let left = scene.active();
    assert!(left > 0 && left < 50, "{left}");

    let app = scene.open(&desktop);
    app.find("push button", "Emergency").press();
    app.find("push button", containing("Go on revoking")).press();
    app.find("heading", "All 50 tokens are refused by the server");
    drop(app);
    scene.check_the_end();
}

#[test]
fn the_network_goes_and_nothing_is_shown_as_revoked_until_it_is_back() {
    let scene = Scene::set(Faults::default());
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    let mut hand = Hand { activations: 0 };
    hand.choose_all(&app);
    scene.road.down(true);
    hand.hold(&app);
    app.wait_text("No answer, trying again");
    app.wait_text("0 of 50 refused by the server");
    assert_eq!(scene.active(), 50);
    scene.road.down(false);
    app.find("heading", "All 50 tokens are refused by the server");
    drop(app);
    scene.check_the_end();
}

#[test]
fn a_pasted_leak_is_found_chosen_and_proven_to_be_refused() {
    let scene = Scene::set(Faults::default());
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    app.resize(1100, 800);
    app.find("push button", "Emergency").press();
    app.find("push button", "Select all 50 tokens");
    app.find("push button", "Paste leak").press();
    app.wait_text("There is no text in the clipboard");
    let secrets = Secrets::of(&scene.leaked[0]);
    let block = format!(
        "GHOSTABLE_CI_TOKEN={}\nGHOSTABLE_DEPLOY_SEED={}\n",
        secrets.ci_token.expose(),
        secrets.seed.to_base64().expose()
    );
    desktop.copy(&block);
    app.find("push button", "Paste leak").press();
    let name = &scene.leaked[0].issuance.token.name;
    app.wait_text(&format!("This is {name} in Storefront / production"));
    assert!(
        !app.text().contains(secrets.ci_token.expose()),
        "the secret is not in the document"
    );
    // Its seed leaked, so that the key is to be renewed.
    app.find("check box", containing("Then renew the key of its environment"))
        .wait(State::Checked, true);
    // A short press does nothing but tell how.
    let hold = app.find("push button", "Hold to revoke 1 token");
    hold.click();
    app.wait_text("Keep holding");
    assert_eq!(scene.active(), 50);
    hold.hold(HELD);
    app.find("heading", "The token is refused by the server");
    app.wait_text("asked with its CI token, the server refuses it");
    assert_eq!(scene.active(), 49);
    app.wait_text("New key for");
    app.wait_text("Runners could not decrypt for");
    app.find("push button", "List values to change").press();
    let dialog = app.find("dialog", "Values to change");
    let first = dialog.find("check box", containing("Not changed"));
    first.press();
    dialog.find("check box", containing("Settled by hand"));
    assert!(!app.text().contains(secrets.ci_token.expose()));
    app.key("Escape");
    app.wait_gone("dialog", any());
    app.find("push button", "Done").press();
    app.find("push button", "Show values to change");
    app.find("push button", "Paste leak").press();
    app.wait_text("It is revoked already");
    let others = scene
        .runtime
        .block_on(scene.world.pull(&Secrets::of(&scene.leaked[1])));
    assert!(
        others.unwrap().report.problems.is_empty(),
        "other tokens still decrypt"
    );
}

#[test]
fn by_keyboard_and_screen_reader_it_is_typed_and_one_environment_is_enough() {
    let scene = Scene::set(Faults::default());
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    app.resize(1100, 800);
    app.find("table", "Deploy tokens");
    app.key("ctrl+shift+e");
    app.find("push button", "Select all 10 in Billing / staging")
        .press();
    let box_of = app.find("check box", containing("billing-staging-ci"));
    box_of.wait(State::Checked, true).press();
    app.find("push button", "Hold to revoke 9 tokens").press();
    let dialog = app.find("dialog", "Revoke 9 tokens?");
    let button = dialog.find("push button", "Revoke 9 tokens");
    assert!(!button.is(State::Enabled), "it waits for the words");
    app.wait_for("the words to have the keyboard", || {
        app.focused().filter(|node| node.role() == "entry")
    });
    app.type_text("revoke 9 tokens");
    button.wait(State::Enabled, true);
    app.key("Return");
    let title = app.find("heading", "All 9 tokens are refused by the server");
    app.wait_for("the title to have the keyboard", || {
        app.focused().filter(|node| node.name() == title.name())
    });
    app.wait_gone("dialog", any());
    assert_eq!(scene.active(), 41);
    let kept: Vec<DeployTokenId> = scene.runtime.block_on(async {
        let overview = service::revocation::survey(&scene.world.context).await.unwrap();
        let there = overview
            .active
            .iter()
            .filter(|it| it.project_name == "Billing" && it.environment.name.as_str() == "staging");
        there.map(|it| it.token.id.clone()).collect()
    });
    assert_eq!(kept.len(), 1);
    for issued in &scene.leaked[..3] {
        let pulled = scene
            .runtime
            .block_on(scene.world.pull(&Secrets::of(issued)))
            .unwrap();
        assert!(pulled.report.problems.is_empty(), "the others still decrypt");
    }
}

#[test]
fn a_hold_that_began_on_another_choice_revokes_nothing() {
    let scene = Scene::set(Faults::default());
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    app.resize(1100, 800);
    Hand { activations: 0 }.choose_all(&app);
    let held = app.find("push button", "Hold to revoke 50 tokens");
    let other = app.find("check box", containing("production-ci"));
    held.hold_while(|| {
        std::thread::sleep(Duration::from_millis(300));
        other.press();
        app.find("push button", "Hold to revoke 49 tokens");
        std::thread::sleep(HELD);
    });
    app.find("push button", "Hold to revoke 49 tokens");
    assert_eq!(scene.active(), 50);
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_until_the_user_stops() {
    let scene = Scene::set(Faults::default());
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    app.resize(1100, 800);
    Hand { activations: 0 }.choose_all(&app);
    let stuck = scene.leaked[0].issuance.token.id.as_str().to_owned();
    scene.road.block(vec![format!("{stuck}/revoke")]);
    app.find("push button", "Hold to revoke 50 tokens").hold(HELD);
    app.wait_text("49 of 50 refused by the server");
    app.find("push button", "Settings").press();
    app.find("push button", containing("Switch workspace")).press();
    app.wait_text("Tokens are being revoked.");
    app.find("push button", "Emergency").press();
    app.find("push button", "Stop waiting").press();
    app.find("heading", containing("49 of 50 tokens are refused by the server"));
    assert_eq!(scene.active(), 1);
    app.find("push button", "Done").press();
    scene.road.block(Vec::new());
    app.find("push button", "Go on revoking 1 token").press();
    app.find("heading", "All 10 tokens are refused by the server");
    scene.check_the_end();
}

#[test]
fn a_phone_has_its_pages_below_and_targets_for_a_thumb() {
    let scene = Scene::set(Faults::default());
    let desktop = scene.desktop();
    let app = scene.open(&desktop);
    app.find("push button", "More actions for production-ci").press();
    app.find("menu item", containing("Copy")).press();
    app.find("push button", "Dismiss");
    app.find("push button", "Emergency").press();
    app.find("push button", "Select all 50 tokens").press();
    let (_, held, ..) = app.find("push button", "Hold to revoke 50 tokens").extents();
    if let Some(notice) = app.get("push button", "Dismiss") {
        let (_, top, _, tall) = notice.extents();
        assert!(
            top + tall <= held,
            "a notice lies over the button that is held: {top}+{tall} and {held}"
        );
    }
    app.find("push button", "Unselect all 50 tokens").press();
    for (width, height) in [(390, 844), (360, 640), (844, 390)] {
        app.resize(width, height);
        app.find("push button", "Emergency").press();
        let all = app.find("push button", "Select all 50 tokens");
        all.press();
        let hold = app.find("push button", "Hold to revoke 50 tokens");
        app.wait_for(&format!("button in reach, {width}x{height}"), || {
            let (_, top, _, tall) = hold.extents();
            (top > 0 && top + tall <= height as i32).then_some(())
        });
        for page in ["Tokens", "Emergency", "Access", "Settings"] {
            let (_, top, wide, tall) = app.find("push button", page).extents();
            assert!(
                wide >= 44 && tall >= 44 && top + tall <= height as i32,
                "{page}: {wide}x{tall} at {top}"
            );
        }
        for name in [
            "Paste leak",
            "Refresh",
            "Unselect all 50 tokens",
            "Hold to revoke 50 tokens",
        ] {
            let (left, _, wide, tall) = app.find("push button", name).extents();
            // On its side it is as wide as a small desktop window, where only a finger gets taller controls.
            let least = if width < 640 { 44 } else { 32 };
            assert!(wide >= least && tall >= least, "{name}: {wide}x{tall}");
            assert!(
                left >= 0 && left + wide <= width as i32,
                "{name} leaves the window"
            );
        }
        app.find("push button", "Unselect all 50 tokens").press();
        app.wait_gone("push button", containing("Hold to revoke"));
    }
}
