//! For whom an environment key is published (docs/protocol.md 6.4): everybody who is active, or may be. Whose key is not told
//! keeps what is sealed for them, and where that cannot be, nothing is published: nobody loses a key without anybody saying so.

use super::recipients::{Lists, Wanted};
use model::{CallError, Problem};
use protocol::envelope::PublishedKey;
use protocol::{
    DeployToken, DeployTokenId, Device, DeviceId, DeviceStatus, PublicKey, Recipient, RecipientKind,
    SealedRecipient, TokenEntry, UnreadEntry,
};

/// For whom a key is published, and how.
#[derive(Default)]
pub(crate) struct ForWhom {
    /// They are sealed for anew.
    pub(crate) anew: Vec<Recipient>,
    /// What is sealed for them stays as it is.
    pub(crate) kept: Vec<SealedRecipient>,
    /// Those among both of whom it is not known whether they are active: the server's refusal is the word on that.
    unsure: Vec<RecipientKind>,
}

/// What the server tells of a published key's entries.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entries<'a> {
    told: &'a [SealedRecipient],
    /// Whether there are others, or may be.
    are_more: bool,
    /// A type of recipient among them that this program does not know.
    other_type: Option<&'a str>,
}

impl<'a> Entries<'a> {
    /// Those of a key as this device was given it; none of a key that has no envelope.
    pub(crate) fn of(published: &'a PublishedKey, own: &DeviceId) -> Self {
        let sealed = published.sealed.as_ref();
        let unreadable = sealed.map(|sealed| sealed.unreadable);
        let other_type = sealed.and_then(|sealed| sealed.other_type.as_deref());
        match (published.told_recipients(own), unreadable) {
            (Some(told), unreadable) => Self {
                told,
                are_more: unreadable > Some(0),
                other_type,
            },
            (None, unreadable) => Self {
                told: &[],
                are_more: unreadable.is_some(),
                other_type,
            },
        }
    }

    /// Whether all can be published again; an entry beside them can be added whoever they are.
    ///
    /// # Errors
    /// [`Problem::OtherRecipient`].
    fn are_known(self) -> Result<(), Problem> {
        match self.other_type {
            Some(of) => Err(Problem::OtherRecipient { of: of.to_owned() }),
            None => Ok(()),
        }
    }

    /// All of them.
    ///
    /// # Errors
    /// [`Problem::OtherRecipient`];
    /// [`Problem::NotAnAdmin`] where there may be others: whoever may not list the tokens cannot seal for them instead.
    pub(crate) fn all(self) -> Result<&'a [SealedRecipient], Problem> {
        self.are_known()?;
        if self.are_more {
            Err(Problem::NotAnAdmin)
        } else {
            Ok(self.told)
        }
    }

    fn find(self, kind: &RecipientKind) -> Option<&'a SealedRecipient> {
        self.told.iter().find(|entry| entry.kind == *kind)
    }
}

/// A device or token that is listed with an id.
struct Known {
    kind: RecipientKind,
    /// For when it would lose the key.
    label: String,
    key: Option<PublicKey>,
    may_be_active: bool,
    is_active: bool,
}

impl From<&Device> for Known {
    fn from(device: &Device) -> Self {
        Self {
            kind: RecipientKind::Device(device.id.clone()),
            label: device.label().to_owned(),
            key: device.public_key,
            may_be_active: device.may_be_active(),
            is_active: device.status == DeviceStatus::Active,
        }
    }
}

impl From<&DeployToken> for Known {
    fn from(token: &DeployToken) -> Self {
        Self {
            kind: RecipientKind::Deployment(token.id.clone()),
            label: token.name.clone(),
            key: token.recipient_key(),
            may_be_active: token.may_be_active(),
            is_active: token.is_active(),
        }
    }
}

impl Lists {
    /// Everybody on the lists, the devices first, each in list order; the wanted token with its key, or last.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`] where the tokens cannot be listed: nobody may be sealed for without them.
    /// [`Problem::Misregistered`] when the wanted token is revoked; [`Problem::OtherRecipient`]; [`Problem::WouldLoseKey`].
    pub(crate) fn everybody(
        &self,
        wanted: Option<Wanted<'_>>,
        entries: Entries<'_>,
    ) -> Result<ForWhom, Problem> {
        entries.are_known()?;
        let mut all = self.devices_alone(entries)?;
        let id = wanted.map(|wanted| &wanted.token.id);
        all.add_tokens(self.tokens()?, id, entries)?;
        if let Some(Wanted { token, key }) = wanted {
            if !token.may_be_active() {
                return Err(Problem::Misregistered);
            }
            let wanted = Recipient {
                kind: RecipientKind::Deployment(token.id.clone()),
                public_key: key,
            };
            match all.anew.iter_mut().find(|it| it.kind == wanted.kind) {
                Some(entry) => *entry = wanted,
                None => all.anew.push(wanted),
            }
        }
        Ok(all)
    }

    /// Looks, before anything is changed, whether somebody would lose the key by a publication; but the token that gets
    /// another one.
    ///
    /// # Errors
    /// As [`Self::everybody`].
    pub(crate) fn nobody_loses(
        &self,
        rekeyed: Option<&DeployTokenId>,
        entries: Entries<'_>,
    ) -> Result<(), Problem> {
        self.devices_alone(entries)?
            .add_tokens(self.tokens()?, rekeyed, entries)
    }

