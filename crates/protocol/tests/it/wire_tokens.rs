//! Deploy-token answers of the committed vectors: read in both shapes, or refused naming what is missing.
use deploy_tokens_protocol::wire::tokens::{answer, token, tokens};
use deploy_tokens_protocol::{DeployToken, Moment, TokenEntry, TokenKey, TokenStatus};
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
    assert_eq!(read.created_at.to_wire(), expected["created_at"], "{case}");
    assert_eq!(
        read.last_used_at.map(Moment::to_wire).as_deref(),
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
        TokenKey::Unusable => panic!("{case}: the key is usable"),
    }
    if let TokenStatus::Revoked { at: Some(at) } = read.status {
        assert_eq!(
            at.to_wire()[..19],
            expected["revoked_at"].as_str().unwrap()[..19],
            "{case}"
        );
    }
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
            // On purpose unlike the reference: a malformed entry is shown as such, and the good ones stay (G13).
            ("list", Some(missing)) => {
                let read = tokens(body).unwrap();
                assert!(read[0].token().is_some(), "{name}");
                assert!(
                    matches!(&read[1], TokenEntry::Malformed { missing: what, .. } if *what == missing),
                    "{name}: {read:?}"
                );
            }
            ("revoke", None) => assert_token(&token(body).unwrap(), &expect["token"], name),
            ("revoke", Some(missing)) => assert_eq!(token(body).unwrap_err().what(), missing, "{name}"),
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
