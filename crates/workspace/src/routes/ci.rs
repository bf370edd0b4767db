//! What a runner fetches with its CI token (docs/protocol.md 8.1).

use serde_json::{Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::Runner;
use crate::store::bundle::{self, Wishes};
use crate::store::{directory, keys, now, tokens};
use protocol::crypto::envelope::EncryptedEnvelope;

/// `GET /ci/deploy`: the sealed variables of the token's environment, and the environment key as sealed for this token
/// alone, with its ephemeral key lifted to the envelope.
pub(super) fn deploy(call: &Call<'_, Runner>) -> Answer {
    let environment = directory::environment_by_id(call.db, &call.who.environment_id)?
        .ok_or_else(|| Refusal::not_found("Environment"))?;
    let mut bundle = bundle::bundle(call.db, &environment, &wishes(call.input))?;
    let key = match keys::current(call.db, &environment.id)? {
        Some(key) => {
            let own = keys::recipient(call.db, &key.id, "deployment", &call.who.token_id)?;
            let lifted = own
                .as_ref()
                .and_then(|own| EncryptedEnvelope::from_edek(&own.edek_b64).ok())
                .map(|envelope| envelope.from_ephemeral_public_key);
            json!({ "data": key.to_json(own.as_ref(), lifted.as_deref()) })
        }
        None => Value::Null,
    };
    bundle.insert("environment_key".to_owned(), key);
    tokens::touch(call.db, &call.who.token_id, &now())?;
    Reply::ok(&bundle)
}

/// What the query asks of each variable.
pub(super) fn wishes(input: &crate::input::Input) -> Wishes {
    Wishes {
        meta: input.flag("include_meta"),
        versions: input.flag("include_versions"),
        only: input.queries("only[]").into_iter().map(str::to_owned).collect(),
    }
}
