//! For whom an environment key is sealed: everybody who is listed as active (docs/protocol.md 6.4).

use crate::{Context, Place};
use model::{CallError, Problem};
use protocol::{
    DeployToken, Device, EnvironmentId, ProjectId, PublicKey, Recipient, RecipientKind, TokenEntry,
};

/// Who there is in an environment: fetched once for an operation, and handed on.
pub(crate) struct Lists {
    pub(crate) devices: Vec<Device>,
    /// [`Problem::NotAnAdmin`] where the server shows them to admins alone.
    tokens: Result<Vec<TokenEntry>, Problem>,
}

impl Lists {
    pub(crate) async fn fetch(context: &Context, place: &Place) -> Result<Self, Problem> {
        let (devices, tokens) = tokio::join!(
            context.client.devices(&place.project, place.name()),
            listed_tokens(context, &place.project, Some(&place.environment.id)),
        );
        let devices = devices?;
        match tokens {
            Err(error) if error != Problem::NotAnAdmin => Err(error),
            tokens => Ok(Self { devices, tokens }),
        }
    }

    /// The tokens.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`] where they cannot be listed.
    pub(crate) fn tokens(&self) -> Result<&[TokenEntry], Problem> {
        self.tokens.as_deref().map_err(Clone::clone)
    }

    /// The active devices, in list order.
    pub(crate) fn device_recipients(&self) -> Vec<Recipient> {
        let devices = self.devices.iter().filter_map(|device| {
            let public_key = device.recipient_key()?;
            Some(Recipient {
                kind: RecipientKind::Device(device.id.clone()),
                public_key,
            })
        });
        devices.collect()
    }

    /// Devices first, then tokens, each in list order; the wanted token replaces its entry, or comes last.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`] where the tokens cannot be listed: nobody may be sealed for without them.
    /// [`Problem::Misregistered`] when the wanted token is not active.
    pub(crate) fn recipients(&self, wanted: Option<Wanted<'_>>) -> Result<Vec<Recipient>, Problem> {
        let deployment = |token: &DeployToken, public_key| Recipient {
            kind: RecipientKind::Deployment(token.id.clone()),
            public_key,
        };
        let tokens = self.tokens()?.iter().filter_map(TokenEntry::token);
        let tokens = tokens.filter_map(|token| Some(deployment(token, token.recipient_key()?)));
        let mut all = self.device_recipients();
        all.extend(tokens);
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

/// The list as the server gives it.
///
/// # Errors
/// [`Problem::NotAnAdmin`] where the server allows it to admins alone (docs/protocol.md 16); API errors.
pub(crate) async fn listed_tokens(
    context: &Context,
    project: &ProjectId,
    environment: Option<&EnvironmentId>,
) -> Result<Vec<TokenEntry>, Problem> {
    match context.client.tokens(project, environment).await {
        Ok(entries) => Ok(entries),
        Err(CallError::Refused(refusal))
            if refusal.status == 403 && !refusal.is_of_a_moved_organization() =>
        {
            Err(Problem::NotAnAdmin)
        }
        Err(error) => Err(error.into()),
    }
}
