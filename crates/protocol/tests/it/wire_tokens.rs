//! Deploy-token answers of the committed vectors: read in both shapes, or refused naming what is missing.
use deploy_tokens_protocol::wire::tokens::{answer, token, tokens};
use deploy_tokens_protocol::{DeployToken, Moment, NotKnown, Occurrence, TokenEntry, TokenKey, TokenStatus};
use serde_json::Value;

const VECTORS: &str = include_str!("../vectors/wire_tokens.json");

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = vectors["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), 28);
    cases
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// Compares everything that a domain token keeps.
fn assert_token(read: &DeployToken, expected: &Value, case: &str) {
    assert_eq!(read.id.as_str(), expected["id"], "{case}");
    assert_eq!(read.name, expected["name"].as_str().unwrap(), "{case}");
    assert_eq!(read.is_active(), expected["active"], "{case}");
    let created = read.created.known().map(Moment::to_wire);
    assert_eq!(created.as_deref(), text(&expected["created_at"]), "{case}");
    assert_eq!(
        read.last_use.known().map(Moment::to_wire).as_deref(),
        text(&expected["last_used_at"]),
        "{case}"
    );
    assert_eq!(read.environment_id.as_str(), expected["environment_id"], "{case}");
    assert_eq!(
        read.environment_name.as_str(),
        expected["environment_name"],
        "{case}"
    );
    match &read.key {
        TokenKey::Usable(key) => assert_eq!(key.to_base64(), expected["public_key"], "{case}"),
        TokenKey::Unusable | TokenKey::NotTold => panic!("{case}: the key is usable"),
    }
    if let TokenStatus::Revoked { at: Some(at) } = read.status {
        assert_eq!(
            at.to_wire()[..19],
            expected["revoked_at"].as_str().unwrap()[..19],
            "{case}"
        );
    }
}

/// A record without its attributes lacks all of them.
fn assert_lacks(read: &DeployToken, missing: &str, case: &str) {
    let lacks = read.lacks();
    if missing == "attributes" {
        assert_eq!(lacks.len(), 4, "{case}: {lacks:?}");
    } else {
        assert_eq!(lacks, [missing], "{case}");
    }
    assert!(read.may_be_active(), "{case}");
}

#[test]
fn every_case_is_read_or_refused_as_the_vectors_say() {
    for case in cases() {
        let name = case["name"].as_str().unwrap();
        let body = case["response_json"].as_str().unwrap().as_bytes();
        let expect = &case["expect"];
        match (case["operation"].as_str().unwrap(), text(&expect["missing"])) {
            ("list", None) => {
                let read = tokens(body).unwrap();
                let expected = expect["tokens"].as_array().unwrap();
                assert_eq!(read.len(), expected.len(), "{name}");
                for (entry, expected) in read.iter().zip(expected) {
                    assert_token(entry.token().unwrap(), expected, name);
                }
            }
            // On purpose unlike the reference: what is not needed to share and to revoke may be unreadable.
            ("list", Some("created_at")) => {
                let read = tokens(body).unwrap();
                let odd = read
                    .iter()
                    .filter_map(TokenEntry::token)
                    .filter(|it| !it.created.is_known());
                assert_eq!(odd.count(), 1, "{name}: {read:?}");
            }
            ("revoke", Some("created_at")) => assert!(!token(body).unwrap().created.is_known(), "{name}"),
            (_, Some("created_at")) => {
                assert!(!answer(body).unwrap().token.unwrap().created.is_known(), "{name}")
            }
            // Likewise: an entry without an id is shown as such, one without something else is a token, and the good ones
            // stay (G13).
            ("list", Some("id")) => {
                let read = tokens(body).unwrap();
                assert!(read[0].token().is_some(), "{name}");
                let TokenEntry::Malformed(entry) = &read[1] else {
                    panic!("{name}: {read:?}")
                };
                assert_eq!((entry.position, entry.missing), (2, "id"), "{name}");
            }
            ("list", Some(missing)) => {
                let read = tokens(body).unwrap();
                assert!(read[0].token().is_some(), "{name}");
                assert_lacks(read[1].token().unwrap(), missing, name);
            }
            ("revoke", None) => assert_token(&token(body).unwrap(), &expect["token"], name),
            ("revoke", Some(missing @ ("id" | "data"))) => {
                assert_eq!(token(body).unwrap_err().what(), missing, "{name}")
            }
            ("revoke", Some(missing)) => assert_lacks(&token(body).unwrap(), missing, name),
            (_, None) => {
                let read = answer(body).unwrap();
                assert_token(read.token.as_ref().unwrap(), &expect["token"], name);
                // Exposed to be compared with the vector.
                let bearer = read.issued.as_ref().map(|issued| issued.ci_token.expose());
                assert_eq!(
                    bearer,
                    text(&expect["ci_token_shown"]).or(text(&expect["secret"])),
                    "{name}"
                );
            }
            (_, Some(missing)) => {
                assert_eq!(answer(body).unwrap().token.unwrap_err().what(), missing, "{name}")
            }
        }
    }
}

/// What the hosted server lists of a token, to the letter, with `more` in place of its end.
fn listed(more: &str) -> DeployToken {
    let attributes = format!(
        r#""name":"ci","environment_id":"019e","project_id":"019p","public_key":"GvRUK/zDWKCUKEe8bfkBxlZjxjzOUYbn3CIjGkGDxiE=","status":"active","token_suffix":"1a2b3c4d","updated_at":"2025-01-01T00:00:00+00:00","revoked_at":null{more}"#
    );
    let body = format!(
        r#"{{"data":[{{"type":"deployment","id":"019a-1","attributes":{{{attributes}}}}}],"meta":{{"count":1}}}}"#
    );
    tokens(body.as_bytes()).unwrap()[0].token().unwrap().clone()
}

#[test]
fn what_is_not_told_is_neither_never_nor_unreadable() {
    let told = |text: &str| Occurrence::At(Moment::parse(text).unwrap());
    let (silent, odd) = (NotKnown::NotTold, NotKnown::Unreadable);
    let cases = [
        ("", Occurrence::NotKnown(silent)),
        (r#","last_used_at":null"#, Occurrence::Never),
        (r#","last_used_at":"soon""#, Occurrence::NotKnown(odd)),
        (r#","last_used_at":7"#, Occurrence::NotKnown(odd)),
        (
            r#","last_used_at":"2026-07-01T10:00:00+00:00""#,
            told("2026-07-01T10:00:00Z"),
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(listed(more).last_use, expected, "{more}");
        let more = more.replace("last_used_at", "expires_at");
        assert_eq!(listed(&more).end, expected, "{more}");
    }
}

#[test]
fn a_token_whose_beginning_cannot_be_read_is_a_token_all_the_same() {
    for (more, why) in [
        ("", NotKnown::NotTold),
        (r#","created_at":null"#, NotKnown::Unreadable),
        (r#","created_at":"1 January""#, NotKnown::Unreadable),
        (r#","created_at":["2025-01-01T00:00:00Z"]"#, NotKnown::Unreadable),
    ] {
        let token = listed(more);
        assert_eq!(token.created, Occurrence::NotKnown(why), "{more}");
        assert!(
            token.recipient_key().is_some(),
            "{more}: the key is still sealed for it"
        );
    }
}

#[test]
fn a_secret_is_rescued_from_an_answer_whose_record_is_malformed() {
    let case = cases()
        .into_iter()
        .find(|case| case["name"] == "malformed-no-data")
        .unwrap();
    let read = answer(case["response_json"].as_str().unwrap().as_bytes()).unwrap();
    assert!(read.token.is_err());
    // Exposed to be compared with the vector.
    assert_eq!(read.issued.unwrap().ci_token.expose(), "gtok_lost");
}

#[test]
fn two_different_ci_tokens_are_pointed_out_and_the_printed_one_wins() {
    let body = br#"{"data":null,"meta":{"secret":"a","api_token":{"plain_text":"b","token_suffix":"b"}}}"#;
    let issued = answer(body).unwrap().issued.unwrap();
    assert!(issued.ambiguous);
    // Exposed to be compared.
    assert_eq!(
        (issued.ci_token.expose(), issued.suffix.as_deref()),
        ("b", Some("b"))
    );
}