    /// The devices on the list.
    ///
    /// # Errors
    /// [`Problem::WouldLoseKey`].
    pub(crate) fn devices_alone(&self, entries: Entries<'_>) -> Result<ForWhom, Problem> {
        let mut all = ForWhom::default();
        let known: Vec<Known> = self.devices.iter().map(Known::from).collect();
        let is_device = |kind: &RecipientKind| matches!(kind, RecipientKind::Device(_));
        all.add(&known, None, entries)?;
        all.add_unread(&self.unread_devices, "devices", &known, is_device, entries)?;
        Ok(all)
    }
}

impl ForWhom {
    fn add_tokens(
        &mut self,
        listed: &[TokenEntry],
        rekeyed: Option<&DeployTokenId>,
        entries: Entries<'_>,
    ) -> Result<(), Problem> {
        let known = listed.iter().filter_map(TokenEntry::token).map(Known::from);
        let known: Vec<Known> = known.collect();
        let unread = listed.iter().filter_map(|entry| match entry {
            TokenEntry::Malformed(unread) => Some(unread.clone()),
            TokenEntry::Token(_) => None,
        });
        let unread: Vec<UnreadEntry> = unread.collect();
        let is_token = |kind: &RecipientKind| matches!(kind, RecipientKind::Deployment(_));
        self.add(&known, rekeyed, entries)?;
        self.add_unread(&unread, "deploy tokens", &known, is_token, entries)
    }

    fn add(
        &mut self,
        known: &[Known],
        rekeyed: Option<&DeployTokenId>,
        entries: Entries<'_>,
    ) -> Result<(), Problem> {
        for one in known.iter().filter(|one| one.may_be_active) {
            let is_rekeyed =
                matches!((&one.kind, rekeyed), (RecipientKind::Deployment(id), Some(it)) if id == it);
            match (one.key, entries.find(&one.kind)) {
                (Some(public_key), _) => self.anew.push(Recipient {
                    kind: one.kind.clone(),
                    public_key,
                }),
                (None, _) if is_rekeyed => continue,
                (None, Some(entry)) => self.kept.push(entry.clone()),
                (None, None) if entries.are_more => {
                    return Err(Problem::WouldLoseKey {
                        who: format!("“{}”", one.label),
                    });
                }
                // Nothing is sealed for it, so that there is nothing to lose.
                (None, None) => continue,
            }
            if !one.is_active {
                self.unsure.push(one.kind.clone());
            }
        }
        Ok(())
    }

    /// An entry without an id may be anybody that something is sealed for and who is not listed otherwise.
    fn add_unread(
        &mut self,
        unread: &[UnreadEntry],
        list: &str,
        known: &[Known],
        is_of_list: impl Fn(&RecipientKind) -> bool,
        entries: Entries<'_>,
    ) -> Result<(), Problem> {
        let Some(first) = unread.first() else {
            return Ok(());
        };
        if entries.are_more {
            let position = first.position;
            return Err(Problem::WouldLoseKey {
                who: format!("Entry {position} of the {list}"),
            });
        }
        let is_listed = |kind: &RecipientKind| known.iter().any(|one| one.kind == *kind);
        let others = entries.told.iter();
        let others = others.filter(|entry| is_of_list(&entry.kind) && !is_listed(&entry.kind));
        for entry in others {
            self.keep_unsure(entry.clone());
        }
        Ok(())
    }

    /// Who has an entry among these keeps it.
    pub(super) fn leave_in_place(&mut self, published: &[SealedRecipient]) {
        let find = |kind: &RecipientKind| published.iter().find(|entry| entry.kind == *kind);
        let has_entry = |it: &Recipient| find(&it.kind).cloned();
        let entries: Vec<SealedRecipient> = self.anew.iter().filter_map(has_entry).collect();
        self.anew.retain(|it| find(&it.kind).is_none());
        self.kept.splice(0..0, entries);
    }

    /// What is sealed for somebody stays, as long as the server does not refuse it.
    pub(super) fn keep_unsure(&mut self, entry: SealedRecipient) {
        self.unsure.push(entry.kind.clone());
        self.kept.push(entry);
    }

    /// Those that are active for all that is known.
    pub(crate) fn sure(mut self) -> Self {
        let Self { anew, kept, unsure } = &mut self;
        anew.retain(|it| !unsure.contains(&it.kind));
        kept.retain(|it| !unsure.contains(&it.kind));
        unsure.clear();
        self
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.anew.len() + self.kept.len()
    }

    /// Leaves out those that the server names as ones that nothing may be sealed for, if it was not known whether they are
    /// active; whether there were any. `sent` is in the order of the publication.
    pub(super) fn leave_out_refused(&mut self, sent: &[RecipientKind], problem: &Problem) -> bool {
        let Problem::Call(CallError::Refused(refusal)) = problem else {
            return false;
        };
        let place_of = |field: &str| -> Option<usize> {
            let rest = field.strip_prefix("envelope.recipients.")?;
            rest.split('.').next()?.parse().ok()
        };
        let refused = refusal.fields.iter();
        let refused = refused.filter_map(|(field, _)| sent.get(place_of(field)?));
        let refused: Vec<&RecipientKind> = refused.filter(|kind| self.unsure.contains(kind)).collect();
        for kind in &refused {
            tracing::warn!(?kind, "the server refuses a recipient that may have been active");
            self.anew.retain(|it| it.kind != **kind);
            self.kept.retain(|it| it.kind != **kind);
        }
        let any = !refused.is_empty();
        let refused: Vec<RecipientKind> = refused.into_iter().cloned().collect();
        self.unsure.retain(|kind| !refused.contains(kind));
        any
    }
}
