//! For whom an environment key is sealed: everybody who is listed as active (docs/protocol.md 6.4).

use crate::{Context, Place};
use model::Problem;
use protocol::{DeployToken, Device, PublicKey, Recipient, RecipientKind, TokenEntry};

/// Who there is in an environment: fetched once for an operation, and handed on.
pub(crate) struct Lists {
    pub(crate) devices: Vec<Device>,
    pub(crate) tokens: Vec<TokenEntry>,
}

impl Lists {
    pub(crate) async fn fetch(context: &Context, place: &Place) -> Result<Self, Problem> {
        let (devices, tokens) = tokio::try_join!(
            context.client.devices(&place.project, place.name()),
            context.client.tokens(&place.project, Some(&place.environment.id)),
        )?;
        Ok(Self { devices, tokens })
    }

    /// Devices first, then tokens, each in list order; the wanted token replaces its entry, or comes last.
    pub(crate) fn recipients(&self, wanted: Option<Wanted<'_>>) -> Result<Vec<Recipient>, Problem> {
        let devices = self.devices.iter().filter_map(|device| {
            let public_key = device.recipient_key()?;
            Some(Recipient {
                kind: RecipientKind::Device(device.id.clone()),
                public_key,
            })
        });
        let deployment = |token: &DeployToken, public_key| Recipient {
            kind: RecipientKind::Deployment(token.id.clone()),
            public_key,
        };
        let tokens = self.tokens.iter().filter_map(TokenEntry::token);
        let tokens = tokens.filter_map(|token| Some(deployment(token, token.recipient_key()?)));
        let mut all: Vec<Recipient> = devices.chain(tokens).collect();
        if let Some(Wanted { token, key }) = wanted {
            if !token.is_active() {
                return Err(Problem::Misregistered);
            }
            let wanted = deployment(token, key);
            match all.iter_mut().find(|recipient| recipient.kind == wanted.kind) {
                Some(entry) => *entry = wanted,
                None => all.push(wanted),
            }
        }
        Ok(all)
    }
}

/// A token that must be among the recipients with exactly this key, whatever a list from before says.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) token: &'a DeployToken,
    pub(crate) key: PublicKey,
}
