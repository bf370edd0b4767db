//! Killed with -9 at every step of it, and finished by one command.
#![cfg(debug_assertions)]

use std::os::unix::process::ExitStatusExt as _;

use service::checkpoint::{Operation, STEPS};

use testkit::{Runs, TestWorkspace, assert_code, said};

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_every_step_loses_no_queue() {
    let site = TestWorkspace::start().await;
    let url = site.running.api_url();
    let (_, points) = STEPS
        .iter()
        .find(|(listed, _)| *listed == Operation::Emergency)
        .unwrap();
    let survivor = site.another_device("survivor").await;
    for point in *points {
        let step = format!("emergency.{}", point.name());
        // Two environments of three tokens each: the second time is in the middle.
        let times = if point.name() == "revoked" {
            vec![1, 4, 6]
        } else {
            vec![1, 2]
        };
        for time in times {
            let step = format!("{step}#{time}");
            let mut issued = Vec::new();
            for environment in ["production", "staging"] {
                for number in 0..3 {
                    issued.push(site.issue(environment, &format!("{step} {number}")).await);
                }
            }
            let arguments = ["revoke", "--everywhere", "--all", "--yes"];
            let killed = site.run_at(&url, &arguments, "", &[("DEPLOY_TOKENS_KILL_AT", &step)]);
            assert_eq!(
                killed.status.signal(),
                Some(9),
                "not killed at {step}: {}",
                said(&killed)
            );
            let left = site.active().await.len();
            let resumed = site.run(&["resume", "--all-revocations"], "");
            assert_code(&resumed, 0);
            let begun = !said(&resumed).contains("No revocation was interrupted");
            // Until everything is written ahead, nothing was revoked and nobody was told so.
            let written = !step.starts_with("emergency.inten");
            if written {
                assert_eq!(site.active().await.len(), 0, "{step}");
                for it in &issued {
                    assert_eq!(site.runs(it).await, Runs::Refused, "{step}");
                }
            }
            assert_code(&site.run(&arguments, ""), 0);
            assert_eq!(site.active().await.len(), 0, "{step}");
            let pending = site.run(&["pending", "--json"], "");
            assert_eq!(String::from_utf8_lossy(&pending.stdout).trim(), "[]", "{step}");
            println!(
                "| {step:<28} | {left:>2} active when killed | resumed: {begun:<5} | all revoked, nothing pending |"
            );
        }
    }
    for environment in ["production", "staging"] {
        let place = site.place(environment).await;
        for device in [&site.context, &survivor] {
            service::key_access(device, &place).await.unwrap();
        }
    }
}
