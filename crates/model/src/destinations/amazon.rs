//! A secret of AWS Secrets Manager with both values as JSON, by `aws`, which reads it from its standard input by the name
//! that Unix has for that.

use super::{Call, Input, Kind, Plan, arguments, is_name, is_path, with_scope};
use crate::formats;

pub(super) const AMAZON: Kind = Kind {
    name: "aws",
    label: "AWS Secrets Manager",
    hint: "SECRET, or SECRET@REGION; both values are in it, as JSON",
    example: "storefront/production@eu-central-1",
    programs: &["aws"],
    install: "Install the AWS command line, aws, and sign in: aws configure",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let (secret, region) = with_scope(target);
    if !is_path(secret) || region.is_some_and(|it| !is_name(it)) {
        return None;
    }
    let format = formats::named("json")?;
    let in_region = region.map(|it| format!("--region={it}"));
    let with = |words: &[&str]| {
        let words = words.iter().map(|it| (*it).to_owned());
        words.chain(in_region.clone()).collect::<Vec<_>>()
    };
    let (id, name) = (format!("--secret-id={secret}"), format!("--name={secret}"));
    let value = "--secret-string=file:///dev/stdin";
    let shown = ["--query=LastChangedDate", "--output=text"];
    Some(Plan {
        title: match region {
            Some(region) => format!("AWS secret {secret} in {region}"),
            None => format!("AWS secret {secret}"),
        },
        program: None,
        signed_in: Some(arguments(["sts", "get-caller-identity"])),
        sign_in: "aws configure".to_owned(),
        calls: vec![Call {
            arguments: with(&["secretsmanager", "put-secret-value", &id, value]),
            otherwise: Some(with(&["secretsmanager", "create-secret", &name, value])),
            input: Input::Whole(format),
        }],
        look: Some(with(&[
            "secretsmanager",
            "describe-secret",
            &id,
            shown[0],
            shown[1],
        ])),
    })
}
