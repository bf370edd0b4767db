//! A gateway that refuses, in whatever words, what the server behind it has done: nothing is forgotten for its word alone.

use super::*;

/// What a gateway may say. What it says of the server itself (5xx) is in the matrix.
const REFUSALS: [u16; 20] = [
    101, 302, 303, 304, 401, 403, 404, 408, 409, 410, 421, 422, 423, 424, 425, 426, 428, 429, 451, 499,
];

const REVOKE: Endpoint = at("POST", "/revoke", 1);

/// All of these, some at a time; the end state of each.
async fn all(cases: impl IntoIterator<Item = (Doing, Endpoint, u16, Afterwards)>) -> Vec<(String, String)> {
    template().await;
    let room = Arc::new(tokio::sync::Semaphore::new(12));
    let begin = |(doing, endpoint, status, after)| {
        let room = Arc::clone(&room);
        let work = async move {
            let _place = room.acquire().await.unwrap();
            case_with(doing, endpoint, Fault::ActedBut(status), after).await
        };
        (format!("{doing:?} {status}"), tokio::spawn(work))
    };
    let begun: Vec<_> = cases.into_iter().map(begin).collect();
    let mut ends = Vec::new();
    for (title, work) in begun {
        let end = work.await.unwrap_or_else(|_| "NOT ALLOWED".to_owned());
        println!("{title:<14} {end}");
        ends.push((title, end));
    }
    ends
}

fn each(
    operations: &[(Doing, Endpoint)],
    after: Afterwards,
) -> impl Iterator<Item = (Doing, Endpoint, u16, Afterwards)> {
    let of = move |(doing, endpoint): &(Doing, Endpoint)| {
        let (doing, endpoint) = (*doing, *endpoint);
        REFUSALS.map(|status| (doing, endpoint, status, after))
    };
    operations.iter().flat_map(of).collect::<Vec<_>>().into_iter()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_done_and_refused_is_found_in_the_list() {
    let operations = [
        (Doing::Create, REGISTER),
        (Doing::Replace, REGISTER),
        (Doing::Revoke, REVOKE),
        (Doing::Finish, REVOKE),
        (Doing::Delete, at("DELETE", "", 1)),
    ];
    for (title, end) in all(each(&operations, Afterwards::List)).await {
        assert_eq!(end, "done", "{title}");
    }
}

/// The new CI token is had by rotating once more, which the gateway refuses as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_rotated_and_refused_stays_in_the_journal() {
    for (title, end) in all(each(&[(Doing::Rotate, ROTATE)], Afterwards::List)).await {
        assert_eq!(end, "in the journal", "{title}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_the_list_cannot_be_had_the_journal_keeps_it() {
    let operations = [
        (Doing::Create, REGISTER),
        (Doing::Rotate, ROTATE),
        (Doing::Replace, REGISTER),
        (Doing::Revoke, REVOKE),
    ];
    for (title, end) in all(each(&operations, Afterwards::NoList)).await {
        assert_eq!(end, "in the journal", "{title}");
    }
}

/// Nothing but the refusal is told, and one request is all that it costs.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_true_is_told_as_it_was_said() {
    let site = site().await;
    let through =
        |proxy: &FaultProxy| context(site.workspace.folder.path(), &site.workspace.running, &proxy.url);
    for (ending, says, requests) in [
        ("/deploy-tokens", 403, 5),
        ("/deploy-tokens", 422, 5),
        ("/revoke", 403, 3),
    ] {
        let refuses = Fault::Status(says, "", r#"{"message":"Not today."}"#);
        let proxy = FaultProxy::at(site.workspace.running.address(), at("POST", ending, 1), refuses);
        let (context, place, quiet) = (through(&proxy), &site.place, &|_| {});
        let refused = match ending {
            "/revoke" => service::revoke(&context, place, "ours", quiet).await.map(drop),
            _ => service::create(&context, place, &name("new"), quiet)
                .await
                .map(drop),
        };
        let refused = refused.unwrap_err();
        assert!(
            text::explain(&refused).what.ends_with("It says: Not today."),
            "{refused:?}"
        );
        assert_eq!(proxy.seen().len(), requests, "{:#?}", proxy.seen());
        assert!(service::interrupted(&context).await.unwrap().is_empty());
    }
}
