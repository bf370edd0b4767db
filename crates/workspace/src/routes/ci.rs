//! What a runner fetches with its CI token (docs/protocol.md 8.1).

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::Runner;
use crate::documents::{self, Wanted};
use crate::input::Input;
use crate::stamp::now;
use crate::store::{bundle, directory, keys, tokens};
use protocol::RecipientKind;
use protocol::crypto::envelope::EncryptedEnvelope;
use protocol::wire::Data;
use protocol::wire::bundle::RunnerBundleDocument;

/// `GET /ci/deploy`: the sealed variables of the token's environment, and the environment key as sealed for this token
/// alone, with its ephemeral key lifted to the envelope.
pub(super) fn deploy(call: &Call<'_, Runner>) -> Answer {
    let environment = directory::environment_by_id(call.db, &call.who.environment_id)?
        .ok_or_else(|| Refusal::not_found("Environment"))?;
    let layers = bundle::layers(call.db, &environment, &only(call.input))?;
    let key = keys::current(call.db, &environment.id)?;
    let own = match &key {
        Some(key) => {
            let runner = RecipientKind::Deployment(call.who.token_id.clone());
            keys::recipient(call.db, &key.id, runner)?
        }
        None => None,
    };
    let lifted = own
        .as_ref()
        .and_then(|own| EncryptedEnvelope::from_edek(&own.edek_b64).ok())
        .map(|envelope| envelope.from_ephemeral_public_key);
    tokens::touch(call.db, &call.who.token_id, &now())?;
    Reply::ok(&RunnerBundleDocument {
        bundle: documents::bundle(&environment.name, &layers, wanted(call.input)),
        environment_key: key.as_ref().map(|key| Data {
            data: documents::key(key, own.as_ref(), lifted.as_deref()),
        }),
    })
}

/// What the query asks of each variable.
pub(super) fn wanted(input: &Input) -> Wanted {
    Wanted {
        meta: input.flag("include_meta"),
        versions: input.flag("include_versions"),
    }
}

/// Which variables the query asks for; none means all.
pub(super) fn only(input: &Input) -> Vec<String> {
    input.queries("only[]").into_iter().map(str::to_owned).collect()
}
